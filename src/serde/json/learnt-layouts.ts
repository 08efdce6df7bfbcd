import type { SqlValue } from '../model/sql-value.ts';
import { hasLayout, type LayoutColumns, type LayoutReader, layoutReader } from './layout.ts';

/** Layouts that are tried for a record: one for each set of fields that a program leaves out. */
const LAYOUTS_MAX = 4;
/** Records that no layout had, beyond those that one had, before all are given up for a while. */
const CREDIT_MAX = 64;
/** A record without a layout costs the tries: it weighs as much as so many that had one. */
const MISS_COST = 4;
const RECORDS_OFF = 10_000;
/**
 * Records that must be read before a layout is learnt in the place of another one: to compile it costs what it saves in a
 * hundred records, and of a topic that has more layouts than are kept, each would push the others out. Doubles each time.
 */
const RECORDS_BETWEEN_MIN = 200;
const RECORDS_BETWEEN_MAX = 1_000_000;
/** Bytes of a record that is read so: the code of a layout grows with it, and V8 optimizes no function that is too long. */
const RECORD_BYTES_MAX = 512;

/** Layouts that the records of a topic have had lately: those that come are read by them where they can be. */
export class LearntLayouts {
  readonly #columns: LayoutColumns;
  readonly #learn: typeof layoutReader;
  readonly #isPossible: boolean;
  /** Those that read most come first: each changes places with the one before it when it has read. */
  readonly #readers: LayoutReader[] = [];
  #credit = CREDIT_MAX;
  #recordsOff = 0;
  #recordsBetween = RECORDS_BETWEEN_MIN;
  #recordsToWait = 0;

  /** @param learn compiles the reader of a layout. */
  constructor(columns: LayoutColumns, learn = layoutReader) {
    this.#columns = columns;
    this.#learn = learn;
    this.#isPossible = columns.columns.length > 0 && columns.columns.every(hasLayout);
  }

  /** The columns of a record; undefined where it must be parsed. */
  read(bytes: Buffer): SqlValue[] | undefined {
    if (!this.#isPossible || bytes.length > RECORD_BYTES_MAX) return undefined;
    if (this.#recordsOff > 0) {
      this.#recordsOff -= 1;
      return undefined;
    }
    if (this.#recordsToWait > 0) this.#recordsToWait -= 1;
    const readers = this.#readers;
    for (let place = 0; place < readers.length; place += 1) {
      const reader = readers[place];
      const row = reader?.(bytes);
      if (reader === undefined || row === undefined) continue;
      if (this.#credit < CREDIT_MAX) this.#credit += 1;
      const before = readers[place - 1];
      if (before !== undefined) {
        readers[place - 1] = reader;
        readers[place] = before;
      }
      return row;
    }
    return this.#missed(bytes);
  }

  #missed(bytes: Buffer): SqlValue[] | undefined {
    this.#credit -= MISS_COST;
    if (this.#credit <= 0) {
      this.#readers.length = 0;
      this.#credit = CREDIT_MAX;
      this.#recordsOff = RECORDS_OFF;
      this.#recordsToWait = 0;
      return undefined;
    }
    if (this.#recordsToWait > 0) return undefined;
    const learnt = this.#learn(bytes.toString('latin1'), this.#columns);
    const row = learnt?.(bytes);
    if (learnt === undefined || row === undefined) return undefined;
    if (this.#readers.length >= LAYOUTS_MAX) {
      this.#readers.pop();
      this.#recordsToWait = this.#recordsBetween;
      this.#recordsBetween = Math.min(2 * this.#recordsBetween, RECORDS_BETWEEN_MAX);
    }
    this.#readers.push(learnt);
    return row;
  }
}
