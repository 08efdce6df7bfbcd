/** The public types of the consumer. */
import type { OperationalError } from '../../base/errors.ts';
import type { TopicPartition } from '../../protocol/topic-partition.ts';
import type { ClientOptions, RecordHeader } from '../client-options.ts';
import type { AssignorName, ConsumerAssignor } from './assignor-types.ts';

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
  /** Milliseconds since the epoch. Of what a producer wrote beyond 2^53, such as nanoseconds, the nearest number. */
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
  /** The next offset to read. One beyond 2^53, which other clients can commit, is read as the nearest number. */
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
   * Answers records, each partition once, at the latest after `timeoutMs` an empty list. Joins and rebalances happen in here.
   * Advances the position past what it answers. One call at a time.
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
  /** Who this member is in its group; one that was put out is who it was until it has joined again. */
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
