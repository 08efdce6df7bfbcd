import type { WriteBatch } from './engine.ts';

/** Rows in order that entries are of. */
interface RowsOfEntries<R> {
  readonly enginePrefix: string;
  encode(entry: OrderedEntry<R>): Buffer | undefined;
  resize(entry: OrderedEntry<R>, valueBytes: number): void;
  release(entry: OrderedEntry<R>): void;
}

/** A row in memory, or, where `row` is undefined, one that was deleted and is still in the engine. */
export class OrderedEntry<R> {
  readonly rows: RowsOfEntries<R>;
  readonly key: string;
  row: R | undefined = undefined;
  /** Differs from what the engine holds. */
  dirty = false;
  /** The engine holds a row under its key. */
  stored = false;
  sizeBytes = 0;
  /** The event time of a deletion, for its changelog record. */
  changedAt = 0;
  /** The bytes of `row`, kept from logging it until it is written. */
  encoded: Buffer | undefined = undefined;

  constructor(rows: RowsOfEntries<R>, key: string) {
    this.rows = rows;
    this.key = key;
  }
}

/** What a commit has to write and log, in the order of the first changes: of one store, which may have rows in several orders. */
export class UncommittedRows<R> {
  #entries: OrderedEntry<R>[] = [];

  get entries(): readonly OrderedEntry<R>[] {
    return this.#entries;
  }

  add(entry: OrderedEntry<R>): void {
    this.#entries.push(entry);
  }

  /** Writes all of them into a batch. */
  writeTo(batch: WriteBatch): void {
    for (const entry of this.#entries) {
      const { rows, key } = entry;
      const encoded = rows.encode(entry);
      if (encoded === undefined) batch.delete(rows.enginePrefix + key);
      else {
        batch.put(rows.enginePrefix + key, encoded);
        rows.resize(entry, encoded.length);
      }
    }
  }

  /** The batch of the last {@link UncommittedRows.writeTo} has been written. */
  committed(): void {
    for (const entry of this.#entries) entry.rows.release(entry);
    this.#entries = [];
  }
}
