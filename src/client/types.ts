/**
 * The public types of the Kafka client: what goes in, what comes out, and the three faces {@link KafkaProducer},
 * {@link KafkaConsumer} and {@link KafkaAdmin} that the classes `Producer`, `Consumer` and `Admin` implement.
 *
 * Names and semantics are the Java client's, in camelCase and with units last; offsets and timestamps are numbers.
 */
import type { Environment } from '../base/environment.ts';
import type { TopicPartition } from '../protocol/topic-partition.ts';
import type { OperationalError } from '../base/errors.ts';

export type { TopicPartition };

export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** `none`, or one of the four codecs of record batch v2. */
export type CompressionName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** What every client takes. */
export interface ClientOptions {
  /** Where time, chance and the network come from: this process and its machine, unless a test says otherwise. */
  readonly environment?: Environment;
  /** `host:port`, a list of them, or Kafka's comma-separated form. */
  readonly bootstrapServers: string | readonly string[];
  /** Sent with each request; shows in the broker's logs and quotas. */
  readonly clientId?: string;
  /** How long the answer to one request may take before the connection is given up. */
  readonly requestTimeoutMs?: number;
  /** How long opening a connection may take. */
  readonly connectTimeoutMs?: number;
  /** First pause before a retriable failure is tried again; doubles up to {@link retryBackoffMsMax}, with jitter. */
  readonly retryBackoffMs?: number;
  readonly retryBackoffMsMax?: number;
  /** First pause before a failed connection is opened again; doubles up to {@link reconnectBackoffMsMax}. */
  readonly reconnectBackoffMs?: number;
  readonly reconnectBackoffMsMax?: number;
  /** Age at which metadata is fetched again even without a reason. */
  readonly metadataAgeMsMax?: number;
  /** An idle connection is closed after this time. */
  readonly connectionsIdleMsMax?: number;
}

// ---------------------------------------------------------------------------------------------------- producer

export type Acks = 0 | 1 | 'all';

export interface ProducerOptions extends ClientOptions {
  /** 0: do not wait; 1: the leader has it; `all`: all in-sync replicas have it. */
  readonly acks?: Acks;
  /** How long a batch waits for more records before it is sent. */
  readonly lingerMs?: number;
  /** A batch is sent when it has this many bytes (before compression). */
  readonly batchBytesMax?: number;
  /** Bytes that may wait to be sent; beyond it {@link KafkaProducer.ready} answers a promise. */
  readonly bufferBytesMax?: number;
  /** Largest request, and largest record. */
  readonly requestBytesMax?: number;
  readonly compression?: CompressionName;
  /** Exactly one copy of each record and per-partition order, through retries. Needs acks `all`. Default true. */
  readonly idempotent?: boolean;
  /** Set to make this a transactional producer (not available yet). */
  readonly transactionalId?: string | null;
  /** Produce requests in flight per broker; at most 5 with idempotence. */
  readonly inFlightMax?: number;
  /** Attempts after the first; the delivery timeout is what normally ends retrying. */
  readonly retriesMax?: number;
  /** From `send` to success or failure, retries and waiting included. */
  readonly deliveryTimeoutMs?: number;
  /** How long `sendAndWait` waits for buffer space, and any send for its topic's metadata. */
  readonly blockMsMax?: number;
  readonly partitioner?: Partitioner;
}

/** Chooses a record's partition when the record does not name one. */
export interface Partitioner {
  /** @returns a partition in [0, partitionCount), or -1 to let the producer fill one batch after the other (sticky). */
  partition(topic: string, key: Buffer | null, value: Buffer | null, partitionCount: number): number;
}

/** A header to send; a string is sent as its UTF-8 bytes. */
export interface ProducerHeader {
  readonly key: string;
  readonly value: Buffer | string | null;
}

/** A record to send. A string is sent as its UTF-8 bytes; null is a tombstone or a missing key. */
export interface ProducerRecord {
  readonly topic: string;
  /** Chosen by the partitioner when absent. */
  readonly partition?: number | undefined;
  readonly key?: Buffer | string | null | undefined;
  readonly value: Buffer | string | null;
  /** Milliseconds since the epoch; now when absent. */
  readonly timestamp?: number | undefined;
  readonly headers?: readonly ProducerHeader[] | undefined;
}

/**
 * Called once per record, in order within a partition, when its batch is acknowledged or has failed.
 * `offset` is -1 where unknown (an error, or acks 0); `timestamp` is the broker's under LogAppendTime, else -1: the
 * record has its own. What it throws makes the next flush reject.
 */
export type DeliveryCallback = (
  error: Error | null,
  offset: number,
  partition: number,
  timestamp: number,
) => void;

export interface RecordMetadata extends TopicPartition {
  /** -1 with acks 0. */
  readonly offset: number;
  readonly timestamp: number;
}

export interface KafkaProducer {
  /**
   * Queues a record; never waits and makes no promise. What goes wrong (a record too large, an unknown topic, a
   * delivery timeout) is told to `onDelivery`, and makes the next {@link flush} reject.
   * @throws {OperationalError} `CLOSED` after {@link close}.
   * @throws {ArgumentError} for a record that is not what its type says: nothing of it is queued.
   */
  send(record: ProducerRecord, onDelivery?: DeliveryCallback): void;
  /**
   * Back-pressure: undefined while there is room, otherwise a promise of room. A record sent without waiting is still
   * taken until the buffer holds twice its limit, then fails with `BUFFER_EXHAUSTED`.
   *
   * ```ts
   * for (const record of records) {
   *   const wait = producer.ready();
   *   if (wait !== undefined) await wait;
   *   producer.send(record);
   * }
   * ```
   */
  ready(): Promise<void> | undefined;
  /** Waits for room, sends, and resolves when the record is acknowledged; rejects with what made it fail. */
  sendAndWait(record: ProducerRecord): Promise<RecordMetadata>;
  /**
   * Sends all that is queued without lingering and resolves when all of it is acknowledged; rejects with the first
   * error of a send since the last flush.
   */
  flush(): Promise<void>;
  /** The number of partitions of a topic; waits for metadata. */
  partitionsFor(topic: string): Promise<number>;
  /**
   * Flushes, then closes the connections. Rejects as {@link flush} does, but is closed afterwards all the same. What is
   * not acknowledged within `timeoutMs` (no limit but the delivery timeout, unless told) fails with `TIMED_OUT`; 0 waits
   * for nothing.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

// ---------------------------------------------------------------------------------------------------- consumer

export type AutoOffsetReset = 'earliest' | 'latest' | 'none';
export type IsolationLevel = 'read_uncommitted' | 'read_committed';

export interface ConsumerOptions extends ClientOptions {
  /** Needed for `subscribe` and for committing offsets. */
  readonly groupId?: string;
  /** Static membership (KIP-345): the member keeps its partitions over a restart within the session timeout. */
  readonly groupInstanceId?: string | null;
  /** Built-in names (`range`, `roundrobin`, `sticky`, `cooperative-sticky`) or own ones, in order of preference. */
  readonly assignors?: readonly (AssignorName | ConsumerAssignor)[];
  readonly autoOffsetReset?: AutoOffsetReset;
  /** The policy of a topic that has one of its own, as the sources of a Kafka Streams topology may. */
  readonly autoOffsetResetOf?: (topic: string) => AutoOffsetReset | undefined;
  readonly isolationLevel?: IsolationLevel;
  readonly fetchBytesMin?: number;
  readonly fetchBytesMax?: number;
  readonly fetchWaitMsMax?: number;
  readonly partitionFetchBytesMax?: number;
  /** Records that one {@link KafkaConsumer.poll} answers at most. */
  readonly pollRecordsMax?: number;
  /** Time between polls after which the member leaves its group. */
  readonly pollIntervalMsMax?: number;
  readonly sessionTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  /** Commits positions in the background and before a rebalance. Default true, as in Kafka. */
  readonly autoCommit?: boolean;
  readonly autoCommitIntervalMs?: number;
  /** Verifies the CRC of each batch. Default true. */
  readonly checkCrcs?: boolean;
  /** What one compressed batch may become in memory. Default 1 GiB; a larger one cannot be read. */
  readonly decompressedBatchBytesMax?: number;
  readonly allowAutoTopicCreation?: boolean;
  /** Hides internal topics from pattern subscriptions. Default true. */
  readonly excludeInternalTopics?: boolean;
  readonly clientRack?: string;
  /** Time limit of calls that have none of their own (commit, committed, endOffsets, ...). */
  readonly defaultApiTimeoutMs?: number;
}

/** A record as it came from a partition. `headers` is one shared empty array when there are none. */
export interface ConsumerRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/** Records of one partition, in offset order. Keys and values are views on the fetched bytes. */
export interface FetchedRecords extends TopicPartition {
  readonly records: readonly ConsumerRecord[];
  /** The partition's high watermark when the records were fetched. */
  readonly highWatermark: number;
  /** Leader epoch of the last record's batch, -1 if unknown. */
  readonly leaderEpoch: number;
  /** The position after the last record: what to commit when all of them are processed. */
  readonly nextOffset: number;
}

export interface OffsetAndMetadata extends TopicPartition {
  /** The next offset to read. */
  readonly offset: number;
  readonly leaderEpoch?: number | undefined;
  readonly metadata?: string | undefined;
}

export interface OffsetAndTimestamp {
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

/**
 * Told about changes of the assignment, always inside {@link KafkaConsumer.poll} (or close), one call at a time; may
 * be async: the rebalance waits. Under the cooperative protocol the lists are increments.
 */
export interface RebalanceListener {
  onAssigned?(partitions: readonly TopicPartition[]): void | Promise<void>;
  /** Still owned: the place to commit. */
  onRevoked?(partitions: readonly TopicPartition[]): void | Promise<void>;
  /** Already owned by somebody else: committing would fail. Defaults to {@link onRevoked}. */
  onLost?(partitions: readonly TopicPartition[]): void | Promise<void>;
}

export interface ConsumerGroupMetadata {
  readonly groupId: string;
  /** -1 outside a group. */
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export interface KafkaConsumer {
  /** Joins the group and consumes what it is assigned. Replaces the previous subscription. Takes effect in `poll`. */
  subscribe(topics: readonly string[] | RegExp, listener?: RebalanceListener): void;
  /** Consumes exactly these partitions, without group membership. Replaces the previous assignment. */
  assign(partitions: readonly TopicPartition[]): void;
  /** Leaves the group (in the next poll or close) and forgets the assignment. */
  unsubscribe(): Promise<void>;
  subscription(): readonly string[];
  assignment(): readonly TopicPartition[];
  /**
   * Answers records, at the latest after `timeoutMs` an empty list. Joins and rebalances happen in here. Advances the
   * position past what it answers. One call at a time.
   * @throws {OperationalError} `WAKEUP`, `NO_OFFSET` (autoOffsetReset none), `OFFSET_OUT_OF_RANGE`, `LOG_TRUNCATED`,
   *   `UNKNOWN_TOPIC`, `FENCED_INSTANCE_ID`, `CLUSTER_UNREACHABLE`, `CORRUPT_RECORD`, ...
   */
  poll(timeoutMs: number): Promise<readonly FetchedRecords[]>;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  paused(): readonly TopicPartition[];
  seek(partition: TopicPartition, offset: number): void;
  seekToBeginning(partitions: readonly TopicPartition[]): void;
  seekToEnd(partitions: readonly TopicPartition[]): void;
  /** The next offset that `poll` will answer; resolves it from committed offset or reset policy if need be. */
  position(partition: TopicPartition): Promise<number>;
  /** The position if it is known now. */
  positionNow(partition: TopicPartition): number | undefined;
  /** Records between the position and the last known end (LSO under read_committed); undefined while unknown. */
  lag(partition: TopicPartition): number | undefined;
  /** The first offset of a partition, as the last fetch saw it; undefined while unknown. */
  startOffsetNow(partition: TopicPartition): number | undefined;
  /**
   * Assigned partitions whose requests fail with what may pass by itself, so that `poll` answers nothing of them and goes
   * on trying: no leader, a broker that is gone, a disk that has failed.
   */
  failing(): readonly PartitionFailure[];
  /**
   * Commits these offsets; the positions of all assigned partitions when absent. Retries what is retriable.
   * @throws {OperationalError} `COMMIT_FAILED` when the group has moved on without this member, `REBALANCE_IN_PROGRESS`
   *   (retriable, after the next poll) while it rebalances.
   */
  commit(offsets?: readonly OffsetAndMetadata[]): Promise<void>;
  /** Committed offsets; partitions without one are absent. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly OffsetAndMetadata[]>;
  beginningOffsets(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffset[]>;
  /** High watermarks, or last stable offsets under read_committed. */
  endOffsets(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffset[]>;
  /** For each timestamp the first offset at or after it; null where there is none. */
  offsetsForTimes(
    times: readonly (TopicPartition & { readonly timestamp: number })[],
  ): Promise<readonly (TopicPartition & { readonly found: OffsetAndTimestamp | null })[]>;
  /** Partitions of a topic; rejects with `UNKNOWN_TOPIC` if there is none. */
  partitionsFor(topic: string): Promise<readonly PartitionInfo[]>;
  /** Makes a poll that is running, or the next one, reject with `WAKEUP`. */
  wakeup(): void;
  /** Makes the next poll rejoin the group (KIP-568), for assignors whose user data has changed. */
  enforceRebalance(reason?: string): void;
  groupMetadata(): ConsumerGroupMetadata;
  /**
   * Revokes (calls the listener), commits if autoCommit is on, leaves the group (a static member only when asked),
   * closes the connections.
   */
  close(options?: { readonly timeoutMs?: number; readonly leaveGroup?: boolean }): Promise<void>;
}

export interface PartitionFailure extends TopicPartition {
  /** What the last request about the partition failed with. */
  readonly error: OperationalError;
  /** Milliseconds since the first of the failures that have had no success between them. */
  readonly forMs: number;
}

export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

export interface PartitionInfo extends TopicPartition {
  /** Node id, -1 while there is no leader. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offlineReplicas: readonly number[];
}

// ---------------------------------------------------------------------------------------------------- assignors

export type AssignorName = 'range' | 'roundrobin' | 'sticky' | 'cooperative-sticky';
export type RebalanceProtocol = 'eager' | 'cooperative';

/** What one member told the group (ConsumerProtocolSubscription). */
export interface MemberSubscription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly topics: readonly string[];
  readonly userData: Buffer | null;
  readonly ownedPartitions: readonly TopicPartition[];
  /** Generation in which the owned partitions were assigned; -1 if the member does not say. */
  readonly generationId: number;
  readonly rackId: string | null;
}

/** What one member is given (ConsumerProtocolAssignment). */
export interface MemberAssignment {
  readonly partitions: readonly TopicPartition[];
  readonly userData?: Buffer | null;
}

/** What the group's leader knows of the cluster when it assigns: all topics that any member subscribes to. */
export interface AssignmentMetadata {
  /** Undefined if the topic does not exist. */
  partitionCount(topic: string): number | undefined;
  partitions(topic: string): readonly PartitionInfo[];
  /** Rack of a node, if the broker has one. */
  rackOf(nodeId: number): string | null;
}

/** The Java client's ConsumerPartitionAssignor: the built-in ones implement it, and Streams brings its own. */
export interface ConsumerAssignor {
  /** Goes over the wire; all members of a group must have one name in common. */
  readonly name: string;
  /** Highest first matters not: a group uses the highest protocol that all of a member's assignors support. */
  readonly supportedProtocols: readonly RebalanceProtocol[];
  /** Own bytes for the subscription; asked at each (re)join. */
  subscriptionUserData?(topics: readonly string[]): Buffer | null;
  /** Runs on the group's leader only. Every member must be in the answer. May be async (Streams creates topics). */
  assign(
    metadata: AssignmentMetadata,
    subscriptions: readonly MemberSubscription[],
  ): ReadonlyMap<string, MemberAssignment> | Promise<ReadonlyMap<string, MemberAssignment>>;
  /** Runs on each member with what it was given, before the rebalance listener. */
  onAssignment?(assignment: MemberAssignment, group: ConsumerGroupMetadata): void;
}

// ---------------------------------------------------------------------------------------------------- admin

export interface AdminOptions extends ClientOptions {
  /** Time limit of each call, retries included. */
  readonly defaultApiTimeoutMs?: number;
}

export interface NewTopic {
  readonly name: string;
  /** -1 or absent: the broker's default. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** Replica lists by partition, instead of the two counts. */
  readonly assignments?: readonly (readonly number[])[];
  readonly configs?: Readonly<Record<string, string>>;
}

export interface BrokerNode {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export interface ClusterDescription {
  readonly clusterId: string | null;
  /** -1 if unknown. */
  readonly controllerId: number;
  readonly nodes: readonly BrokerNode[];
}

export interface TopicListing {
  readonly name: string;
  readonly topicId: string;
  readonly internal: boolean;
}

export interface TopicDescription extends TopicListing {
  readonly partitions: readonly PartitionInfo[];
}

export type ConfigResourceType = 'topic' | 'broker' | 'broker-logger' | 'client-metrics' | 'group';

export interface ConfigResource {
  readonly type: ConfigResourceType;
  readonly name: string;
}

export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly sensitive: boolean;
  /** DescribeConfigs' ConfigSource: 1 topic, 2 dynamic broker, 3 dynamic default, 4 static, 5 default, 6 logger. */
  readonly source: number;
  readonly isDefault: boolean;
  readonly documentation: string | null;
}

export interface ConfigDescription extends ConfigResource {
  readonly entries: readonly ConfigEntry[];
}

export interface ConfigAlteration {
  readonly name: string;
  readonly op: 'set' | 'delete' | 'append' | 'subtract';
  readonly value?: string | null;
}

export interface GroupListing {
  readonly groupId: string;
  readonly protocolType: string;
  /** Empty when the broker is too old to say. */
  readonly state: string;
  readonly type: string;
}

export interface GroupMemberDescription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** Decoded when the group speaks the consumer protocol, else empty. */
  readonly assignment: readonly TopicPartition[];
}

export interface GroupDescription {
  readonly groupId: string;
  /** `Stable`, `Empty`, `Dead`, `PreparingRebalance`, `CompletingRebalance`. */
  readonly state: string;
  readonly protocolType: string;
  readonly protocol: string;
  readonly members: readonly GroupMemberDescription[];
  readonly coordinator: BrokerNode;
}

/** A place in a log: a timestamp in milliseconds, or one of the named ends. */
export type OffsetSpec = 'earliest' | 'latest' | 'max-timestamp' | { readonly timestamp: number };

export interface ListedOffset extends TopicPartition {
  /** -1 when there is no such record. */
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

/**
 * Administration. A call that covers several things either does all of them or rejects with an `OperationalError`
 * whose code is Kafka's error name (`TOPIC_ALREADY_EXISTS`) and whose message names each thing that failed.
 */
export interface KafkaAdmin {
  createTopics(topics: readonly NewTopic[], options?: { readonly validateOnly?: boolean }): Promise<void>;
  deleteTopics(names: readonly string[]): Promise<void>;
  /** Raises partition counts. */
  createPartitions(topics: readonly { readonly name: string; readonly count: number }[]): Promise<void>;
  describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]>;
  listTopics(options?: { readonly includeInternal?: boolean }): Promise<readonly TopicListing[]>;
  describeCluster(): Promise<ClusterDescription>;
  /** Settings with their source; what they mean is told only when it is asked for. */
  describeConfigs(
    resources: readonly ConfigResource[],
    options?: { readonly includeDocumentation?: boolean },
  ): Promise<readonly ConfigDescription[]>;
  incrementalAlterConfigs(
    changes: readonly (ConfigResource & { readonly alterations: readonly ConfigAlteration[] })[],
    options?: { readonly validateOnly?: boolean },
  ): Promise<void>;
  listGroups(options?: { readonly states?: readonly string[] }): Promise<readonly GroupListing[]>;
  describeGroups(groupIds: readonly string[]): Promise<readonly GroupDescription[]>;
  /** Lets static members leave (KIP-345), so that their group can be deleted; no error for those that are not in it. */
  removeStaticMembers(groupId: string, groupInstanceIds: readonly string[]): Promise<void>;
  deleteGroups(groupIds: readonly string[]): Promise<void>;
  listOffsets(
    specs: readonly (TopicPartition & { readonly spec: OffsetSpec })[],
    options?: { readonly isolationLevel?: IsolationLevel },
  ): Promise<readonly ListedOffset[]>;
  /** Deletes what is before the offset (-1: up to the high watermark); answers the new log start offsets. */
  deleteRecords(before: readonly PartitionOffset[]): Promise<readonly PartitionOffset[]>;
  /** All committed offsets of a group. */
  listConsumerGroupOffsets(groupId: string): Promise<readonly OffsetAndMetadata[]>;
  /** Sets committed offsets of a group that has no active members. */
  alterConsumerGroupOffsets(groupId: string, offsets: readonly OffsetAndMetadata[]): Promise<void>;
  close(): Promise<void>;
}
