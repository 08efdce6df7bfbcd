import type { Environment } from '../../base/environment.ts';
import { ZERO_UUID } from '../../base/bytes-reader.ts';
import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import type { RequestInput, ResponseOf } from '../../protocol/message.ts';
import { fetch } from '../../protocol/messages/01-fetch.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { isolationByte } from '../cluster/offset-lookup.ts';
import { type ConsumerSettings, resetPolicyOf } from '../config/settings.ts';
import { isRetriable, kafkaError } from '../kafka-error.ts';
import { groupByTopic, showPartition } from '../topic-partitions.ts';
import type { ConsumerRecord, FetchedRecords } from '../types.ts';
import { corruptRecord, FetchedChunk } from './fetched-chunk.ts';
import type { PartitionState, SubscriptionState } from './subscription-state.ts';

type FetchResponse = ResponseOf<typeof fetch>;
type PartitionResponse = FetchResponse['responses'][number]['partitions'][number];

/** Topics go by id from here on (KIP-516); where an id is not known, the version before is used. */
const TOPIC_IDS_FROM = 13;

/** Answers of one partition that may wait: one is handed out while the next is fetched. */
const BUFFERED_MAX = 2;

/** A fetch that leaves out partitions with full buffers waits no longer than this for the others. */
const PARTIAL_WAIT_MS = 50;

/** How long a preferred replica is used before the leader is asked again (KIP-392). */
const PREFERRED_REPLICA_MS = 300_000;

/** A session id of 0 with this epoch: a fetch without a session (KIP-227). */
const SESSIONLESS_EPOCH = -1;

/** What the next poll rejects with. */
interface Failure {
  readonly error: unknown;
  /** The partition whose position it is about, undefined where it is about all. */
  readonly state: PartitionState | undefined;
  /** {@link PartitionState.jumps} at that time. */
  readonly jumps: number;
}

/**
 * Fetches ahead: one request per broker is under way whenever a partition there has room in its buffer, so that the next
 * records come in while the application works on the last ones.
 */
export class Fetcher {
  readonly #environment: Environment;
  readonly #cluster: Cluster;
  readonly #settings: ConsumerSettings;
  readonly #subscription: SubscriptionState;
  readonly #onEvent: () => void;
  /** Brokers with a fetch under way. */
  readonly #busy = new Set<number>();
  /** Answers that wait to be handed out, in the order in which they came. */
  #chunks: FetchedChunk[] = [];
  #failure: Failure | undefined;
  #retryTimer = false;
  #closed = false;

  constructor(
    cluster: Cluster,
    settings: ConsumerSettings,
    subscription: SubscriptionState,
    /** Records, or an error, have come in. */
    onEvent: () => void,
  ) {
    this.#cluster = cluster;
    this.#environment = cluster.environment;
    this.#settings = settings;
    this.#subscription = subscription;
    this.#onEvent = onEvent;
  }

  /** Sends a fetch to each broker that has none under way and leads partitions with room. */
  sendFetches(): void {
    if (this.#closed) return;
    const nowMs = this.#environment.clock.monotonicMs();
    const byNode = new Map<number, { readonly wanted: PartitionState[]; partial: boolean }>();
    for (const state of this.#subscription.states()) {
      if (!state.fetchable || state.fetching) continue;
      if (state.retryAtMs > nowMs) {
        this.#lookAgain(state.retryAtMs - nowMs);
        continue;
      }
      const node = this.#nodeFor(state, nowMs);
      if (node < 0) {
        state.onFailure(this.#noLeader(state), nowMs);
        this.#cluster.refreshSoon();
        continue;
      }
      if (this.#busy.has(node)) continue;
      let group = byNode.get(node);
      if (group === undefined) {
        group = { wanted: [], partial: false };
        byNode.set(node, group);
      }
      if (state.buffered < BUFFERED_MAX) group.wanted.push(state);
      else group.partial = true;
    }
    for (const [node, { wanted, partial }] of byNode)
      if (wanted.length > 0) void this.#fetch(node, wanted, partial);
  }

  /**
   * Takes up to `limit` records that have come in, by partition.
   * @throws {OperationalError} an error that concerns the application: an offset out of range, a corrupt record.
   */
  collect(limit: number): readonly FetchedRecords[] {
    const fetched: FetchedRecords[] = [];
    let left = limit;
    let index = 0;
    while (left > 0 && index < this.#chunks.length) {
      const chunk = this.#chunks[index] as FetchedChunk;
      const { state } = chunk;
      if (chunk.stale) {
        this.#chunks.splice(index, 1);
        continue;
      }
      if (!state.fetchable) {
        index++;
        continue;
      }
      const records: ConsumerRecord[] = [];
      let more: boolean;
      try {
        more = chunk.take(left, records);
      } catch (error) {
        if (records.length === 0 && fetched.length === 0) throw error;
        // What was read before the failure is handed out first; the failure comes again with the next call.
        more = true;
        left = records.length;
      }
      if (!more) {
        this.#chunks.splice(index, 1);
        state.buffered--;
      }
      left -= records.length;
      if (records.length > 0) fetched.push(this.#result(state, records));
    }
    if (fetched.length === 0 && this.#failure !== undefined) {
      const { error, state, jumps } = this.#failure;
      this.#failure = undefined;
      // One of a place that the application has left meanwhile is none any more.
      if (state === undefined || state.jumps === jumps) throw error;
    }
    return fetched;
  }

  close(): void {
    this.#closed = true;
    this.#chunks = [];
  }

  #result(state: PartitionState, records: readonly ConsumerRecord[]): FetchedRecords {
    return {
      topic: state.topic,
      partition: state.partition,
      records,
      highWatermark: state.highWatermark,
      leaderEpoch: state.positionEpoch,
      nextOffset: state.position,
    };
  }

  #nodeFor(state: PartitionState, nowMs: number): number {
    if (state.preferredReplica >= 0 && nowMs < state.preferredUntilMs) {
      if (this.#cluster.metadata.node(state.preferredReplica) !== undefined) return state.preferredReplica;
    }
    return this.#cluster.metadata.leaderOf(state.topic, state.partition);
  }

  async #fetch(node: number, wanted: readonly PartitionState[], partial: boolean): Promise<void> {
    const asked = wanted.map((state) => ({ state, jumps: state.jumps }));
    const byName = wanted.some(({ topic }) => this.#topicId(topic) === ZERO_UUID);
    const maxWaitMs = partial
      ? Math.min(this.#settings.fetchWaitMsMax, PARTIAL_WAIT_MS)
      : this.#settings.fetchWaitMsMax;
    this.#busy.add(node);
    for (const state of wanted) state.fetching = true;
    try {
      const response = await this.#cluster.send(node, 'fetch', {
        api: fetch,
        body: this.#request(wanted, maxWaitMs),
        timeoutMs: this.#settings.requestTimeoutMs + maxWaitMs,
        ...(byName ? { versionMax: TOPIC_IDS_FROM - 1 } : {}),
      });
      if (response.errorCode !== ErrorCode.NONE)
        throw kafkaError(response.errorCode, `fetching from broker ${node}`);
      this.#onResponse(asked, response);
    } catch (error) {
      this.#onRequestFailed(node, wanted, error);
    } finally {
      this.#busy.delete(node);
      for (const state of wanted) state.fetching = false;
    }
    // The next one leaves before the application has seen this one.
    this.sendFetches();
    this.#onEvent();
  }

  #request(wanted: readonly PartitionState[], maxWaitMs: number): RequestInput<typeof fetch> {
    return {
      maxWaitMs,
      minBytes: this.#settings.fetchBytesMin,
      maxBytes: this.#settings.fetchBytesMax,
      isolationLevel: isolationByte(this.#settings.isolationLevel),
      sessionId: 0,
      sessionEpoch: SESSIONLESS_EPOCH,
      rackId: this.#settings.clientRack,
      topics: groupByTopic(wanted).map(({ topic, items }) => ({
        topic,
        topicId: this.#topicId(topic),
        partitions: items.map(({ partition, fetchOffset, fetchEpoch }) => ({
          partition,
          currentLeaderEpoch: this.#cluster.metadata.partition(topic, partition)?.leaderEpoch ?? -1,
          fetchOffset,
          // Lets the leader see whether its log still has what we have read (KIP-595), in the request that needs it.
          lastFetchedEpoch: fetchEpoch,
          partitionMaxBytes: this.#settings.partitionFetchBytesMax,
        })),
      })),
    };
  }

  #topicId(topic: string): string {
    return this.#cluster.metadata.topic(topic)?.topicId ?? ZERO_UUID;
  }

  #onResponse(
    asked: readonly { readonly state: PartitionState; readonly jumps: number }[],
    response: FetchResponse,
  ): void {
    for (const { nodeId, host, port } of response.nodeEndpoints) {
      this.#cluster.metadata.addNode({ id: nodeId, host, port });
    }
    const jumpsOf = new Map(asked.map(({ state, jumps }) => [state, jumps]));
    for (const { topic, topicId, partitions } of response.responses) {
      const name = topicId === ZERO_UUID ? topic : (this.#cluster.metadata.nameOf(topicId) ?? topic);
      for (const answer of partitions) {
        const state = this.#subscription.get(name, answer.partitionIndex);
        // The application has moved the position, or lost the partition, while the fetch was under way.
        if (state === undefined || jumpsOf.get(state) !== state.jumps) continue;
        this.#onAnswer(state, answer);
      }
    }
  }

  #onAnswer(state: PartitionState, answer: PartitionResponse): void {
    if (answer.errorCode !== ErrorCode.NONE) {
      this.#onPartitionError(state, answer);
      return;
    }
    state.onSuccess();
    state.highWatermark = answer.highWatermark;
    state.lastStableOffset = answer.lastStableOffset;
    state.logStartOffset = answer.logStartOffset;
    if (answer.divergingEpoch.epoch >= 0) {
      this.#onTruncated(state, answer.divergingEpoch.endOffset);
      return;
    }
    if (answer.preferredReadReplica >= 0) {
      state.preferredReplica = answer.preferredReadReplica;
      state.preferredUntilMs = this.#environment.clock.monotonicMs() + PREFERRED_REPLICA_MS;
      return;
    }
    if (answer.records === null || answer.records.length === 0) return;
    const chunk = new FetchedChunk(state, answer.records, {
      checkCrcs: this.#settings.checkCrcs,
      decompressedBytesMax: this.#settings.decompressedBatchBytesMax,
      aborted: this.#settings.isolationLevel === 'read_committed' ? (answer.abortedTransactions ?? []) : null,
    });
    if (chunk.empty) {
      this.#fail(
        state,
        new OperationalError(
          'RECORD_TOO_LARGE',
          `the batch at offset ${state.fetchOffset} of ${showPartition(state)} does not fit into a fetch: ` +
            'raise max.partition.fetch.bytes',
          { retriable: false },
        ),
      );
      return;
    }
    state.fetchOffset = chunk.endOffset;
    state.fetchEpoch = chunk.endEpoch;
    state.buffered++;
    this.#chunks.push(chunk);
  }

  #onPartitionError(state: PartitionState, { errorCode, currentLeader }: PartitionResponse): void {
    if (errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) {
      this.#onOutOfRange(state);
      return;
    }
    const { leaderId, leaderEpoch } = currentLeader;
    const moved =
      leaderId >= 0 &&
      this.#cluster.metadata.updateLeader(state.topic, state.partition, leaderId, leaderEpoch);
    if (!moved) this.#pause(state);
    state.preferredReplica = -1;
    this.#cluster.refreshSoon();
    if (errorCode === ErrorCode.CORRUPT_MESSAGE) {
      this.#fail(state, corruptRecord(state, state.fetchOffset, 'it is damaged on the disk of its broker'));
      return;
    }
    const error = kafkaError(errorCode, showPartition(state));
    if (error.retriable) state.onFailure(error, this.#environment.clock.monotonicMs());
    else this.#fail(state, error);
  }

  #onOutOfRange(state: PartitionState): void {
    if (state.preferredReplica >= 0) {
      // A follower may lag behind; the leader knows better.
      state.preferredReplica = -1;
      return;
    }
    if (state.buffered > 0) {
      // Let the application first have what is there.
      this.#pause(state);
      return;
    }
    const { fetchOffset } = state;
    const policy = resetPolicyOf(this.#settings, state.topic);
    if (policy !== 'none') {
      state.reset(policy);
      return;
    }
    this.#fail(
      state,
      new OperationalError(
        'OFFSET_OUT_OF_RANGE',
        `offset ${fetchOffset} of ${showPartition(state)} is not in the log any more, and auto.offset.reset is none`,
        { retriable: false },
      ),
    );
  }

  /** The leader's log has another history than what was read: an unclean election has lost records (KIP-320). */
  #onTruncated(state: PartitionState, endOffset: number): void {
    if (state.buffered > 0) {
      this.#pause(state);
      return;
    }
    const { fetchOffset } = state;
    if (resetPolicyOf(this.#settings, state.topic) !== 'none') {
      state.seek(Math.min(endOffset, fetchOffset));
      return;
    }
    this.#fail(
      state,
      new OperationalError(
        'LOG_TRUNCATED',
        `the log of ${showPartition(state)} was truncated to offset ${endOffset}, before the position ${fetchOffset}`,
        { retriable: false },
      ),
    );
  }

  #onRequestFailed(node: number, wanted: readonly PartitionState[], error: unknown): void {
    if (this.#closed) return;
    const nowMs = this.#environment.clock.monotonicMs();
    for (const state of wanted) {
      this.#pause(state);
      if (isRetriable(error)) state.onFailure(error, nowMs);
      if (state.preferredReplica === node) state.preferredReplica = -1;
    }
    this.#cluster.refreshSoon();
    if (!isRetriable(error)) this.#failure ??= { error, state: undefined, jumps: 0 };
  }

  #fail(state: PartitionState, error: Error): void {
    this.#pause(state);
    this.#failure ??= { error, state, jumps: state.jumps };
  }

  #noLeader(state: PartitionState): OperationalError {
    const topic = this.#cluster.metadata.topic(state.topic);
    const errorCode = topic === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : topic.errorCode;
    return kafkaError(errorCode || ErrorCode.LEADER_NOT_AVAILABLE, showPartition(state));
  }

  #pause(state: PartitionState): void {
    state.retryAtMs = this.#environment.clock.monotonicMs() + this.#settings.retryBackoffMs;
    this.#lookAgain(this.#settings.retryBackoffMs);
  }

  #lookAgain(delayMs: number): void {
    if (this.#retryTimer) return;
    this.#retryTimer = true;
    this.#environment.timers.after(Math.ceil(delayMs), () => {
      this.#retryTimer = false;
      this.sendFetches();
    });
  }
}
