import type { Environment, Timer } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import { ZERO_UUID } from '../../base/bytes-reader.ts';
import type { RequestInput, ResponseOf } from '../../protocol/message.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import { decodeResponse } from '../../protocol/framing.ts';
import { produce } from '../../protocol/messages/00-produce.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ReadyConnection } from '../connection/broker-channel.ts';
import { Backoff } from '../connection/backoff.ts';
import type { ProducerSettings } from '../config/settings.ts';
import { isRetriable, kafkaError, timedOut } from '../kafka-error.ts';
import { partitionKey, showPartition } from '../topic-partitions.ts';
import type { Accumulator } from './accumulator.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { ProducerBatch } from './producer-batch.ts';
import { ProducerIdentities } from './producer-identity.ts';
import { splitBatch } from './split-batch.ts';

type ProduceResponse = ResponseOf<typeof produce>;
type PartitionResponse = ProduceResponse['responses'][number]['partitionResponses'][number];

/** Topics go by id from here on (KIP-516); where an id is not known, the version before is used. */
const TOPIC_IDS_FROM = 13;

/** Full batches are sent from within `send` once they amount to this: the broker works while the application does. */
const EAGER_BYTES = 128 * 1024;

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

/** Bytes of a request beside its batches, per batch, generously. */
const OVERHEAD_BYTES = 100;

/**
 * Sends batches: gathers those that are ready by leader into requests, some of which are in flight at a time, and does
 * with the answers what they ask for. Driven by events: a batch was filled, a time has come, an answer has arrived.
 */
export class Sender {
  readonly #environment: Environment;
  readonly #cluster: Cluster;
  readonly #settings: ProducerSettings;
  readonly #accumulator: Accumulator;
  readonly #identities: ProducerIdentities;
  readonly #backoff: Backoff;
  readonly #onProgress: () => void;
  readonly #inFlight = new Map<number, number>();
  #fullBytes = 0;
  #deferred = false;
  #running = false;
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  /** Send everything at once: somebody waits for a flush. */
  urgent = false;
  #closed = false;

  constructor(
    cluster: Cluster,
    settings: ProducerSettings,
    accumulator: Accumulator,
    /** Batches were settled. */
    onProgress: () => void,
  ) {
    this.#environment = cluster.environment;
    this.#cluster = cluster;
    this.#settings = settings;
    this.#accumulator = accumulator;
    this.#onProgress = onProgress;
    this.#identities = new ProducerIdentities(cluster, () => this.wake());
    this.#backoff = new Backoff(this.#environment.random, {
      firstMs: settings.retryBackoffMs,
      lastMs: settings.retryBackoffMsMax,
    });
  }

  onBatchOpened(): void {
    if (this.#settings.lingerMs === 0) this.wake();
    else this.#wakeAt(this.#nowMs() + this.#settings.lingerMs);
  }

  onBatchFull(batch: ProducerBatch): void {
    this.#fullBytes += batch.sizeInBytes;
    if (this.#fullBytes >= EAGER_BYTES && !this.#running) this.#run();
    else this.wake();
  }

  /** Looks for work once the events of this turn have been handled. */
  wake(): void {
    if (this.#deferred || this.#closed) return;
    this.#deferred = true;
    this.#environment.timers.defer(() => {
      this.#deferred = false;
      this.#run();
    });
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #run(): void {
    if (this.#running || this.#closed) return;
    this.#running = true;
    this.#fullBytes = 0;
    try {
      const nowMs = this.#nowMs();
      let nextMs = this.#accumulator.expireWaiting(nowMs);
      nextMs = Math.min(nextMs, this.#expire(nowMs));
      this.#failWithoutIdentity();
      const ready = new Map<number, PartitionQueue[]>();
      nextMs = Math.min(nextMs, this.#collectReady(nowMs, ready));
      for (const [leader, queues] of ready) this.#serve(leader, queues);
      this.#wakeAt(nextMs);
    } finally {
      this.#running = false;
    }
    this.#onProgress();
  }

  /** Finds the queues whose head can go, by leader; answers when the next one will be ready by time alone. */
  #collectReady(nowMs: number, ready: Map<number, PartitionQueue[]>): number {
    let nextMs = Number.POSITIVE_INFINITY;
    const crowded = this.urgent || this.#accumulator.bytes >= this.#settings.bufferBytesMax;
    for (const queue of this.#accumulator.active) {
      const { head } = queue;
      if (head === undefined) continue;
      const dueMs = Math.max(
        queue.retryAtMs,
        crowded || head !== queue.open || head.attempts > 0 ? 0 : head.createdMs + this.#settings.lingerMs,
      );
      if (dueMs > nowMs) {
        nextMs = Math.min(nextMs, dueMs);
        continue;
      }
      const leader = this.#cluster.metadata.leaderOf(queue.topic, queue.partition);
      if (leader < 0) {
        this.#cluster.refreshSoon();
        continue;
      }
      const queues = ready.get(leader);
      if (queues === undefined) ready.set(leader, [queue]);
      else queues.push(queue);
    }
    return nextMs;
  }

  /** Sends what is ready for one broker, in as many requests as may be in flight. */
  #serve(leader: number, queues: readonly PartitionQueue[]): void {
    const channel = this.#cluster.channel(leader, 'default');
    if (channel === undefined) {
      this.#cluster.refreshSoon();
      return;
    }
    const { ready } = channel;
    if (ready === undefined) {
      channel.open().then(
        () => this.wake(),
        () => {
          this.#cluster.refreshSoon();
          this.#wakeAt(this.#nowMs() + this.#settings.reconnectBackoffMs);
        },
      );
      return;
    }
    let left = queues;
    while (left.length > 0 && (this.#inFlight.get(leader) ?? 0) < this.#settings.inFlightMax) {
      const batches: ProducerBatch[] = [];
      left = this.#takeHeads(left, batches);
      if (batches.length === 0) return;
      this.#send(leader, ready, batches);
    }
  }

  /** Takes one batch of each queue, as far as they fit into a request; answers the queues that have more to send. */
  #takeHeads(queues: readonly PartitionQueue[], batches: ProducerBatch[]): readonly PartitionQueue[] {
    const more: PartitionQueue[] = [];
    let bytes = 0;
    for (const queue of queues) {
      const { head } = queue;
      if (head === undefined) continue;
      const size = head.sizeInBytes + OVERHEAD_BYTES;
      if (bytes > 0 && bytes + size > this.#settings.requestBytesMax) {
        more.push(queue);
        continue;
      }
      if (this.#settings.idempotent && !queue.numberHead(this.#identities)) continue;
      const batch = queue.take();
      if (batch === undefined) continue;
      this.#accumulator.served(queue);
      bytes += size;
      batch.attempts++;
      batches.push(batch);
      // Of what follows only a full batch can go; an open one keeps lingering.
      if (queue.head !== undefined && (queue.head !== queue.open || this.urgent)) more.push(queue);
    }
    return more;
  }

  #send(leader: number, { connection, versions }: ReadyConnection, batches: readonly ProducerBatch[]): void {
    let version: number;
    let body: RequestInput<typeof produce>;
    try {
      const named = batches.some(({ queue }) => this.#topicId(queue.topic) === ZERO_UUID);
      version = versions.choose(produce, named ? TOPIC_IDS_FROM - 1 : undefined);
      body = this.#request(batches);
      if (this.#settings.acks === 0) {
        connection.sendWithoutAnswer(produce, version, body);
        for (const batch of batches) this.#accumulator.settle(batch, null, -1, -1);
        return;
      }
    } catch (error) {
      this.#onRequestFailed(batches, error);
      return;
    }
    this.#inFlight.set(leader, (this.#inFlight.get(leader) ?? 0) + 1);
    connection.sendForFrame(produce, version, body, this.#settings.requestTimeoutMs).then(
      (frame) => {
        this.#landed(leader);
        try {
          this.#onResponse(batches, decodeResponse(produce, version, frame));
        } catch (error) {
          this.#onRequestFailed(batches, error);
        }
        this.wake();
        this.#onProgress();
      },
      (error: unknown) => {
        this.#landed(leader);
        this.#onRequestFailed(batches, error);
        this.wake();
        this.#onProgress();
      },
    );
  }

  #landed(leader: number): void {
    this.#inFlight.set(leader, (this.#inFlight.get(leader) ?? 1) - 1);
  }

  #request(batches: readonly ProducerBatch[]): RequestInput<typeof produce> {
    const topics = new Map<
      string,
      { name: string; topicId: string; partitionData: { index: number; records: Buffer }[] }
    >();
    for (const batch of batches) {
      const { topic: name, partition: index } = batch.queue;
      let topic = topics.get(name);
      if (topic === undefined) {
        topic = { name, topicId: this.#topicId(name), partitionData: [] };
        topics.set(name, topic);
      }
      topic.partitionData.push({ index, records: batch.encode(this.#settings.compression) });
    }
    return {
      acks: this.#settings.acks === 'all' ? -1 : this.#settings.acks,
      timeoutMs: this.#settings.requestTimeoutMs,
      topicData: Array.from(topics.values()),
    };
  }

  #topicId(topic: string): string {
    return this.#cluster.metadata.topic(topic)?.topicId ?? ZERO_UUID;
  }

  #onResponse(batches: readonly ProducerBatch[], response: ProduceResponse): void {
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
        answers.get(partitionKey(this.#topicId(topic), partition));
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
      case ErrorCode.MESSAGE_TOO_LARGE:
        if (batch.count > 1) {
          this.#accumulator.replace(batch, splitBatch(batch));
          return;
        }
        break;
      case ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
      case ErrorCode.UNKNOWN_PRODUCER_ID:
      case ErrorCode.INVALID_PRODUCER_EPOCH:
        if (batch.baseSequence >= 0) {
          this.#onSequenceRefused(batch, errorCode);
          return;
        }
    }
    const error = kafkaError(errorCode, showPartition(queue), errorMessage);
    // What one attempt has left in doubt no later refusal clears up: it only says what became of itself.
    if (MAYBE_WRITTEN.has(errorCode)) batch.inDoubt = true;
    if (!error.retriable) {
      this.#fail(batch, error);
      return;
    }
    this.#cluster.refreshSoon();
    this.#retry(batch, error);
  }

  /**
   * The broker expected another sequence number. If it has not written the batch, either the batch has overtaken an
   * earlier one that is tried again, and is tried again behind it; or the broker has lost what it knew of us, and the
   * partition goes on under the next epoch (KIP-360).
   */
  #onSequenceRefused(batch: ProducerBatch, errorCode: number): void {
    const { queue } = batch;
    if (queue.isWritten(batch)) {
      // It has been asked for so late that the broker remembers only batches after it.
      this.#accumulator.settle(batch, null, -1, -1);
      return;
    }
    if (!queue.hasEarlier(batch)) {
      queue.notWritten(batch);
      queue.breakSequence(errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER ? 'epoch' : 'id');
    }
    this.#retry(batch, kafkaError(errorCode, showPartition(queue)));
  }

  /** No answer: every batch of the request may have been written or not. */
  #onRequestFailed(batches: readonly ProducerBatch[], error: unknown): void {
    this.#cluster.refreshSoon();
    const failure = error instanceof Error ? error : new Error(String(error));
    for (const batch of batches) {
      if (this.#accumulator.isSettled(batch)) continue;
      batch.inDoubt = true;
      if (isRetriable(error) || (error instanceof OperationalError && error.code === 'CLOSED')) {
        this.#retry(batch, failure);
      } else {
        this.#fail(batch, failure);
      }
    }
  }

  #retry(batch: ProducerBatch, error: Error): void {
    const nowMs = this.#nowMs();
    const late = nowMs - batch.createdMs >= this.#settings.deliveryTimeoutMs;
    if (late || batch.attempts > this.#settings.retriesMax) {
      this.#fail(batch, late ? this.#undelivered(batch, error) : error);
      return;
    }
    const { queue } = batch;
    queue.retryAtMs = Math.max(queue.retryAtMs, nowMs + this.#backoff.delayMs(batch.attempts));
    batch.lastError = error;
    this.#accumulator.putBack(batch);
  }

  #fail(batch: ProducerBatch, error: Error): void {
    const { queue } = batch;
    queue.done(batch);
    queue.gaveUp(batch);
    this.#accumulator.settle(batch, error, -1, -1);
  }

  /**
   * Gives up what has not been delivered in time, also what is under way, whose answer then comes too late: the timeout
   * is the longest that anybody waits for a callback. Answers when the next one will be late.
   */
  #expire(nowMs: number): number {
    for (const batch of this.#accumulator.unsettled) {
      const deadlineMs = batch.createdMs + this.#settings.deliveryTimeoutMs;
      if (deadlineMs > nowMs) return deadlineMs;
      if (batch.queue.isInFlight(batch)) batch.inDoubt = true;
      this.#fail(batch, this.#undelivered(batch, batch.lastError));
    }
    return Number.POSITIVE_INFINITY;
  }

  #undelivered(batch: ProducerBatch, cause: Error | undefined): OperationalError {
    const what = `delivering ${batch.count} records to ${showPartition(batch.queue)}`;
    return timedOut(what, this.#settings.deliveryTimeoutMs, cause);
  }

  #failWithoutIdentity(): void {
    const failure = this.#identities.takeFailure();
    if (failure === undefined || isRetriable(failure)) return;
    this.#accumulator.failAll(failure);
  }

  #wakeAt(atMs: number): void {
    if (atMs === Number.POSITIVE_INFINITY || this.#closed) return;
    if (this.#timer !== undefined) {
      if (this.#timerAtMs <= atMs) return;
      this.#timer.cancel();
    }
    this.#timerAtMs = atMs;
    this.#timer = this.#environment.timers.after(Math.max(0, Math.ceil(atMs - this.#nowMs())), () => {
      this.#timer = undefined;
      this.#run();
    });
  }

  #nowMs(): number {
    return this.#environment.clock.monotonicMs();
  }
}
