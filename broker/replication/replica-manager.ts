import { mustStop } from '../../src/base/assert.ts';
import type { Environment, Timer } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { TopicConfig } from '../config/topic-config.ts';
import { messageOf, OperationalError } from '../../src/base/errors.ts';
import { isDamage } from '../log/offline-logs.ts';
import type { LogId, LogManager } from '../log/log-manager.ts';
import { isReservedTopic } from '../log/partition-directory.ts';
import { isLost } from '../metadata/lost-replica.ts';
import type { MetadataDelta } from '../metadata/metadata-delta.ts';
import {
  ConfigResourceType,
  type MetadataImage,
  type PartitionRegistration,
  type TopicImage,
} from '../metadata/metadata-image.ts';
import type { RemovedTopics } from '../metadata/removed-topics.ts';
import type { MetadataPublisher } from '../metadata/metadata-publisher.ts';
import type { Metrics } from '../server/broker-metrics.ts';
import type { ReplicaManagerMetrics } from '../server/metrics.ts';
import { DelayedProduce, pendingCommit } from './delayed-produce.ts';
import { DamagedReplicas, type DamagePeers } from './damaged-replicas.ts';
import { DoubtfulFolders } from './doubtful-folders.ts';
import type { InternalLog } from './internal-log.ts';
import type { IsrChanges } from './isr-changes.ts';
import { Partition } from './partition.ts';
import type { LeaderContext } from './partition-leader.ts';
import { appendFailure } from './partition.ts';
import type { ReplicaFetchers } from './replica-fetchers.ts';
import { countReplicas } from './replica-counts.ts';
import { replicaKey } from './replica-key.ts';
import { SlicedWork } from './sliced-work.ts';
import { TopicConfigs } from './topic-configs.ts';

interface ReplicaManagerOptions extends DamagePeers {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly nodeId: number;
  readonly logManager: LogManager;
  readonly lagMsMax: number;
  readonly configOf: (topic: string, image: MetadataImage) => TopicConfig;
  readonly isrChanges: IsrChanges;
  readonly fetchers: ReplicaFetchers;
  readonly metrics: () => Metrics;
  /** How long a coordinator's append may wait to be committed. */
  readonly internalTimeoutMs: number;
}

/** Hears of partitions that this broker begins or ceases to lead, after the fact. */
export interface LeadershipListener {
  onLead(topic: string, partition: number, leaderEpoch: number): void;
  onResign(topic: string, partition: number, leaderEpoch: number): void;
}

/** A log that a start has found, open or not: of one that is not, nobody knows whether there is anything in it. */
type FoundLog = LogId & { readonly directory: string; readonly logEndOffset?: number };

type TopicName = Pick<TopicImage, 'id' | 'name'>;

/** A partition that the metadata say something new of. */
interface Place {
  readonly topic: TopicName;
  readonly index: number;
}

interface OfflineReplica extends Place {
  /** What was said of it, so that it is not said again with each attempt. */
  readonly reason: string;
  /** Nothing but a change of what lies on the disk can help. */
  readonly isDamaged: boolean;
}

const OFFLINE_RETRY_MS = 1000;

/** All partitions that this broker has a replica of, kept in step with the cluster's metadata. */
export class ReplicaManager implements MetadataPublisher, InternalLog, LeaderContext {
  readonly nodeId: number;
  readonly lagMsMax: number;
  readonly clock;
  readonly #options: ReplicaManagerOptions;
  readonly #byName = new Map<string, Map<number, Partition>>();
  readonly #byId = new Map<string, Map<number, Partition>>();
  readonly #listeners: LeadershipListener[] = [];
  readonly #lagCheck: Timer;
  /** Replicas whose log could not be opened, by topic id and partition. */
  readonly #offline = new Map<string, OfflineReplica>();
  /** Brings replicas in step with the metadata. */
  readonly #placement: SlicedWork<Place>;
  /** Brings the settings of replicas in step with the metadata. */
  readonly #reconfiguration: SlicedWork<Partition>;
  #offlineRetry: Timer | undefined;
  readonly #damage: DamagedReplicas;
  /** Ids of deleted topics of which a folder could not be moved. */
  readonly #undeletable = new Set<string>();
  readonly #doubts: DoubtfulFolders;
  readonly #configs: TopicConfigs;
  #image: MetadataImage | null = null;
  #isrShrinks = 0;
  #isClosed = false;

  constructor(options: ReplicaManagerOptions) {
    this.#options = options;
    this.nodeId = options.nodeId;
    this.lagMsMax = options.lagMsMax;
    this.clock = options.environment.clock;
    this.#configs = new TopicConfigs(options.configOf);
    this.#damage = new DamagedReplicas({
      ...options,
      directoryId: options.logManager.directoryId,
      image: () => this.#image,
      damaged: () => [...this.#offline.values()].filter(({ isDamaged }) => isDamaged),
      isOpen: ({ topic, index }) => this.getById(topic.id, index) !== undefined,
      onLed: (places) =>
        this.#placement.add(new Map(places.map((p) => [replicaKey(p.topic.id, p.index), p]))),
    });
    this.#doubts = new DoubtfulFolders({
      ...options,
      setAside: (id) => this.#setStrayAside(id),
      isLed: (topicId, index, leaderEpoch) => this.#damage.isLed(topicId, index, leaderEpoch),
    });
    const { clock, timers } = options.environment;
    this.#placement = new SlicedWork({ clock, timers, run: (place) => this.#place(place) });
    this.#reconfiguration = new SlicedWork({ clock, timers, run: (partition) => this.#configure(partition) });
    this.#lagCheck = options.environment.timers.every(Math.max(1, options.lagMsMax / 2), () =>
      this.#shrinkIsrs(),
    );
  }

  addLeadershipListener(listener: LeadershipListener): void {
    this.#listeners.push(listener);
  }

  get(topic: string, index: number): Partition | undefined {
    return this.#byName.get(topic)?.get(index);
  }

  getById(topicId: string, index: number): Partition | undefined {
    return this.#byId.get(topicId)?.get(index);
  }

  /** Whether this broker has a replica of the partition whose log could not be opened. */
  isOffline(topicId: string, index: number): boolean {
    return this.#offline.has(replicaKey(topicId, index));
  }

  *offlineReplicas(): IterableIterator<LogId> {
    for (const { topic, index } of this.#offline.values()) yield { topic: topic.name, partition: index };
  }

  *partitions(): IterableIterator<Partition> {
    for (const topic of this.#byName.values()) yield* topic.values();
  }

  /** A replica may join the ISR if its broker is registered with that epoch, serves clients and means to stay. */
  isEligible(brokerId: number, brokerEpoch: number): boolean {
    const broker = this.#image?.brokers.get(brokerId);
    if (broker === undefined || broker.fenced || broker.inControlledShutdown) return false;
    return brokerEpoch < 0 || broker.epoch === brokerEpoch;
  }

  brokerEpochOf(brokerId: number): number {
    return this.#image?.brokers.get(brokerId)?.epoch ?? -1;
  }

  onUpdate(delta: MetadataDelta, image: MetadataImage): void {
    this.#image = image;
    const places = new Map<string, Place>();
    for (const topic of delta.deletedTopics.values()) {
      topic.partitions.forEach((_, index) => void places.set(replicaKey(topic.id, index), { topic, index }));
      this.#options.metrics().dropTopic(topic.name);
    }
    for (const topic of delta.topics.values())
      for (const index of topic.partitions.keys()) places.set(replicaKey(topic.id, index), { topic, index });
    this.#placement.add(places);
    this.#onConfigs(delta);
    if (delta.brokers.size > 0) this.#options.fetchers.onBrokers(image);
  }

  /**
   * Clears the data folder of partitions that the metadata does not give to this broker. Where the metadata says that the
   * topic was deleted, which this broker has slept through, the partition is deleted. Any other (the metadata is lost or
   * another cluster's, the partition has moved) is set aside and named, and never removed.
   */
  clearAbandoned(image: MetadataImage, removed: RemovedTopics): void {
    const { logManager, logger } = this.#options;
    this.#doubts.note(image, removed);
    const logs = [...logManager.logs(), ...logManager.offlineLogs()];
    const abandoned = logs.filter(
      (log) => !isReservedTopic(log.topic) && !this.#doubts.has(log) && this.#isStray(log, image),
    );
    for (const log of abandoned) {
      try {
        if (isKnownToBeGone(log, logManager.topicIdOf(log), removed.ids)) logManager.delete(log);
        else this.#setStrayAside(log);
      } catch (error) {
        // It is closed, and tried again when a topic of that name comes, or at the next start.
        if (!(error instanceof OperationalError)) throw error;
        logger.error('a partition that the cluster does not know cannot be set aside', {
          folder: log.directory,
          error,
        });
      }
    }
  }

  #setStrayAside({ topic, partition }: LogId): void {
    const { logManager, logger } = this.#options;
    const topicId = logManager.topicIdOf({ topic, partition });
    const folder = logManager.setAside({ topic, partition });
    const level = topicId === undefined && !logManager.hadCleanShutdown ? 'warn' : 'error';
    logger[level]('a partition that the cluster does not know is set aside, and kept', {
      topic,
      partition,
      topicId,
      folder,
    });
  }

  #isStray(log: FoundLog, image: MetadataImage): boolean {
    const { topic, partition } = log;
    const { logManager } = this.#options;
    const topicId = logManager.topicIdOf(log);
    // Where the folder does not say whose it is, it is the topic's of that name.
    const known = topicId === undefined ? image.topicsByName.get(topic) : image.topicsById.get(topicId);
    if (known?.name !== topic) return true;
    return known.partitions.get(partition)?.replicas.includes(this.nodeId) !== true;
  }

  append(
    topic: string,
    index: number,
    batch: Buffer,
    onDone: (errorCode: number, baseOffset: number) => void,
  ): void {
    const { environment, internalTimeoutMs } = this.#options;
    const partition = this.get(topic, index);
    const result =
      partition?.append(batch, { origin: 'coordinator', acks: -1 }) ??
      appendFailure(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    if (partition === undefined || result.errorCode !== ErrorCode.NONE) {
      environment.timers.defer(() => onDone(result.errorCode, -1));
      return;
    }
    const commit = pendingCommit(partition, result.lastOffset + 1);
    const produce = new DelayedProduce([commit], () =>
      queueMicrotask(() => onDone(commit.errorCode, result.baseOffset)),
    );
    produce.start(environment.timers, internalTimeoutMs);
    partition.wake();
  }

  read(topic: string, index: number, fromOffset: number, maxBytes: number): Buffer | null {
    const partition = this.get(topic, index);
    if (partition === undefined || partition.leader === null) return null;
    const { log } = partition;
    const offset = Math.max(fromOffset, log.logStartOffset);
    if (offset >= log.logEndOffset) return null;
    const result = log.read(offset, { maxBytes, upperBoundOffset: log.logEndOffset, minOneBatch: true });
    const [first] = result.chunks;
    if (result.errorCode !== ErrorCode.NONE) {
      throw new OperationalError('CORRUPT_LOG', `it cannot be read (error ${result.errorCode})`, {
        retriable: false,
      });
    }
    if (first === undefined) return null;
    return result.chunks.length === 1 ? first : Buffer.concat(result.chunks);
  }

  placeOf(topic: string, index: number, offset: number): string {
    return this.get(topic, index)?.log.placeOf(offset) ?? 'no log';
  }

  giveUp(topic: string, index: number, error: OperationalError): boolean {
    const partition = this.get(topic, index);
    // It may have been given up by whoever read the damage first.
    if (partition === undefined) return this.#isOfflineByName(topic, index);
    if (!this.#isElsewhere(partition.topicId, index)) return false;
    const led = partition.leader;
    this.#forget(partition);
    this.#options.logManager.takeOffline({ topic, partition: index }, error);
    this.#goOffline({ id: partition.topicId, name: topic }, index, error);
    if (led !== null) for (const listener of this.#listeners) listener.onResign(topic, index, led.epoch);
    return true;
  }

  /**
   * A read has met damage. The leader gives up where another replica is in sync and its broker alive, once the read is over: that one
   * leads, and the records are copied from there. Else it leads on with what can be read, as in Kafka. A follower, whose log only
   * the cleaner reads, gives up where its leader is alive.
   * @returns whether it gives up.
   */
  #onDamagedRead(partition: Partition, damage: OperationalError): boolean {
    const { topic, topicId, index } = partition;
    if (this.#isClosed) return false;
    if (this.getById(topicId, index) !== partition) return this.isOffline(topicId, index);
    if (!this.#canHandOver(partition)) return false;
    this.#options.environment.timers.defer(() => {
      if (this.#isClosed || this.getById(topicId, index) !== partition) return;
      if (!this.#canHandOver(partition)) return;
      this.#options.logger.warn('a replica whose log is damaged gives up: others have its records', {
        topic,
        partition: index,
        reason: damage.message,
      });
      this.giveUp(topic, index, damage);
    });
    return true;
  }

  /** Whether one that is alive has the records of a partition: its leader, or who is in sync with this one, which leads it. */
  #canHandOver({ topicId, index, leader }: Partition): boolean {
    const registration = this.#image?.topicsById.get(topicId)?.partitions.get(index);
    if (registration === undefined) return false;
    const others = leader === null ? [registration.leader] : registration.isr;
    return others.some((id) => id !== this.nodeId && this.isEligible(id, -1));
  }

  #isOfflineByName(topic: string, index: number): boolean {
    const topicId = this.#image?.topicsByName.get(topic)?.id;
    return topicId !== undefined && this.isOffline(topicId, index);
  }

  logStartOffset(topic: string, index: number): number {
    return this.get(topic, index)?.log.logStartOffset ?? -1;
  }

  logEndOffset(topic: string, index: number): number {
    return this.get(topic, index)?.log.logEndOffset ?? -1;
  }

  metrics(): ReplicaManagerMetrics {
    const { isrChanges } = this.#options;
    return {
      ...countReplicas(this.partitions()),
      offlineReplicaCount: this.#offline.size,
      isrShrinksTotal: this.#isrShrinks,
      isrExpandsTotal: isrChanges.expandsTotal,
      failedIsrUpdatesTotal: isrChanges.failuresTotal,
    };
  }

  /** Stops replicating; whoever waits is told that this broker does not lead any more. */
  close(): void {
    this.#isClosed = true;
    this.#lagCheck.cancel();
    this.#offlineRetry?.cancel();
    this.#damage.close();
    this.#reconfiguration.close();
    // What was deleted is put aside yet, or the next start would find partitions that nobody knows.
    for (const place of this.#placement.close()) {
      if (this.#image?.topicsById.has(place.topic.id) === false) this.#place(place);
    }
    this.#options.isrChanges.close();
    this.#options.fetchers.close();
    for (const partition of this.partitions()) partition.onRemoved();
  }

  #shrinkIsrs(): void {
    for (const partition of this.partitions()) if (partition.shrinkIsr()) this.#isrShrinks++;
  }

  /** Does what the newest metadata say of a partition, which may be more than was new when this was asked for. */
  #place({ topic, index }: Place): void {
    const image = this.#image;
    if (image === null) return;
    const existing = this.getById(topic.id, index);
    const registration = image.topicsById.get(topic.id)?.partitions.get(index);
    if (registration?.replicas.includes(this.nodeId) === true) {
      this.#applyAssignment(topic, index, { existing, registration, image });
      return;
    }
    const wasOffline = this.#offline.delete(replicaKey(topic.id, index));
    if (existing !== undefined) this.#remove(existing);
    else if (wasOffline) this.#removeOffline(topic, index);
  }

  /** Does what the metadata say of a replica of this broker. */
  #applyAssignment(
    topic: TopicName,
    index: number,
    {
      existing,
      registration,
      image,
    }: {
      readonly existing: Partition | undefined;
      readonly registration: PartitionRegistration;
      readonly image: MetadataImage;
    },
  ): void {
    const partition = existing ?? this.#create(topic, index, image);
    if (partition === undefined) return;
    try {
      this.#assign(partition, registration, image);
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      this.#forget(partition);
      this.#goOffline(topic, index, error);
    }
  }

  #goOffline(topic: TopicName, index: number, error: unknown): void {
    const key = replicaKey(topic.id, index);
    const reason = messageOf(error);
    if (mustStop(error)) error.stopped = `partition ${topic.name}-${index}`;
    const isDamaged = isDamage(error);
    const before = this.#offline.get(key);
    this.#offline.set(key, { topic: { id: topic.id, name: topic.name }, index, reason, isDamaged });
    if (isDamaged) this.#damage.check();
    else this.#retryLater();
    // The log manager has said why it could not open what it has found.
    const found = this.#options.logManager.offlineLog({ topic: topic.name, partition: index });
    const isSaid = found?.isMissing === false;
    if (isSaid || before?.reason === reason) return;
    // What another broker has is copied again, as after any power loss that has taken a new folder.
    const level = isDamaged && this.#isElsewhere(topic.id, index) ? 'warn' : 'error';
    this.#options.logger[level]('a replica is offline: its log cannot be opened', {
      topic: topic.name,
      partition: index,
      error,
      reason,
    });
  }

  /** A disk that was full may have space again, and no change of the metadata will come to say so. */
  #retryLater(): void {
    this.#offlineRetry ??= this.#options.environment.timers.after(OFFLINE_RETRY_MS, () => {
      this.#offlineRetry = undefined;
      this.#placement.add(new Map([...this.#offline].filter(([, { isDamaged }]) => !isDamaged)));
    });
  }

  /** Whether another broker has, or may have, all records of a partition. */
  #isElsewhere(topicId: string, index: number): boolean {
    const registration = this.#image?.topicsById.get(topicId)?.partitions.get(index);
    const { leader = -1, isr = [], elr = [] } = registration ?? {};
    return [leader, ...isr, ...elr].some((id) => id >= 0 && id !== this.nodeId);
  }

  /** Opens the replica's log; a disk that refuses takes this replica offline and leaves the rest of the broker alone. */
  #create(topic: TopicName, index: number, image: MetadataImage): Partition | undefined {
    const { logManager, isrChanges } = this.#options;
    const id = { topic: topic.name, partition: index };
    try {
      this.#doubts.clear(id, topic.id, image);
      this.#clearTheWay(id, topic.id);
      const free = logManager.whenFree(id);
      if (free !== undefined) {
        const place = { topic: { id: topic.id, name: topic.name }, index };
        free.then(
          () => this.#placement.add(new Map([[replicaKey(topic.id, index), place]])),
          (error: unknown) => this.#goOffline(topic, index, error),
        );
        return undefined;
      }
      const config = this.#configs.of(topic.name, image);
      const log = logManager.getOrCreate({ ...id, topicId: topic.id, config: config.log });
      log.config = config.log;
      const partition = new Partition({
        topic: topic.name,
        topicId: topic.id,
        index,
        log,
        config,
        context: this,
        proposeIsr: isrChanges.propose,
      });
      log.onDamage = (damage) => this.#onDamagedRead(partition, damage);
      indexed(this.#byName, topic.name).set(index, partition);
      indexed(this.#byId, topic.id).set(index, partition);
      this.#offline.delete(replicaKey(topic.id, index));
      return partition;
    } catch (error) {
      this.#goOffline(topic, index, error);
      return undefined;
    }
  }

  /** A folder of an earlier topic of that name: one that was deleted goes, of any other nobody said that it may. */
  #clearTheWay(id: LogId, topicId: string): void {
    const { logManager } = this.#options;
    const topicIdOnDisk = logManager.topicIdOf(id);
    if (topicIdOnDisk === undefined || topicIdOnDisk === topicId) return;
    const earlier = this.getById(topicIdOnDisk, id.partition);
    // One that was deleted a moment ago, and whose turn has not come yet.
    if (earlier !== undefined) this.#remove(earlier);
    else if (this.#undeletable.has(topicIdOnDisk)) logManager.delete(id);
    else this.#setStrayAside(id);
  }

  #assign(partition: Partition, registration: PartitionRegistration, image: MetadataImage): void {
    const ledEpoch = partition.leader?.epoch ?? -1;
    const { fetchers } = this.#options;
    fetchers.unfollow(partition, registration);
    partition.onRegistration(registration);
    if (isLost(registration, this.nodeId))
      this.#damage.onOpen({
        topic: { id: partition.topicId, name: partition.topic },
        index: partition.index,
      });
    const leadsEpoch = partition.leader?.epoch ?? -1;
    if (partition.leader === null && registration.leader >= 0)
      fetchers.follow(partition, registration.leader, image);
    if (ledEpoch === leadsEpoch) return;
    for (const listener of this.#listeners) {
      if (leadsEpoch >= 0) listener.onLead(partition.topic, partition.index, leadsEpoch);
      else listener.onResign(partition.topic, partition.index, registration.leaderEpoch);
    }
  }

  #remove(partition: Partition): void {
    const { topic, index } = partition;
    const led = partition.leader;
    this.#forget(partition);
    this.#deleteLog({ topic, partition: index }, partition.topicId);
    if (led !== null) for (const listener of this.#listeners) listener.onResign(topic, index, led.epoch);
  }

  /** The folder of a partition that could not be opened, if it has one, goes with its topic. */
  #removeOffline(topic: TopicName, index: number): void {
    const id = { topic: topic.name, partition: index };
    const topicId = this.#options.logManager.topicIdOf(id);
    if (topicId === undefined || topicId === topic.id) this.#deleteLog(id, topic.id);
  }

  #deleteLog(id: LogId, topicId: string): void {
    try {
      this.#options.logManager.delete(id);
    } catch (error) {
      // The metadata goes on. The folder keeps its topic's id, by which the next topic of that name knows that it is to
      // go, and the next start sets it aside.
      if (!(error instanceof OperationalError)) throw error;
      this.#undeletable.add(topicId);
      this.#options.logger.error('a deleted partition could not be put aside', { ...id, error });
    }
  }

  #forget(partition: Partition): void {
    this.#options.fetchers.unfollow(partition, null);
    partition.onRemoved();
    dropFrom(this.#byName, partition.topic, partition);
    dropFrom(this.#byId, partition.topicId, partition);
  }

  /** A change of brokers' settings may concern every topic; one of a topic only that one. */
  #onConfigs(delta: MetadataDelta): void {
    const concerned = new Map<string, Partition>();
    const note = (partition: Partition): void =>
      void concerned.set(replicaKey(partition.topicId, partition.index), partition);
    for (const { resourceType, resourceName } of delta.configs.values()) {
      if (resourceType === ConfigResourceType.TOPIC) this.#byName.get(resourceName)?.forEach(note);
      else if (resourceType === ConfigResourceType.BROKER) for (const each of this.partitions()) note(each);
    }
    if (concerned.size > 0) this.#reconfiguration.add(concerned);
  }

  #configure(partition: Partition): void {
    if (this.#image === null || this.getById(partition.topicId, partition.index) !== partition) return;
    partition.onConfig(this.#configs.of(partition.topic, this.#image));
  }
}

function indexed<K>(map: Map<K, Map<number, Partition>>, key: K): Map<number, Partition> {
  let inner = map.get(key);
  if (inner === undefined) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}

/** A newer topic of the same name may have taken the place already. */
function dropFrom<K>(map: Map<K, Map<number, Partition>>, key: K, partition: Partition): void {
  const inner = map.get(key);
  if (inner?.get(partition.index) !== partition) return;
  inner.delete(partition.index);
  if (inner.size === 0) map.delete(key);
}

/**
 * The topic was deleted; or a crash came between the making of the folder and the first record, before it was said whose
 * the folder is: then there is nothing in it.
 */
function isKnownToBeGone(
  log: FoundLog,
  topicId: string | undefined,
  removedTopics: ReadonlySet<string>,
): boolean {
  return topicId === undefined ? log.logEndOffset === 0 : removedTopics.has(topicId);
}
