import type { Environment, Timer } from '../../base/environment.ts';
import type { RequestInput } from '../../protocol/message.ts';
import { decodeResponse } from '../../protocol/framing.ts';
import { produce } from '../../protocol/messages/00-produce.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ReadyConnection } from '../connection/broker-channel.ts';
import type { ProducerSettings } from '../config/settings.ts';
import { isRetriable } from '../kafka-error.ts';
import type { TransactionManager } from '../transactions/transaction-manager.ts';
import type { Accumulator } from './accumulator.ts';
import { BatchOutcomes } from './batch-outcomes.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { produceRequest, produceVersion } from './produce-request.ts';
import type { ProducerBatch } from './producer-batch.ts';
import { IdempotentIdentities, type ProducerIdentities } from './producer-identities.ts';

/** Full batches are sent from within `send` once they amount to this: the broker works while the application does. */
const EAGER_BYTES = 128 * 1024;

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
  readonly #transactions: TransactionManager | undefined;
  readonly identities: ProducerIdentities;
  readonly #outcomes: BatchOutcomes;
  readonly #onProgress: () => void;
  readonly #inFlight = new Map<number, number>();
  #fullBytes = 0;
  #deferred = false;
  #running = false;
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(
    cluster: Cluster,
    settings: ProducerSettings,
    parts: {
      readonly accumulator: Accumulator;
      readonly transactions: TransactionManager | undefined;
      /** See {@link BatchOutcomes}. */
      readonly leavesOutRefused: boolean;
      /** Batches were settled. */
      readonly onProgress: () => void;
    },
  ) {
    const { accumulator, transactions, onProgress } = parts;
    this.#environment = cluster.environment;
    this.#cluster = cluster;
    this.#settings = settings;
    this.#accumulator = accumulator;
    this.#transactions = transactions;
    this.#onProgress = onProgress;
    this.identities = transactions?.identities ?? new IdempotentIdentities(cluster, () => this.wake());
    this.#outcomes = new BatchOutcomes(cluster, settings, parts);
  }

  onBatchOpened({ topic, partition }: PartitionQueue): void {
    this.#transactions?.onBatchOpened(topic, partition);
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
      nextMs = Math.min(nextMs, this.#outcomes.expire(nowMs));
      this.#failWithoutIdentity();
      const refusal = this.#transactions?.refusal;
      if (refusal !== undefined) this.#accumulator.failUnsent(refusal);
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
    const crowded = this.#accumulator.bytes >= this.#settings.bufferBytesMax;
    for (const queue of this.#accumulator.active) {
      const { head } = queue;
      if (head === undefined) continue;
      const dueMs = Math.max(
        queue.retryAtMs,
        crowded || queue.isHeadDue ? 0 : head.createdMs + this.#settings.lingerMs,
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
    const channel = this.#cluster.channel(leader, 'produce');
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
      if (this.#transactions?.admits(queue.topic, queue.partition) === false) continue;
      if (this.#settings.idempotent && !queue.numberHead(this.identities)) continue;
      const batch = queue.take();
      if (batch === undefined) continue;
      this.#accumulator.served(queue);
      bytes += size;
      batch.attempts++;
      batches.push(batch);
      // Of what follows only a full batch can go; an open one keeps lingering.
      if (queue.isHeadDue) more.push(queue);
    }
    return more;
  }

  #send(leader: number, { connection, versions }: ReadyConnection, batches: readonly ProducerBatch[]): void {
    const { clientId, requestTimeoutMs: timeoutMs } = this.#settings;
    let version: number;
    let body: RequestInput<typeof produce>;
    try {
      version = produceVersion(this.#cluster, versions, batches, this.#transactions?.version);
      body = produceRequest(this.#cluster, this.#settings, batches);
      if (this.#settings.acks === 0) {
        connection.sendWithoutAnswer({ api: produce, version, body, clientId });
        for (const batch of batches) this.#accumulator.settle(batch, null, -1, -1);
        return;
      }
    } catch (error) {
      this.#outcomes.onRequestFailed(batches, error);
      return;
    }
    this.#inFlight.set(leader, (this.#inFlight.get(leader) ?? 0) + 1);
    connection.sendForFrame({ api: produce, version, body, timeoutMs, clientId }).then(
      (frame) => {
        this.#landed(leader);
        try {
          this.#outcomes.onResponse(batches, decodeResponse(produce, version, frame));
        } catch (error) {
          this.#outcomes.onRequestFailed(batches, error);
        }
        this.wake();
        this.#onProgress();
      },
      (error: unknown) => {
        this.#landed(leader);
        this.#outcomes.onRequestFailed(batches, error);
        this.wake();
        this.#onProgress();
      },
    );
  }

  #landed(leader: number): void {
    this.#inFlight.set(leader, (this.#inFlight.get(leader) ?? 1) - 1);
  }

  #failWithoutIdentity(): void {
    const failure = this.identities.takeFailure();
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
