import { OperationalError } from '../../base/errors.ts';
import { Lifecycle } from '../../base/lifecycle.ts';
import { silentLogger } from '../../base/logger.ts';
import { ErrorCode, errorOf } from '../../protocol/error-codes.ts';
import { Cluster } from '../cluster/cluster.ts';
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from '../cluster/offset-lookup.ts';
import type { SharedConnections } from '../cluster/shared-connections.ts';
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
import { ClusterSearch, topicsMatching } from './cluster-search.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { EventGate } from './event-gate.ts';
import { Fetcher } from './fetcher.ts';
import { OwnFetches } from './own-fetches.ts';
import { PartitionQueries } from './partition-queries.ts';
import { Positions } from './positions.ts';
import type { SharedFetches } from './shared-fetches.ts';
import { SubscriptionState } from './subscription-state.ts';

const NO_RECORDS: readonly FetchedRecords[] = [];

interface SharedByConsumers {
  readonly fetches?: SharedFetches | undefined;
  readonly connections?: SharedConnections | undefined;
  readonly leavesUnread?: boolean;
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
  readonly #group: ConsumerGroup | undefined;
  readonly #queries: PartitionQueries;
  readonly #gate: EventGate;
  readonly #search: ClusterSearch;
  readonly #life: Lifecycle;
  #polling: Promise<unknown> | undefined;
  #wakeupRequested = false;
  #failure: unknown;
  #closeOptions: Parameters<Consumer['close']>[0] = {};

  /**
   * @param shared.fetches what it reads together with other consumers of this process; without it, it reads for itself.
   * @param shared.leavesUnread polls answer with {@link UnreadRecords}, of whole batches, that `pollRecordsMax` is reached by;
   *   not together with `fetches`.
   * @param shared.connections what it shares with other clients of this process.
   */
  constructor(
    options: ConsumerOptions,
    { fetches, connections, leavesUnread = false }: SharedByConsumers = {},
  ) {
    this.#settings = consumerSettings(options);
    this.#cluster = new Cluster({
      settings: this.#settings,
      allowAutoTopicCreation: this.#settings.allowAutoTopicCreation,
      connections,
    });
    this.#gate = new EventGate(this.#settings.environment, this.#cluster.turns);
    const onEvent = (): void => this.#gate.notify();
    this.#search = new ClusterSearch(this.#cluster, this.#settings, {
      onFailure: (error) => {
        this.#failure ??= error;
      },
      onRetry: onEvent,
    });
    this.#fetcher = new Fetcher({
      cluster: this.#cluster,
      settings: this.#settings,
      subscription: this.#subscription,
      source: fetches?.of(this.#settings) ?? new OwnFetches(this.#cluster, this.#settings),
      leavesUnread,
      onEvent,
    });
    const assignors = createAssignors(this.#settings.assignors);
    const { groupId } = this.#settings;
    const group = { cluster: this.#cluster, settings: this.#settings, subscription: this.#subscription };
    this.#group = groupId === null ? undefined : new ConsumerGroup({ ...group, groupId, assignors, onEvent });
    this.#queries = new PartitionQueries(this.#cluster, this.#settings);
    const committer = this.#group?.committer;
    this.#positions = new Positions(this.#cluster, this.#settings, this.#subscription, {
      readCommitted:
        committer === undefined
          ? undefined
          : (partitions) => committer.committed(partitions, this.#settings.defaultApiTimeoutMs),
      onEvent,
    });
    this.#cluster.onUpdate(() => this.#onMetadata());
    this.#life = this.#newLife();
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
    this.#search.look();
    this.#group.membership.checkSubscription();
    this.#gate.notify();
  }

  assign(partitions: readonly TopicPartition[]): void {
    checkPartitions(partitions, 'partitions');
    this.#checkOpen();
    this.#subscription.assignManually(partitions);
    this.#cluster.trackOnly(partitions.map(({ topic }) => topic));
    this.#search.look();
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
    return this.#queries.ends(partitions, EARLIEST_TIMESTAMP);
  }

  async endOffsets(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffset[]> {
    checkPartitions(partitions, 'partitions');
    return this.#queries.ends(partitions, LATEST_TIMESTAMP);
  }

  async offsetsForTimes(
    times: readonly (TopicPartition & { readonly timestamp: number })[],
  ): Promise<readonly (TopicPartition & { readonly found: OffsetAndTimestamp | null })[]> {
    checkTimes(times, 'times');
    return this.#queries.offsetsForTimes(times);
  }

  async partitionsFor(topic: string): Promise<readonly PartitionInfo[]> {
    checkName(topic, 'topic');
    return this.#queries.partitionsFor(topic);
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
    return this.#expectGroup('group metadata').membership.groupOfRecords;
  }

  async close(options: { readonly timeoutMs?: number; readonly leaveGroup?: boolean } = {}): Promise<void> {
    checkCloseOptions(options, 'options');
    if (!this.#life.isClosing) this.#closeOptions = options;
    await this.#life.close();
  }

  // ------------------------------------------------------------------------------------------ inside

  #newLife(): Lifecycle {
    const { timers } = this.#settings.environment;
    const life = new Lifecycle('the consumer', { timers, logger: silentLogger, onCloseFailure: 'throw' });
    life.add({ name: 'its connections', close: () => this.#cluster.close() });
    life.add({ name: 'its fetches', close: () => this.#fetcher.close() });
    life.add({ name: 'its membership', close: () => this.#group?.leave(this.#closeOptions ?? {}) });
    // A poll that is under way ends first: its callbacks are not to be overtaken.
    life.add({ name: 'its poll', close: () => this.#endPoll() });
    return life;
  }

  async #endPoll(): Promise<void> {
    this.#gate.notify();
    await this.#polling?.catch(() => undefined);
  }

  async #poll(timeoutMs: number): Promise<readonly FetchedRecords[]> {
    const deadlineMs = this.#nowMs() + timeoutMs;
    const turn = this.#gate.yieldIfDue();
    if (turn !== undefined) await turn;
    for (;;) {
      this.#checkOpen();
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
    if (!this.#cluster.known) this.#search.look();
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

  #onMetadata(): void {
    const { pattern } = this.#subscription;
    if (pattern !== undefined) {
      this.#subscription.setMatchedTopics(topicsMatching(pattern, this.#cluster, this.#settings));
    }
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

  #expectGroup(what: string): ConsumerGroup {
    if (this.#group !== undefined) return this.#group;
    throw new OperationalError('INVALID_GROUP_ID', `${what} needs a group.id`, { retriable: false });
  }

  #checkOpen(): void {
    if (this.#life.isClosing) throw closed('consumer');
  }

  #nowMs(): number {
    return this.#cluster.environment.clock.monotonicMs();
  }
}
