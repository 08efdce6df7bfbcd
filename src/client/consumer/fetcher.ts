import type { RecordIterator } from '../../protocol/records/decode-batch.ts';
import type { Environment } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ConsumerSettings } from '../config/settings.ts';
import type { ConsumerRecord, FetchedRecords } from '../types.ts';
import { FetchAnswers } from './fetch-answers.ts';
import type { BrokerEndpoint, FetchAnswer, FetchReader, FetchSource } from './fetch-source.ts';
import { FetchWant } from './fetch-want.ts';
import { FetchedChunk } from './fetched-chunk.ts';
import type { PartitionChunk } from './partition-chunk.ts';
import { SharedRecords } from './shared-records.ts';
import { countOf, UnreadRecords } from './unread-records.ts';
import type { PartitionState, SubscriptionState } from './subscription-state.ts';

/** Answers of one partition that may wait: one is handed out while the next is fetched. */
const BUFFERED_MAX = 2;

function unknownBroker(id: number): OperationalError {
  return new OperationalError('BROKER_NOT_AVAILABLE', `broker ${id} is not known`, { retriable: true });
}

/**
 * Fetches ahead: whenever a partition has room in its buffer a fetch of it is under way, unless somebody else has read the
 * same already, so that the next records come in while the application works on the last ones.
 */
export class Fetcher implements FetchReader {
  readonly #environment: Environment;
  readonly #cluster: Cluster;
  readonly #subscription: SubscriptionState;
  readonly #source: FetchSource;
  readonly #answers: FetchAnswers;
  readonly #onEvent: () => void;
  readonly #leavesUnread: boolean;
  /** Answers that wait to be handed out, in the order in which they came. */
  #chunks: FetchedChunk[] = [];
  #retryTimer = false;
  #closed = false;

  constructor(parts: {
    readonly cluster: Cluster;
    readonly settings: ConsumerSettings;
    readonly subscription: SubscriptionState;
    readonly source: FetchSource;
    /** See {@link UnreadRecords}; of a source that is not shared. */
    readonly leavesUnread: boolean;
    /** Records, or an error, have come in. */
    readonly onEvent: () => void;
  }) {
    this.#cluster = parts.cluster;
    this.#environment = parts.cluster.environment;
    this.#subscription = parts.subscription;
    this.#source = parts.source;
    this.#onEvent = parts.onEvent;
    this.#leavesUnread = parts.leavesUnread;
    this.#answers = new FetchAnswers(parts.cluster, parts.settings, {
      chunk: (state, chunk) => this.#add(state, chunk),
      retry: (delayMs) => this.#lookAgain(delayMs),
    });
  }

  /** Takes what others have read, and sends a fetch to each broker that leads other partitions with room. */
  sendFetches(): void {
    if (this.#closed) return;
    const nowMs = this.#environment.clock.monotonicMs();
    const byNode = new Map<number, { readonly wants: FetchWant[]; isPartial: boolean }>();
    for (const state of this.#subscription.states()) {
      if (!state.fetchable || state.fetching) continue;
      if (state.retryAtMs > nowMs) {
        this.#lookAgain(state.retryAtMs - nowMs);
        continue;
      }
      const node = this.#nodeFor(state, nowMs);
      if (node < 0) {
        this.#answers.onNoLeader(state);
        continue;
      }
      if (this.#source.isBusy(node)) continue;
      let group = byNode.get(node);
      if (group === undefined) {
        group = { wants: [], isPartial: false };
        byNode.set(node, group);
      }
      const want = this.#unreadPlace(state);
      if (want === undefined) group.isPartial = true;
      else group.wants.push(want);
    }
    for (const [id, { wants, isPartial }] of byNode) if (wants.length > 0) this.#fetch(id, wants, isPartial);
  }

  /**
   * Takes up to `limit` records that have come in, each partition once: what another fetch has brought of it is taken next time.
   * @throws {OperationalError} an error that concerns the application: an offset out of range, a corrupt record.
   */
  collect(limit: number): readonly FetchedRecords[] {
    const fetched: FetchedRecords[] = [];
    const taken = new Set<PartitionState>();
    let left = limit;
    let index = 0;
    while (left > 0 && index < this.#chunks.length) {
      const chunk = this.#chunks[index] as FetchedChunk;
      const { state } = chunk;
      if (chunk.stale) {
        this.#chunks.splice(index, 1);
        continue;
      }
      if (!state.fetchable || taken.has(state)) {
        index++;
        continue;
      }
      const records: ConsumerRecord[] = [];
      const unread: RecordIterator[] = [];
      let more: boolean;
      try {
        more = this.#leavesUnread ? chunk.takeUnread(left, unread) : chunk.take(left, records);
      } catch (error) {
        if (chunk.isBeforeFirst) {
          // What cannot be read is of no concern to this consumer, which has begun behind it.
          state.seek(state.position, state.positionEpoch);
          continue;
        }
        if (records.length === 0 && unread.length === 0 && fetched.length === 0) throw error;
        // What was read before the failure is handed out first; the failure comes again with the next call.
        more = true;
        left = 0;
      }
      if (!more) {
        this.#chunks.splice(index, 1);
        state.buffered--;
      }
      left -= records.length + countOf(unread);
      if (records.length > 0 || unread.length > 0) taken.add(state);
      if (records.length > 0) fetched.push(this.#result(chunk, records));
      else if (unread.length > 0) fetched.push(unreadOf(chunk, unread));
    }
    const failure = fetched.length === 0 ? this.#answers.takeFailure() : undefined;
    if (failure !== undefined) throw failure.error;
    return fetched;
  }

  close(): void {
    this.#closed = true;
    this.#chunks = [];
  }

  onEndpoints(endpoints: readonly BrokerEndpoint[]): void {
    for (const { nodeId, host, port } of endpoints)
      this.#cluster.metadata.addNode({ id: nodeId, host, port });
  }

  onAnswer(want: FetchWant, answer: FetchAnswer): void {
    // The application may have moved the position, or lost the partition, while the fetch was under way.
    if (want.isCurrent && !this.#closed) this.#answers.onAnswer(want, answer);
  }

  waitsAt(nodeId: number, want: FetchWant): boolean {
    const { state } = want;
    if (this.#closed || !want.isCurrent || !state.fetchable) return false;
    const nowMs = this.#environment.clock.monotonicMs();
    return (
      state.retryAtMs <= nowMs && this.#nodeFor(state, nowMs) === nodeId && want.isOf(this.#cluster.metadata)
    );
  }

  onFailure(nodeId: number, wants: readonly FetchWant[], error: unknown): void {
    if (!this.#closed) this.#answers.onRequestFailed(nodeId, wants, error);
  }

  onEnd(wants: readonly FetchWant[]): void {
    for (const { state } of wants) state.fetching = false;
    // The next one leaves before the application has seen this one.
    this.sendFetches();
    this.#onEvent();
  }

  #fetch(id: number, wants: readonly FetchWant[], isPartial: boolean): void {
    const node = this.#cluster.metadata.node(id);
    if (node === undefined) {
      this.#answers.onRequestFailed(id, wants, unknownBroker(id));
      return;
    }
    for (const { state } of wants) state.fetching = true;
    this.#source.fetch(node, wants, { reader: this, isPartial });
  }

  /** Takes what others have read of a partition, as far as there is room; undefined where nothing has to be fetched. */
  #unreadPlace(state: PartitionState): FetchWant | undefined {
    while (state.buffered < BUFFERED_MAX) {
      const want = new FetchWant(state, this.#cluster.metadata);
      const found = this.#source.find(want, this);
      if (found === undefined) return want;
      this.#answers.onFound(state, found);
    }
    return undefined;
  }

  #add(state: PartitionState, chunk: PartitionChunk): void {
    this.#chunks.push(new FetchedChunk(state, { chunk, isShared: this.#source.isShared }));
    state.fetchOffset = chunk.endOffset;
    state.fetchEpoch = chunk.endEpoch;
    state.buffered++;
  }

  #result({ state, chunk, next }: FetchedChunk, records: readonly ConsumerRecord[]): FetchedRecords {
    const fetched = { ...fetchedOf(state), records };
    return this.#source.isShared
      ? new SharedRecords(fetched, { chunk, first: next - records.length })
      : fetched;
  }

  #nodeFor(state: PartitionState, nowMs: number): number {
    if (state.preferredReplica >= 0 && nowMs < state.preferredUntilMs) {
      if (this.#cluster.metadata.node(state.preferredReplica) !== undefined) return state.preferredReplica;
    }
    return this.#cluster.metadata.leaderOf(state.topic, state.partition);
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

/** What a poll answers of a partition beside the records that were just taken. */
function fetchedOf(state: PartitionState): Omit<FetchedRecords, 'records'> {
  const { topic, partition, highWatermark, positionEpoch: leaderEpoch, position: nextOffset } = state;
  return { topic, partition, highWatermark, leaderEpoch, nextOffset };
}

function unreadOf({ state, chunk }: FetchedChunk, iterators: readonly RecordIterator[]): UnreadRecords {
  return new UnreadRecords(fetchedOf(state), { iterators, fromOffset: chunk.startOffset });
}
