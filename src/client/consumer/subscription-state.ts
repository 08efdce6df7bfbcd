import { OperationalError } from '../../base/errors.ts';
import { partitionKey, showPartition } from '../topic-partitions.ts';
import type { RebalanceListener, TopicPartition } from '../types.ts';

/** Where a position comes from while it is not known yet. */
type ResetTarget = 'earliest' | 'latest';

/** What the consumer knows about one assigned partition. The fields change; the object lives as long as the assignment. */
export class PartitionState implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to hand out; -1 until it is resolved. */
  position = -1;
  /** Leader epoch of the record before {@link position}; -1 if unknown. */
  positionEpoch = -1;
  /** The next offset to fetch: ahead of {@link position} by what is buffered. */
  fetchOffset = -1;
  fetchEpoch = -1;
  /** Set: the position is to be looked up at this end of the log. */
  resetTo: ResetTarget | null = null;
  paused = false;
  /** Under revocation: nothing is fetched or handed out any more. */
  revoking = false;
  highWatermark = -1;
  lastStableOffset = -1;
  logStartOffset = -1;
  /** Raised by each jump of the position: what was fetched before it is dropped. */
  jumps = 0;
  fetching = false;
  /** Fetched answers that wait to be handed out. */
  buffered = 0;
  /** No fetch before this time, after an error. */
  retryAtMs = 0;
  /** The replica to fetch from (KIP-392), -1 for the leader. */
  preferredReplica = -1;
  preferredUntilMs = 0;
  /** What its requests fail with, again and again; undefined while they succeed. */
  failure: OperationalError | undefined;
  failingSinceMs = -1;

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic;
    this.partition = partition;
  }

  /** Jumps to an offset. */
  seek(offset: number, leaderEpoch = -1): void {
    this.position = offset;
    this.positionEpoch = leaderEpoch;
    this.fetchOffset = offset;
    this.fetchEpoch = leaderEpoch;
    this.resetTo = null;
    this.jumps++;
    this.buffered = 0;
    this.preferredReplica = -1;
    this.failure = undefined;
  }

  /** Gives the position up; it is looked up again. */
  reset(target: ResetTarget | null): void {
    this.seek(-1);
    this.resetTo = target;
  }

  /** A request about it has failed with what may pass by itself. */
  onFailure(error: OperationalError, nowMs: number): void {
    if (this.failure === undefined) this.failingSinceMs = nowMs;
    this.failure = error;
  }

  onSuccess(): void {
    this.failure = undefined;
  }

  get fetchable(): boolean {
    return this.position >= 0 && !this.paused && !this.revoking;
  }
}

type Mode = 'none' | 'topics' | 'pattern' | 'manual';

/** What the application asked for, and what it got: the subscription, the assignment, and each partition's state. */
export class SubscriptionState {
  #mode: Mode = 'none';
  #topics: readonly string[] = [];
  #pattern: RegExp | undefined;
  #listener: RebalanceListener = {};
  #partitions = new Map<string, PartitionState>();

  get mode(): Mode {
    return this.#mode;
  }

  /** True if partitions come from a group. */
  get subscribed(): boolean {
    return this.#mode === 'topics' || this.#mode === 'pattern';
  }

  get topics(): readonly string[] {
    return this.#topics;
  }

  get pattern(): RegExp | undefined {
    return this.#pattern;
  }

  get listener(): RebalanceListener {
    return this.#listener;
  }

  subscribe(topics: readonly string[] | RegExp, listener: RebalanceListener): void {
    this.#expectMode(topics instanceof RegExp ? 'pattern' : 'topics');
    this.#listener = listener;
    if (topics instanceof RegExp) {
      this.#pattern = topics;
    } else {
      this.#topics = Array.from(new Set(topics)).toSorted();
    }
  }

  /** The topics that the pattern matches now. */
  setMatchedTopics(topics: readonly string[]): void {
    this.#topics = topics;
  }

  assignManually(partitions: readonly TopicPartition[]): void {
    this.#expectMode('manual');
    this.setAssigned(partitions);
  }

  clear(): void {
    this.#mode = 'none';
    this.#topics = [];
    this.#pattern = undefined;
    this.#listener = {};
    this.setAssigned([]);
  }

  /** Replaces the assignment; partitions that stay keep their state. */
  setAssigned(partitions: readonly TopicPartition[]): void {
    const before = this.#partitions;
    this.#partitions = new Map();
    for (const partition of partitions) {
      const key = partitionKey(partition.topic, partition.partition);
      const state = before.get(key) ?? new PartitionState(partition);
      before.delete(key);
      this.#partitions.set(key, state);
    }
    // What is in flight or buffered for a partition that left must not be handed out.
    for (const state of before.values()) state.seek(-1);
  }

  get(topic: string, partition: number): PartitionState | undefined {
    return this.#partitions.get(partitionKey(topic, partition));
  }

  /** @throws {OperationalError} `NOT_ASSIGNED` */
  expect(partition: TopicPartition): PartitionState {
    const state = this.get(partition.topic, partition.partition);
    if (state !== undefined) return state;
    throw new OperationalError(
      'NOT_ASSIGNED',
      `${showPartition(partition)} is not assigned to this consumer`,
      {
        retriable: false,
      },
    );
  }

  states(): Iterable<PartitionState> {
    return this.#partitions.values();
  }

  assigned(): readonly TopicPartition[] {
    return Array.from(this.#partitions.values(), ({ topic, partition }) => ({ topic, partition }));
  }

  #expectMode(mode: Mode): void {
    const groupNow = this.subscribed;
    const groupThen = mode !== 'manual';
    if (this.#mode !== 'none' && groupNow !== groupThen) {
      throw new OperationalError(
        'SUBSCRIPTION_CONFLICT',
        'a consumer either subscribes or is assigned partitions by hand; unsubscribe first',
        { retriable: false },
      );
    }
    this.#mode = mode;
  }
}
