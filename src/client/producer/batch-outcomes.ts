import { ZERO_UUID } from '../../base/bytes-reader.ts';
import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import type { ResponseOf } from '../../protocol/message.ts';
import type { produce } from '../../protocol/messages/00-produce.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ProducerSettings } from '../config/settings.ts';
import { Backoff } from '../connection/backoff.ts';
import { isRetriable, kafkaError, timedOut } from '../kafka-error.ts';
import { CONCURRENT_PAUSE_MS } from '../transactions/transaction-requests.ts';
import { partitionKey, showPartition } from '../topic-partitions.ts';
import type { Accumulator } from './accumulator.ts';
import type { ProducerBatch } from './producer-batch.ts';
import { refusedInDoubt } from './refusals.ts';
import { splitBatch } from './split-batch.ts';

type ProduceResponse = ResponseOf<typeof produce>;
type PartitionResponse = ProduceResponse['responses'][number]['partitionResponses'][number];

/**
 * Errors that may come after the records were written; of the others the broker has written nothing. A leader that is
 * replaced while it waits for its followers says NOT_LEADER_OR_FOLLOWER of what is in its log, and may become everybody's.
 */
const MAYBE_WRITTEN: ReadonlySet<number> = new Set([
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.UNKNOWN_SERVER_ERROR,
  ErrorCode.KAFKA_STORAGE_ERROR,
]);

/** The id of a topic, or zeros where the metadata does not know it. */
export function topicIdOf(cluster: Cluster, topic: string): string {
  return cluster.metadata.topic(topic)?.topicId ?? ZERO_UUID;
}

/** What becomes of batches that were sent: acknowledged, tried again, split, or given up. */
export class BatchOutcomes {
  readonly #cluster: Cluster;
  readonly #settings: ProducerSettings;
  readonly #accumulator: Accumulator;
  readonly #leavesOutRefused: boolean;
  readonly #backoff: Backoff;
  /** While the transaction before is being completed. */
  readonly #concurrentPause: Backoff;

  /** @param leavesOutRefused transactions go on without records that are refused for what is in them. */
  constructor(
    cluster: Cluster,
    settings: ProducerSettings,
    {
      accumulator,
      leavesOutRefused,
    }: { readonly accumulator: Accumulator; readonly leavesOutRefused: boolean },
  ) {
    this.#cluster = cluster;
    this.#leavesOutRefused = leavesOutRefused;
    this.#settings = settings;
    this.#accumulator = accumulator;
    this.#backoff = new Backoff(cluster.environment.random, {
      firstMs: settings.retryBackoffMs,
      lastMs: settings.retryBackoffMsMax,
    });
    this.#concurrentPause = new Backoff(cluster.environment.random, CONCURRENT_PAUSE_MS);
  }

  /** An answer has come. */
  onResponse(batches: readonly ProducerBatch[], response: ProduceResponse): void {
    const answers = new Map<string, PartitionResponse>();
    for (const { name, topicId, partitionResponses } of response.responses) {
      const topic = topicId === ZERO_UUID ? name : (this.#cluster.metadata.nameOf(topicId) ?? topicId);
      for (const answer of partitionResponses) answers.set(partitionKey(topic, answer.index), answer);
    }
    for (const { nodeId, host, port } of response.nodeEndpoints) {
      this.#cluster.metadata.addNode({ id: nodeId, host, port });
    }
    for (const batch of batches) {
      if (this.#accumulator.isSettled(batch)) continue;
      const { topic, partition } = batch.queue;
      const answer =
        answers.get(partitionKey(topic, partition)) ??
        // The topic was created anew meanwhile: its answer bears an id that is not its name's any more.
        answers.get(partitionKey(topicIdOf(this.#cluster, topic), partition));
      if (answer === undefined) {
        this.#retry(batch, kafkaError(ErrorCode.UNKNOWN_TOPIC_ID, showPartition(batch.queue)));
        continue;
      }
      const { currentLeader } = answer;
      if (currentLeader.leaderId >= 0) {
        this.#cluster.metadata.updateLeader(
          topic,
          partition,
          currentLeader.leaderId,
          currentLeader.leaderEpoch,
        );
      }
      this.#onAnswer(batch, answer);
    }
  }

  #onAnswer(batch: ProducerBatch, answer: PartitionResponse): void {
    const { errorCode, baseOffset, logAppendTimeMs, errorMessage } = answer;
    const { queue } = batch;
    switch (errorCode) {
      case ErrorCode.NONE:
        queue.acknowledged(batch);
        this.#accumulator.settle(batch, null, baseOffset, logAppendTimeMs);
        batch.releaseMemory();
        return;
      case ErrorCode.DUPLICATE_SEQUENCE_NUMBER:
        // Written before, too long ago for the broker to remember where.
        this.#accumulator.settle(batch, null, -1, logAppendTimeMs);
        return;
      // The broker refuses the whole batch for one record: the others get through without it.
      case ErrorCode.MESSAGE_TOO_LARGE:
      case ErrorCode.INVALID_TIMESTAMP:
      case ErrorCode.INVALID_RECORD:
        if (batch.count > 1) {
          this.#accumulator.replace(batch, splitBatch(batch));
          return;
        }
        this.#refuse(batch, kafkaError(errorCode, showPartition(queue), errorMessage));
        return;
      case ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
      case ErrorCode.UNKNOWN_PRODUCER_ID:
      case ErrorCode.INVALID_PRODUCER_EPOCH:
        if (batch.baseSequence >= 0 && this.#isSequenceMended(batch, errorCode)) return;
    }
    const error = kafkaError(errorCode, showPartition(queue), errorMessage);
    // What one attempt has left in doubt no later refusal clears up: it only says what became of itself.
    if (MAYBE_WRITTEN.has(errorCode)) batch.inDoubt = true;
    if (!error.retriable) {
      this.#fail(batch, error);
      return;
    }
    if (errorCode === ErrorCode.CONCURRENT_TRANSACTIONS) {
      this.#retry(batch, error, this.#concurrentPause);
      return;
    }
    this.#cluster.refreshSoon();
    this.#retry(batch, error);
  }

  /**
   * The broker expected another sequence number. If it has not written the batch, either the batch has overtaken an
   * earlier one that is tried again, and is tried again behind it; or the broker has lost what it knew of us, and the
   * partition goes on under the next epoch (KIP-360). In a transaction nobody but the coordinator can give one: it is over.
   */
  #isSequenceMended(batch: ProducerBatch, errorCode: number): boolean {
    const { queue } = batch;
    if (queue.isWritten(batch)) {
      // It has been asked for so late that the broker remembers only batches after it.
      this.#accumulator.settle(batch, null, -1, -1);
      return true;
    }
    const isOvertaken = queue.isAfterGap(batch) || queue.hasEarlier(batch);
    if (isOvertaken && errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) {
      // Nothing has failed that would pass by waiting: it goes out again behind the earlier one, which waits where it has to.
      this.#accumulator.putBack(batch);
      return true;
    }
    if (!queue.hasEarlier(batch)) {
      if (batch.isTransactional) return false;
      queue.notWritten(batch);
      queue.breakSequence(errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER ? 'epoch' : 'id');
    }
    this.#retry(batch, kafkaError(errorCode, showPartition(queue)));
    return true;
  }

  /** Ends a batch of one record, which was refused for what is in it. */
  #refuse(batch: ProducerBatch, error: OperationalError): void {
    if (batch.queue.leaveOut(batch)) this.#accumulator.settle(batch, error, -1, -1);
    else this.#fail(batch, batch.isTransactional && this.#leavesOutRefused ? refusedInDoubt(error) : error);
  }

  /** No answer: every batch of the request may have been written or not. */
  onRequestFailed(batches: readonly ProducerBatch[], error: unknown): void {
    this.#cluster.refreshSoon();
    const failure = error instanceof Error ? error : new Error(String(error));
    for (const batch of batches) {
      if (this.#accumulator.isSettled(batch)) continue;
      batch.inDoubt = true;
      // It may be on its way still, and would be taken for the one that gets its number, but for another epoch.
      const isAfterGap = batch.queue.isAfterGap(batch);
      if (isAfterGap && !batch.isTransactional) batch.queue.breakSequence('epoch');
      if (isAfterGap && batch.isTransactional) this.#fail(batch, refusedInDoubt(failure));
      else if (isRetriable(error) || (error instanceof OperationalError && error.code === 'CLOSED')) {
        this.#retry(batch, failure);
      } else {
        this.#fail(batch, failure);
      }
    }
  }

  /**
   * Gives up what has not been delivered in time, also what is under way, whose answer then comes too late: the timeout
   * is the longest that anybody waits for a callback. Answers when the next one will be late.
   */
  expire(nowMs: number): number {
    for (const batch of this.#accumulator.unsettled) {
      const deadlineMs = batch.createdMs + this.#settings.deliveryTimeoutMs;
      if (deadlineMs > nowMs) return deadlineMs;
      if (batch.queue.isInFlight(batch)) batch.inDoubt = true;
      this.#fail(batch, this.#undelivered(batch, batch.lastError));
    }
    return Number.POSITIVE_INFINITY;
  }

  #retry(batch: ProducerBatch, error: Error, pause: Backoff = this.#backoff): void {
    const nowMs = this.#cluster.environment.clock.monotonicMs();
    const late = nowMs - batch.createdMs >= this.#settings.deliveryTimeoutMs;
    if (late || batch.attempts > this.#settings.retriesMax) {
      this.#fail(batch, late ? this.#undelivered(batch, error) : error);
      return;
    }
    const { queue } = batch;
    queue.retryAtMs = Math.max(queue.retryAtMs, nowMs + pause.delayMs(batch.attempts));
    batch.lastError = error;
    this.#accumulator.putBack(batch);
  }

  #fail(batch: ProducerBatch, error: Error): void {
    const { queue } = batch;
    queue.done(batch);
    queue.gaveUp(batch);
    this.#accumulator.settle(batch, error, -1, -1);
  }

  #undelivered(batch: ProducerBatch, cause: Error | undefined): OperationalError {
    const what = `delivering ${batch.count} records to ${showPartition(batch.queue)}`;
    return timedOut(what, this.#settings.deliveryTimeoutMs, cause);
  }
}
