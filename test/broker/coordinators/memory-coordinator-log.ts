import {
  CoordinatorLogError,
  type CoordinatorLog,
  type CoordinatorRecord,
} from '../../../broker/coordinators/coordinator-log.ts';
import type { OffsetsInTransactions } from '../../../broker/coordinators/group/offsets-in-transactions.ts';
import { markerBatch } from '../../../broker/transactions/marker-batch.ts';
import { BatchBuilder } from '../../../src/protocol/records/batch-builder.ts';
import { stampBaseOffset } from '../../../src/protocol/records/batch-header.ts';

/** The topic of a coordinator in memory: real batches, committed at once, later or never. */
export class MemoryCoordinatorLog implements CoordinatorLog, OffsetsInTransactions {
  readonly #batches = new Map<number, Buffer[]>();
  readonly #nextOffsets = new Map<number, number>();
  readonly #held: (() => void)[] = [];
  /** Set: appends fail with this code. */
  failWith: number | undefined;
  /** What the coordinator of every transaction says of it. */
  verifyWith = 0;
  /** The versions of the transactions that were asked about. */
  readonly verified: number[] = [];
  /** True: appends are written, but not committed until {@link release}. */
  isHolding = false;
  appends = 0;

  async append(partition: number, records: readonly CoordinatorRecord[]): Promise<number> {
    this.appends++;
    if (this.failWith !== undefined)
      throw new CoordinatorLogError(this.failWith, 'the append fails by order');
    const baseOffset = this.#nextOffsets.get(partition) ?? 0;
    const builder = new BatchBuilder();
    for (const { key, value } of records) builder.append(key, value, 1_000);
    const batches = this.#batches.get(partition) ?? [];
    batches.push(builder.build({ baseOffset }));
    this.#batches.set(partition, batches);
    this.#nextOffsets.set(partition, baseOffset + records.length);
    if (this.isHolding) await new Promise<void>((resolve) => this.#held.push(resolve));
    return baseOffset + records.length - 1;
  }

  verify: OffsetsInTransactions['verify'] = (_, { version }) => {
    this.verified.push(version);
    return Promise.resolve({ errorCode: this.verifyWith, guard: undefined });
  };

  appendOffsets: OffsetsInTransactions['appendOffsets'] = (partition, records, producer) => {
    const builder = new BatchBuilder();
    for (const { key, value } of records) builder.append(key, value, 1_000);
    const { producerId, producerEpoch } = producer;
    return this.#write(partition, records.length, (baseOffset) =>
      builder.build({ baseOffset, producerId, producerEpoch, baseSequence: 0, isTransactional: true }),
    );
  };

  appendMarker: OffsetsInTransactions['appendMarker'] = (partition, marker) =>
    this.#write(partition, 1, (baseOffset) => {
      const batch = markerBatch(marker, 1_000);
      stampBaseOffset(batch, 0, baseOffset);
      return batch;
    });

  #write(
    partition: number,
    count: number,
    build: (baseOffset: number) => Buffer,
  ): ReturnType<OffsetsInTransactions['appendMarker']> {
    this.appends++;
    if (this.failWith !== undefined) return { errorCode: this.failWith, baseOffset: undefined };
    const baseOffset = this.#nextOffsets.get(partition) ?? 0;
    this.#batches.set(partition, [...(this.#batches.get(partition) ?? []), build(baseOffset)]);
    this.#nextOffsets.set(partition, baseOffset + count);
    const committed = this.isHolding
      ? new Promise<number>((resolve) => this.#held.push(() => resolve(0)))
      : Promise.resolve(0);
    return { errorCode: 0, baseOffset, committed };
  }

  release(): void {
    this.isHolding = false;
    for (const commit of this.#held.splice(0)) commit();
  }

  batches(partition: number): readonly Buffer[] {
    return this.#batches.get(partition) ?? [];
  }
}
