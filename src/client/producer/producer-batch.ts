import type { Memory } from '../../base/buffer-pool.ts';
import type { Compression } from '../../protocol/compression/compression.ts';
import { BatchBuilder, type FieldInput } from '../../protocol/records/batch-builder.ts';
import { BatchView } from '../../protocol/records/batch-view.ts';
import { decodeBatch } from '../../protocol/records/decode-batch.ts';
import type { DeliveryCallback, RecordHeader, UndeliveredRecord } from '../types.ts';
import type { ProducerIdentity } from '../producer-identity.ts';
import type { PartitionQueue } from './partition-queue.ts';

/** Records of one partition that go over the wire together, from the first `send` to their acknowledgement. */
export class ProducerBatch {
  /** Ascending in the order of creation, over all partitions. */
  readonly id: number;
  readonly queue: PartitionQueue;
  readonly createdMs: number;
  readonly isTransactional: boolean;
  readonly #builder: BatchBuilder;
  /** By record; absent while no record has one. */
  #callbacks: (DeliveryCallback | undefined)[] | undefined;
  #encoded: Buffer | undefined;
  attempts = 0;
  identity: ProducerIdentity | undefined;
  /** -1 until the batch is sent by an idempotent producer. */
  baseSequence = -1;
  /** Which one it is of the batches of its partition that were given a number. */
  ordinal = -1;
  /** It was sent and nobody knows whether the broker has it: it must not get another sequence number. */
  inDoubt = false;
  /** Why the last attempt failed. */
  lastError: Error | undefined;

  constructor(
    queue: PartitionQueue,
    init: {
      readonly id: number;
      readonly createdMs: number;
      readonly initialBytes: number;
      /** Where it gets its buffer; by default its own. */
      readonly memory?: Memory;
      /** It is part of its producer's transaction. */
      readonly isTransactional?: boolean;
    },
  ) {
    this.queue = queue;
    this.id = init.id;
    this.createdMs = init.createdMs;
    this.isTransactional = init.isTransactional ?? false;
    this.#builder = new BatchBuilder(init.initialBytes, init.memory);
  }

  get count(): number {
    return this.#builder.count;
  }

  /** Bytes before compression. */
  get sizeInBytes(): number {
    return this.#builder.sizeInBytes;
  }

  append(
    key: FieldInput,
    value: FieldInput,
    timestamp: number,
    headers: readonly RecordHeader[] | undefined,
    onDelivery: DeliveryCallback | undefined,
  ): void {
    this.#builder.append(key, value, timestamp, headers);
    if (onDelivery !== undefined && this.#callbacks === undefined) {
      this.#callbacks = Array.from({ length: this.#builder.count - 1 }, () => undefined);
    }
    this.#callbacks?.push(onDelivery);
  }

  /** The batch as it goes over the wire; nothing can be appended from then on. */
  encode(compression: Compression): Buffer {
    const producer = {
      producerId: this.identity?.producerId ?? -1,
      producerEpoch: this.identity?.producerEpoch ?? -1,
      baseSequence: this.baseSequence,
    };
    if (this.#encoded === undefined) {
      const { isTransactional } = this;
      this.#encoded = this.#builder.build({ compression, isTransactional, ...producer });
    } else if (this.identity !== undefined) {
      const view = new BatchView(this.#encoded);
      const same =
        view.baseSequence === producer.baseSequence &&
        view.producerEpoch === producer.producerEpoch &&
        view.producerId === producer.producerId;
      // Only a batch that the broker has refused gets here with new numbers: its bytes are no longer in a socket's queue.
      if (!same) view.stampProducer(producer);
    }
    return this.#encoded;
  }

  /**
   * The broker has answered that it has the batch. Where it was sent only once, nobody reads its bytes any more: of an
   * earlier attempt they might still be on their way.
   */
  releaseMemory(): void {
    if (this.attempts === 1) this.#builder.release();
  }

  /** Whether nobody has asked to be told what becomes of some of the records. */
  get hasUnwatchedRecords(): boolean {
    return this.#callbacks === undefined || this.#callbacks.includes(undefined);
  }

  /** Callbacks by record, for the parts of a batch that is split. */
  get callbacks(): readonly (DeliveryCallback | undefined)[] {
    return this.#callbacks ?? [];
  }

  /**
   * Tells all records what became of them. `baseOffset` is -1 where it is unknown.
   * @returns what the first callback that threw has thrown: the others are told all the same.
   */
  settle(error: Error | null, baseOffset: number, timestamp: number): unknown {
    const callbacks = this.#callbacks;
    if (callbacks === undefined) return undefined;
    this.#callbacks = undefined;
    const { partition } = this.queue;
    const undelivered = error === null ? undefined : this.#records();
    let thrown: unknown;
    for (let i = 0; i < callbacks.length; i++) {
      const callback = callbacks[i];
      if (callback === undefined) continue;
      try {
        callback(error, baseOffset < 0 ? -1 : baseOffset + i, partition, timestamp, undelivered?.[i]);
      } catch (failure) {
        thrown ??= failure;
      }
    }
    return thrown;
  }

  /** Read back from the bytes: only of what fails, so that nothing is kept of each record that is sent. */
  #records(): readonly UndeliveredRecord[] {
    const encoded =
      this.#encoded ??
      this.#builder.build({ compression: 'none', producerId: -1, producerEpoch: -1, baseSequence: -1 });
    return decodeBatch(new BatchView(encoded));
  }
}
