import { NO_ORIGIN, type RecordOrigin } from './managed-store.ts';
import type { StateSegment } from './state-segment.ts';

/** One key in memory. */
export class StateEntry<V> {
  /** Without the time that {@link StateEntry.segment} begins with. */
  readonly key: string;
  readonly segment: StateSegment<V>;
  /** undefined: known to be absent. */
  value: V | undefined = undefined;
  /** Differs from what the engine holds. */
  dirty = false;
  /** Used since the last sweep. */
  referenced = true;
  sizeBytes = 0;
  /** Changed since the change was last forwarded (cached stores). */
  pending = false;
  /** The value when it was last forwarded. */
  forwarded: V | undefined = undefined;
  /** Where its last change stands among the pending ones (cached stores). */
  place = 0;
  /** Where the record that made the last change came from (cached stores). */
  origin: RecordOrigin = NO_ORIGIN;
  /** The event time of the last change, which a deletion's changelog record needs. */
  changedAt = 0;
  /** A copy that an aggregator was given; as long as it is the row's value, nobody else has it (cached stores). */
  own: unknown = undefined;
  /** The bytes that the serde has made of `value`, kept from logging it until it is written. */
  encoded: Buffer | undefined = undefined;

  constructor(key: string, segment: StateSegment<V>) {
    this.key = key;
    this.segment = segment;
  }

  /** The whole key. */
  get text(): string {
    return this.segment.start + this.key;
  }
}

const OVERHEAD_BYTES = 150;

/** Bytes of memory that an entry is reckoned at. */
export function sizeOfEntry({ key, segment }: StateEntry<unknown>, valueBytes: number): number {
  return OVERHEAD_BYTES + segment.start.length + key.length + valueBytes;
}
