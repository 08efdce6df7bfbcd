import {
  CoordinatorLogError,
  type CoordinatorLog,
  type CoordinatorRecord,
} from '../../../broker/coordinators/coordinator-log.ts';
import { BatchBuilder } from '../../../src/protocol/records/batch-builder.ts';

/** The topic of a coordinator in memory: real batches, committed at once, later or never. */
export class MemoryCoordinatorLog implements CoordinatorLog {
  readonly #batches = new Map<number, Buffer[]>();
  readonly #nextOffsets = new Map<number, number>();
  readonly #held: (() => void)[] = [];
  /** Set: appends fail with this code. */
  failWith: number | undefined;
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

  release(): void {
    this.isHolding = false;
    for (const commit of this.#held.splice(0)) commit();
  }

  batches(partition: number): readonly Buffer[] {
    return this.#batches.get(partition) ?? [];
  }
}
