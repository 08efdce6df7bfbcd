import type { SqlValue } from '../model/sql-value.ts';
import { hasLayout, type LayoutColumns, type LayoutReader, layoutReader } from './layout.ts';

/** Layouts that are tried for a record: one for each set of fields that a program leaves out. */
const LAYOUTS_MAX = 4;
/** Records that no layout had, beyond those that one had, before all are given up for a while. */
const CREDIT_MAX = 64;
/** A record without a layout costs the tries: it weighs as much as so many that had one. */
const MISS_COST = 4;
const RECORDS_OFF = 10_000;
/** Bytes of a record that is read so: the code of a layout grows with it, and V8 optimizes no function that is too long. */
const RECORD_BYTES_MAX = 512;

/** Layouts that the records of a topic have had lately: those that come are read by them where they can be. */
export class LearntLayouts {
  readonly #columns: LayoutColumns;
  readonly #isPossible: boolean;
  #readers: readonly LayoutReader[] = [];
  #credit = CREDIT_MAX;
  #recordsOff = 0;

  constructor(columns: LayoutColumns) {
    this.#columns = columns;
    this.#isPossible = columns.columns.length > 0 && columns.columns.every(hasLayout);
  }

  /** The columns of a record; undefined where it must be parsed. */
  read(bytes: Buffer): SqlValue[] | undefined {
    if (!this.#isPossible || bytes.length > RECORD_BYTES_MAX) return undefined;
    if (this.#recordsOff > 0) {
      this.#recordsOff -= 1;
      return undefined;
    }
    for (const reader of this.#readers) {
      const row = reader(bytes);
      if (row === undefined) continue;
      if (this.#credit < CREDIT_MAX) this.#credit += 1;
      return row;
    }
    return this.#missed(bytes);
  }

  #missed(bytes: Buffer): SqlValue[] | undefined {
    this.#credit -= MISS_COST;
    if (this.#credit <= 0) {
      this.#readers = [];
      this.#credit = CREDIT_MAX;
      this.#recordsOff = RECORDS_OFF;
      return undefined;
    }
    const learnt = layoutReader(bytes.toString('latin1'), this.#columns);
    const row = learnt?.(bytes);
    if (learnt !== undefined && row !== undefined) {
      this.#readers = [learnt, ...this.#readers.slice(0, LAYOUTS_MAX - 1)];
    }
    return row;
  }
}
