import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type ConsumerSettings, resetPolicyOf } from '../config/settings.ts';
import { isRetriable, kafkaError } from '../kafka-error.ts';
import { showPartition } from '../topic-partitions.ts';
import type { FetchAnswer, FoundChunk } from './fetch-source.ts';
import type { FetchWant } from './fetch-want.ts';
import { corruptRecord, type PartitionChunk } from './partition-chunk.ts';
import type { PartitionState } from './subscription-state.ts';

type PartitionResponse = FetchAnswer['response'];

/** How long a preferred replica is used before the leader is asked again (KIP-392). */
const PREFERRED_REPLICA_MS = 300_000;

/** What the next poll rejects with. */
interface Failure {
  readonly error: unknown;
  /** The partition whose position it is about, undefined where it is about all. */
  readonly state: PartitionState | undefined;
  /** {@link PartitionState.jumps} at that time. */
  readonly jumps: number;
}

/** What a consumer makes of the answers about its partitions: records, positions that jump, pauses, failures. */
export class FetchAnswers {
  readonly #cluster: Cluster;
  readonly #settings: ConsumerSettings;
  readonly #onChunk: (state: PartitionState, chunk: PartitionChunk) => void;
  readonly #onRetry: (delayMs: number) => void;
  #failure: Failure | undefined;

  constructor(
    cluster: Cluster,
    settings: ConsumerSettings,
    on: {
      readonly chunk: (state: PartitionState, chunk: PartitionChunk) => void;
      /** A partition was paused for so long. */
      readonly retry: (delayMs: number) => void;
    },
  ) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#onChunk = on.chunk;
    this.#onRetry = on.retry;
  }

  /** Takes what the application is to be told; undefined where it has left the place meanwhile that it is about. */
  takeFailure(): { readonly error: unknown } | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    const isCurrent =
      failure !== undefined && (failure.state === undefined || failure.state.jumps === failure.jumps);
    return isCurrent ? failure : undefined;
  }

  /** Takes what somebody else has read. */
  onFound(state: PartitionState, { chunk, marks }: FoundChunk): void {
    state.onSuccess();
    setMarks(state, marks);
    this.#onChunk(state, chunk);
  }

  onAnswer({ state }: FetchWant, { response, chunk }: FetchAnswer): void {
    if (response.errorCode !== ErrorCode.NONE) {
      this.#onPartitionError(state, response);
      return;
    }
    state.onSuccess();
    setMarks(state, response);
    if (response.divergingEpoch.epoch >= 0) {
      this.#onTruncated(state, response.divergingEpoch.endOffset);
      return;
    }
    if (response.preferredReadReplica >= 0) {
      state.preferredReplica = response.preferredReadReplica;
      state.preferredUntilMs = this.#cluster.environment.clock.monotonicMs() + PREFERRED_REPLICA_MS;
      return;
    }
    if (chunk === undefined) return;
    if (chunk.empty) this.#fail(state, tooLargeForFetch(state));
    else this.#onChunk(state, chunk);
  }

  onRequestFailed(nodeId: number, wants: readonly FetchWant[], error: unknown): void {
    const nowMs = this.#cluster.environment.clock.monotonicMs();
    for (const { state } of wants) {
      this.#pause(state);
      if (isRetriable(error)) state.onFailure(error, nowMs);
      if (state.preferredReplica === nodeId) state.preferredReplica = -1;
    }
    this.#cluster.refreshSoon();
    if (isRetriable(error)) return;
    const [only, another] = wants;
    this.#failure ??=
      only === undefined || another !== undefined
        ? { error, state: undefined, jumps: 0 }
        : { error, state: only.state, jumps: only.state.jumps };
  }

  onNoLeader(state: PartitionState): void {
    const topic = this.#cluster.metadata.topic(state.topic);
    const errorCode = topic === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : topic.errorCode;
    const error = kafkaError(errorCode || ErrorCode.LEADER_NOT_AVAILABLE, showPartition(state));
    state.onFailure(error, this.#cluster.environment.clock.monotonicMs());
    this.#cluster.refreshSoon();
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
    if (error.retriable) state.onFailure(error, this.#cluster.environment.clock.monotonicMs());
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

  #fail(state: PartitionState, error: Error): void {
    this.#pause(state);
    this.#failure ??= { error, state, jumps: state.jumps };
  }

  #pause(state: PartitionState): void {
    const { retryBackoffMs } = this.#settings;
    state.retryAtMs = this.#cluster.environment.clock.monotonicMs() + retryBackoffMs;
    this.#onRetry(retryBackoffMs);
  }
}

function setMarks(state: PartitionState, marks: FoundChunk['marks']): void {
  state.highWatermark = marks.highWatermark;
  state.lastStableOffset = marks.lastStableOffset;
  state.logStartOffset = marks.logStartOffset;
}

function tooLargeForFetch(state: PartitionState): OperationalError {
  return new OperationalError(
    'RECORD_TOO_LARGE',
    `the batch at offset ${state.fetchOffset} of ${showPartition(state)} does not fit into a fetch: ` +
      'raise max.partition.fetch.bytes',
    { retriable: false },
  );
}
