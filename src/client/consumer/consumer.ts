import { OperationalError } from '../../base/errors.ts';
import { ErrorCode, errorOf } from '../../protocol/error-codes.ts';
import { Cluster } from '../cluster/cluster.ts';
import { GroupCoordinator } from '../cluster/coordinator.ts';
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, lookupOffsets } from '../cluster/offset-lookup.ts';
import {
  checkCloseOptions,
  checkListener,
  checkName,
  checkOffset,
  checkOffsets,
  checkPartition,
  checkPartitions,
  checkReason,
  checkSubscription,
  checkTimeout,
  checkTimes,
} from '../check-arguments.ts';
import { type ConsumerSettings, consumerSettings } from '../config/settings.ts';
import { closed, kafkaError, timedOut } from '../kafka-error.ts';
import { showPartition } from '../topic-partitions.ts';
import type {
  ConsumerGroupMetadata,
  ConsumerOptions,
  FetchedRecords,
  KafkaConsumer,
  OffsetAndMetadata,
  OffsetAndTimestamp,
  PartitionInfo,
  PartitionFailure,
  PartitionOffset,
  RebalanceListener,
  TopicPartition,
} from '../types.ts';
import { createAssignors } from './assignors/assignors.ts';
import { Committer } from './committer.ts';
import { EventGate } from './event-gate.ts';
import { Fetcher } from './fetcher.ts';
import { Membership } from './membership.ts';
import { Positions } from './positions.ts';
import { SubscriptionState } from './subscription-state.ts';

const NO_RECORDS: readonly FetchedRecords[] = [];

/** How long giving up partitions waits for the last commit. */
const COMMIT_BEFORE_REBALANCE_MS = 5_000;

interface Group {
  readonly coordinator: GroupCoordinator;
  readonly membership: Membership;
  readonly committer: Committer;
}

/**
 * Reads records from a Kafka cluster, as a member of a group or from partitions of its own choice.
 *
 * ```ts
 * const consumer = new Consumer({
 *   bootstrapServers: 'localhost:9092',
 *   groupId: 'billing',
 *   autoOffsetReset: 'earliest',
 * });
 * consumer.subscribe(['orders']);
 * while (running) {
 *   for (const { partition, records } of await consumer.poll(1_000)) {
 *     for (const { offset, value } of records) bill(partition, offset, value);
 *   }
 *   await consumer.commit();
 * }
 * await consumer.close();
 * ```
 */
export class Consumer implements KafkaConsumer {
  readonly #settings: ConsumerSettings;
  readonly #cluster: Cluster;
  readonly #subscription = new SubscriptionState();
  readonly #fetcher: Fetcher;
  readonly #positions: Positions;
  readonly #group: Group | undefined;
  readonly #gate: EventGate;
  #polling: Promise<unknown> | undefined;
  #wakeupRequested = false;
  #failure: unknown;
  #lookingForCluster = false;
  #firstLookMs = -1;
  #closed = false;

  constructor(options: ConsumerOptions) {
    this.#settings = consumerSettings(options);
    this.#cluster = new Cluster({
      settings: this.#settings,
      allowAutoTopicCreation: this.#settings.allowAutoTopicCreation,
    });
    this.#gate = new EventGate(this.#settings.environment);
    const onEvent = (): void => this.#gate.notify();
    this.#fetcher = new Fetcher(this.#cluster, this.#settings, this.#subscription, onEvent);
    this.#group = this.#createGroup(this.#settings.groupId, onEvent);
    const committer = this.#group?.committer;
    this.#positions = new Positions(this.#cluster, this.#settings, this.#subscription, {
      readCommitted:
        committer === undefined
          ? undefined
          : (partitions) => committer.committed(partitions, this.#settings.defaultApiTimeoutMs),
      onEvent,
    });
    this.#cluster.onUpdate(() => this.#onMetadata());
  }

  // ------------------------------------------------------------------------------------------ what to consume

  subscribe(topics: readonly string[] | RegExp, listener: RebalanceListener = {}): void {
    checkSubscription(topics, 'topics');
    checkListener(listener, 'listener');
    this.#checkOpen();
    if (this.#group === undefined) {
      throw new OperationalError(
        'INVALID_GROUP_ID',
        'subscribing needs a group.id; without one, assign partitions',
        {
          retriable: false,
        },
      );
    }
    this.#subscription.subscribe(topics, listener);
    this.#cluster.trackOnly(topics instanceof RegExp ? null : topics);
    this.#findCluster();
    this.#group.membership.checkSubscription();
    this.#gate.notify();
  }

  assign(partitions: readonly TopicPartition[]): void {
    checkPartitions(partitions, 'partitions');
    this.#checkOpen();
    this.#subscription.assignManually(partitions);
    this.#cluster.trackOnly(partitions.map(({ topic }) => topic));
    this.#findCluster();
    this.#gate.notify();
  }

  async unsubscribe(): Promise<void> {
    this.#checkOpen();
    if (this.#subscription.subscribed && this.#group !== undefined) {
      await this.#group.membership.releaseAll();
      await this.#group.membership.end({
        leave: this.#settings.groupInstanceId === null,
        reason: 'unsubscribed',
        timeoutMs: this.#settings.requestTimeoutMs,
      });
    }
    this.#subscription.clear();
    this.#cluster.trackOnly([]);
  }

  subscription(): readonly string[] {
    return this.#subscription.topics;
  }

  assignment(): readonly TopicPartition[] {
    return this.#subscription.assigned();
  }

  // ------------------------------------------------------------------------------------------ records

  async poll(timeoutMs: number): Promise<readonly FetchedRecords[]> {
    checkTimeout(timeoutMs, 'timeoutMs');
    this.#checkOpen();
    if (this.#polling !== undefined) {
      throw new OperationalError('CONCURRENT_POLL', 'a poll of this consumer is under way already', {
        retriable: false,
      });
    }
    if (this.#subscription.mode === 'none') {
      throw new OperationalError(
        'NOT_SUBSCRIBED',
        'subscribe to topics or assign partitions before polling',
        {
          retriable: false,
        },
      );
    }
    const membership = this.#subscription.subscribed ? this.#group?.membership : undefined;
    membership?.enterPoll();
    const polling = this.#poll(timeoutMs);
    this.#polling = polling;
    try {
      return await polling;
    } finally {
      this.#polling = undefined;
      membership?.leavePoll();
    }
  }

  pause(partitions: readonly TopicPartition[]): void {
    checkPartitions(partitions, 'partitions');
    for (const state of partitions.map((partition) => this.#subscription.expect(partition)))
      state.paused = true;
  }

  resume(partitions: readonly TopicPartition[]): void {
    checkPartitions(partitions, 'partitions');
    for (const state of partitions.map((partition) => this.#subscription.expect(partition)))
      state.paused = false;
    this.#gate.notify();
  }

  paused(): readonly TopicPartition[] {
    return Array.from(this.#subscription.states())
      .filter(({ paused }) => paused)
      .map(({ topic, partition }) => ({ topic, partition }));
  }

  seek(partition: TopicPartition, offset: number): void {
    checkPartition(partition, 'partition');
    checkOffset(offset, 'offset');
    this.#subscription.expect(partition).seek(offset);
    this.#gate.notify();
  }

  seekToBeginning(partitions: readonly TopicPartition[]): void {
    checkPartitions(partitions, 'partitions');
    for (const state of partitions.map((partition) => this.#subscription.expect(partition)))
      state.reset('earliest');
    this.#gate.notify();
  }

  seekToEnd(partitions: readonly TopicPartition[]): void {
    checkPartitions(partitions, 'partitions');
    for (const state of partitions.map((partition) => this.#subscription.expect(partition)))
      state.reset('latest');
    this.#gate.notify();
  }

  async position(partition: TopicPartition): Promise<number> {
    checkPartition(partition, 'partition');
    const state = this.#subscription.expect(partition);
    const deadlineMs = this.#nowMs() + this.#settings.defaultApiTimeoutMs;
    while (state.position < 0) {
      this.#checkOpen();
      this.#positions.resolve();
      await this.#cluster.within(Math.max(0, deadlineMs - this.#nowMs()), this.#positions.settled(), () =>
        timedOut(`finding the position of ${showPartition(partition)}`, this.#settings.defaultApiTimeoutMs),
      );
      this.#subscription.expect(partition);
    }
    return state.position;
  }

  positionNow(of: TopicPartition): number | undefined {
    checkPartition(of, 'partition');
    const { topic, partition } = of;
    const position = this.#subscription.get(topic, partition)?.position ?? -1;
    return position < 0 ? undefined : position;
  }

  lag(of: TopicPartition): number | undefined {
    checkPartition(of, 'partition');
    const { topic, partition } = of;
    const state = this.#subscription.get(topic, partition);
    if (state === undefined || state.position < 0) return undefined;
    const end =
      this.#settings.isolationLevel === 'read_committed' ? state.lastStableOffset : state.highWatermark;
    return end < 0 ? undefined : Math.max(0, end - state.position);
  }

  failing(): readonly PartitionFailure[] {
    const nowMs = this.#nowMs();
    const failing: PartitionFailure[] = [];
    for (const { topic, partition, failure, failingSinceMs } of this.#subscription.states()) {
      if (failure !== undefined)
        failing.push({ topic, partition, error: failure, forMs: nowMs - failingSinceMs });
    }
    return failing;
  }

  startOffsetNow(of: TopicPartition): number | undefined {
    checkPartition(of, 'partition');
    const { topic, partition } = of;
    const offset = this.#subscription.get(topic, partition)?.logStartOffset ?? -1;
    return offset < 0 ? undefined : offset;
  }

  // ------------------------------------------------------------------------------------------ offsets

  async commit(offsets?: readonly OffsetAndMetadata[]): Promise<void> {
    if (offsets !== undefined) checkOffsets(offsets, 'offsets');
    const { committer } = this.#expectGroup('committing offsets');
    await committer.commit(offsets ?? committer.positions(), this.#settings.defaultApiTimeoutMs);
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly OffsetAndMetadata[]> {
    checkPartitions(partitions, 'partitions');
    const { committer } = this.#expectGroup('reading committed offsets');
    return committer.committed(partitions, this.#settings.defaultApiTimeoutMs);
  }

  async beginningOffsets(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffset[]> {
    checkPartitions(partitions, 'partitions');
    return this.#lookupEnds(partitions, EARLIEST_TIMESTAMP);
  }

  async endOffsets(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffset[]> {
    checkPartitions(partitions, 'partitions');
    return this.#lookupEnds(partitions, LATEST_TIMESTAMP);
  }

  async offsetsForTimes(
    times: readonly (TopicPartition & { readonly timestamp: number })[],
  ): Promise<readonly (TopicPartition & { readonly found: OffsetAndTimestamp | null })[]> {
    checkTimes(times, 'times');
    const found = await lookupOffsets(this.#cluster, times, this.#lookupOptions());
    return found.map(({ topic, partition, offset, timestamp, leaderEpoch }) => ({
      topic,
      partition,
      found: offset < 0 ? null : { offset, timestamp, leaderEpoch },
    }));
  }

  async partitionsFor(topic: string): Promise<readonly PartitionInfo[]> {
    checkName(topic, 'topic');
    const { partitions } = await this.#cluster.topic(topic, this.#settings.defaultApiTimeoutMs);
    return partitions.map((partition) => ({ ...partition, topic }));
  }

  // ------------------------------------------------------------------------------------------ life

  wakeup(): void {
    this.#wakeupRequested = true;
    this.#gate.notify();
  }

  enforceRebalance(reason = 'asked for by the application'): void {
    checkReason(reason, 'reason');
    this.#expectGroup('a rebalance').membership.requestRejoin(reason);
  }

  groupMetadata(): ConsumerGroupMetadata {
    return this.#expectGroup('group metadata').membership.group;
  }

  async close(options: { readonly timeoutMs?: number; readonly leaveGroup?: boolean } = {}): Promise<void> {
    checkCloseOptions(options, 'options');
    if (this.#closed) return;
    this.#closed = true;
    this.#gate.notify();
    // A poll that is under way ends first: its callbacks are not to be overtaken.
    await this.#polling?.catch(() => {});
    try {
      if (this.#group !== undefined) await this.#leave(this.#group, options);
    } finally {
      this.#fetcher.close();
      await this.#cluster.close();
    }
  }

  // ------------------------------------------------------------------------------------------ inside

  #createGroup(groupId: string | null, onEvent: () => void): Group | undefined {
    const assignors = createAssignors(this.#settings.assignors);
    if (groupId === null) return undefined;
    const coordinator = new GroupCoordinator(this.#cluster, groupId);
    const membership: Membership = new Membership({
      cluster: this.#cluster,
      coordinator,
      settings: this.#settings,
      subscription: this.#subscription,
      assignors,
      onEvent,
      beforeRebalance: () => committer.autoCommitNow(COMMIT_BEFORE_REBALANCE_MS),
    });
    const committer = new Committer(this.#cluster, coordinator, this.#settings, {
      subscription: this.#subscription,
      membership,
    });
    return { coordinator, membership, committer };
  }

  async #poll(timeoutMs: number): Promise<readonly FetchedRecords[]> {
    const deadlineMs = this.#nowMs() + timeoutMs;
    const turn = this.#gate.yieldIfDue();
    if (turn !== undefined) await turn;
    for (;;) {
      if (this.#closed) throw closed('consumer');
      if (this.#wakeupRequested) {
        this.#wakeupRequested = false;
        throw new OperationalError('WAKEUP', 'the poll was woken up', { retriable: true });
      }
      const { events } = this.#gate;
      const records = await this.#step();
      if (records.length > 0) return records;
      const leftMs = deadlineMs - this.#nowMs();
      if (leftMs <= 0) return NO_RECORDS;
      await this.#gate.wait(leftMs, events);
    }
  }

  /** Drives everything as far as it goes by itself, and takes the records that are there. */
  async #step(): Promise<readonly FetchedRecords[]> {
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw failure;
    }
    if (!this.#cluster.known) this.#findCluster();
    this.#group?.committer.autoCommitIfDue();
    // Without metadata a pattern matches nothing, and there is nobody to join at.
    if (this.#cluster.known && this.#subscription.subscribed && this.#group?.membership.settled === false) {
      await this.#group.membership.advance();
    }
    this.#positions.resolve();
    this.#fetcher.sendFetches();
    const records = this.#fetcher.collect(this.#settings.pollRecordsMax);
    if (records.length > 0) this.#fetcher.sendFetches();
    return records;
  }

  /** Fetches metadata in the background; a cluster that never answers ends the poll, one that once did does not. */
  #findCluster(): void {
    if (this.#lookingForCluster) return;
    this.#lookingForCluster = true;
    if (this.#firstLookMs < 0) this.#firstLookMs = this.#nowMs();
    this.#cluster
      .refresh()
      .catch((error: unknown) => {
        const patienceMs = this.#settings.defaultApiTimeoutMs;
        if (!this.#cluster.known && this.#nowMs() - this.#firstLookMs >= patienceMs) this.#failure ??= error;
        this.#cluster.environment.timers.after(this.#settings.retryBackoffMs, () => this.#gate.notify());
      })
      .finally(() => {
        this.#lookingForCluster = false;
      })
      .catch(() => {});
  }

  #onMetadata(): void {
    const { pattern } = this.#subscription;
    if (pattern !== undefined) this.#matchTopics(pattern);
    for (const topic of this.#subscription.topics) {
      const errorCode = this.#cluster.metadata.topic(topic)?.errorCode ?? ErrorCode.NONE;
      // A topic that is missing may still be created; one that must not be read, or cannot exist, will not.
      if (errorCode !== ErrorCode.NONE && !errorOf(errorCode).retriable) {
        this.#failure ??= kafkaError(errorCode, `topic ${topic}`);
      }
    }
    if (this.#subscription.subscribed) this.#group?.membership.checkSubscription();
    this.#fetcher.sendFetches();
    this.#gate.notify();
  }

  #matchTopics(pattern: RegExp): void {
    const matched: string[] = [];
    for (const { name, internal, errorCode } of this.#cluster.metadata.topics()) {
      if (errorCode !== ErrorCode.NONE || (internal && this.#settings.excludeInternalTopics)) continue;
      // Stateful expressions (g, y) would remember where the last match ended.
      pattern.lastIndex = 0;
      if (pattern.test(name)) matched.push(name);
    }
    this.#subscription.setMatchedTopics(matched.toSorted());
  }

  async #leave(
    { membership, committer }: Group,
    options: { readonly timeoutMs?: number; readonly leaveGroup?: boolean },
  ): Promise<void> {
    const timeoutMs = options.timeoutMs ?? this.#settings.requestTimeoutMs;
    const deadlineMs = this.#nowMs() + timeoutMs;
    // One that is under way may have a longer time of its own.
    await Promise.race([committer.autoCommitNow(timeoutMs), this.#cluster.sleep(timeoutMs)]);
    if (!this.#subscription.subscribed) return;
    try {
      await membership.releaseAll();
    } finally {
      await membership.end({
        leave: options.leaveGroup ?? this.#settings.groupInstanceId === null,
        reason: 'the consumer is closed',
        timeoutMs: Math.max(0, deadlineMs - this.#nowMs()),
      });
    }
  }

  async #lookupEnds(
    partitions: readonly TopicPartition[],
    timestamp: number,
  ): Promise<readonly PartitionOffset[]> {
    const queries = partitions.map(({ topic, partition }) => ({ topic, partition, timestamp }));
    const found = await lookupOffsets(this.#cluster, queries, this.#lookupOptions());
    return found.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
  }

  #lookupOptions(): {
    readonly isolationLevel: 'read_uncommitted' | 'read_committed';
    readonly timeoutMs: number;
  } {
    return { isolationLevel: this.#settings.isolationLevel, timeoutMs: this.#settings.defaultApiTimeoutMs };
  }

  #expectGroup(what: string): Group {
    if (this.#group !== undefined) return this.#group;
    throw new OperationalError('INVALID_GROUP_ID', `${what} needs a group.id`, { retriable: false });
  }

  #checkOpen(): void {
    if (this.#closed) throw closed('consumer');
  }

  #nowMs(): number {
    return this.#cluster.environment.clock.monotonicMs();
  }
}
