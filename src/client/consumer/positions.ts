import { OperationalError } from '../../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, lookupOffsets } from '../cluster/offset-lookup.ts';
import { type ConsumerSettings, resetPolicyOf } from '../config/settings.ts';
import { isRetriable } from '../kafka-error.ts';
import { partitionKey, showPartitions } from '../topic-partitions.ts';
import type { ListedOffset, OffsetAndMetadata, TopicPartition } from '../types.ts';
import type { PartitionState, SubscriptionState } from './subscription-state.ts';

/** Reads committed offsets; undefined for a consumer without a group. */
type ReadCommitted =
  | ((partitions: readonly TopicPartition[]) => Promise<readonly OffsetAndMetadata[]>)
  | undefined;

/**
 * Finds out where to begin: at the committed offset, else where `auto.offset.reset` says; and looks up the ends of the
 * log for partitions that were told to go there. Runs in the background, one round at a time.
 */
export class Positions {
  readonly #cluster: Cluster;
  readonly #settings: ConsumerSettings;
  readonly #subscription: SubscriptionState;
  readonly #readCommitted: ReadCommitted;
  readonly #onEvent: () => void;
  #running: Promise<void> | undefined;
  #failure: unknown;

  constructor(
    cluster: Cluster,
    settings: ConsumerSettings,
    subscription: SubscriptionState,
    options: { readonly readCommitted: ReadCommitted; readonly onEvent: () => void },
  ) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#subscription = subscription;
    this.#readCommitted = options.readCommitted;
    this.#onEvent = options.onEvent;
  }

  /**
   * Begins to look for the positions that are missing, if any are.
   * @throws {OperationalError} what the last round failed with: `NO_OFFSET`, or an error that is not retriable.
   */
  resolve(): void {
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw failure;
    }
    if (this.#running !== undefined) return;
    const missing: PartitionState[] = [];
    for (const state of this.#subscription.states())
      if (state.position < 0 && !state.revoking) missing.push(state);
    if (missing.length === 0) return;
    this.#running = this.#resolve(missing)
      .catch((error: unknown) => {
        // What may pass by itself is tried again by the next poll, for ever, as fetching is.
        const isUnknown = error instanceof OperationalError && error.code === 'UNKNOWN_TOPIC_OR_PARTITION';
        if (isUnknown || !isRetriable(error)) this.#failure = error;
        else this.#noteFailure(missing, error);
      })
      .finally(() => {
        this.#running = undefined;
        this.#onEvent();
      });
  }

  /** Waits for the round that is running. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** A lookup asks for all at once and does not say which of them has failed. */
  #noteFailure(missing: readonly PartitionState[], error: OperationalError): void {
    const nowMs = this.#settings.environment.clock.monotonicMs();
    for (const state of missing) if (state.position < 0) state.onFailure(error, nowMs);
  }

  async #resolve(missing: readonly PartitionState[]): Promise<void> {
    const marks = new Map(missing.map((state) => [state, state.jumps]));
    // The application may have sought meanwhile: what it said last holds.
    const untouched = (state: PartitionState): boolean =>
      marks.get(state) === state.jumps && state.position < 0;

    const open = missing.filter(({ resetTo }) => resetTo === null);
    if (open.length > 0) await this.#seekToCommitted(open, untouched);
    const resets = missing.filter((state) => state.resetTo !== null && untouched(state));
    if (resets.length > 0) await this.#seekToEnds(resets, untouched);
  }

  async #seekToCommitted(
    states: readonly PartitionState[],
    untouched: (state: PartitionState) => boolean,
  ): Promise<void> {
    const committed = new Map<string, OffsetAndMetadata>();
    for (const found of (await this.#readCommitted?.(states)) ?? []) {
      committed.set(partitionKey(found.topic, found.partition), found);
    }
    const without: PartitionState[] = [];
    for (const state of states) {
      if (!untouched(state)) continue;
      const found = committed.get(partitionKey(state.topic, state.partition));
      const policy = resetPolicyOf(this.#settings, state.topic);
      // Beyond 2^53 it has been rounded, and is out of range in any log: as there, the policy decides.
      if (found !== undefined && Number.isSafeInteger(found.offset))
        state.seek(found.offset, found.leaderEpoch ?? -1);
      else if (policy === 'none') without.push(state);
      else state.resetTo = policy;
    }
    if (without.length === 0) return;
    throw new OperationalError(
      'NO_OFFSET',
      `no committed offset for ${showPartitions(without)}, and auto.offset.reset is none: seek, or set it to earliest or latest`,
      { retriable: false },
    );
  }

  async #seekToEnds(
    states: readonly PartitionState[],
    untouched: (state: PartitionState) => boolean,
  ): Promise<void> {
    const seek = (offsetOf: (state: PartitionState) => ListedOffset | undefined): void => {
      for (const state of states) {
        const found = offsetOf(state);
        if (found !== undefined && untouched(state)) state.seek(found.offset);
      }
    };
    const found = await lookupOffsets(
      this.#cluster,
      states.map(({ topic, partition, resetTo }) => ({
        topic,
        partition,
        timestamp: resetTo === 'earliest' ? EARLIEST_TIMESTAMP : LATEST_TIMESTAMP,
      })),
      {
        isolationLevel: this.#settings.isolationLevel,
        timeoutMs: this.#settings.defaultApiTimeoutMs,
        onPart: (part, failure) => {
          const byKey = new Map(part.map((each) => [partitionKey(each.topic, each.partition), each]));
          seek((state) => byKey.get(partitionKey(state.topic, state.partition)));
          this.#noteFailure(states, failure);
          this.#onEvent();
        },
      },
    );
    const indexes = new Map(states.map((state, index) => [state, index]));
    seek((state) => found[indexes.get(state) ?? -1]);
  }
}
