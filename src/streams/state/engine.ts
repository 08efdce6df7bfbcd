import type { RowBlock } from './row-block.ts';

/** Keys are byte strings, held as latin1 so that JavaScript can compare, hash and slice them without copies. */
export interface KeyRange {
  /** Inclusive. */
  readonly from: string;
  /** Exclusive; undefined: to the end. */
  readonly to: string | undefined;
}

/** A range of keys, and the order in which it is read. */
export interface ScanRange extends KeyRange {
  /** From the last key to the first one. */
  readonly descending?: boolean | undefined;
}

/** Changes that are applied together or not at all. */
export interface WriteBatch {
  put(key: string, value: Buffer): void;
  delete(key: string): void;
  /** Puts and deletes all rows of a block, which stays as it is until the batch is written. */
  putRows(rows: RowBlock): void;
}

export type StoredEntries = readonly (readonly [string, Buffer])[];
/** Some entries of a range, behind those before. */
export interface StoredPage {
  readonly entries: StoredEntries;
  /** The range has no more. */
  readonly isLast: boolean;
}

/** A range as it was when the scan was opened, whatever is written meanwhile. */
export interface EngineScan {
  /** The next entries, until they have about so many bytes. */
  next(): StoredPage | Promise<StoredPage>;
  close(): void | Promise<void>;
}

export type StoredValues = readonly (Buffer | undefined)[];

/**
 * A sorted byte store below the caches of the stores: memory, or RocksDB. All stores of a thread share one, under key
 * prefixes. What an engine can answer at once, it does; the others answer promises.
 */
export interface StoreEngine {
  /** Bytes that it takes on disk and in write buffers; undefined where it cannot say. */
  readonly sizeBytes: number | undefined;
  /** Values in the order of the keys, undefined where there is none. */
  getMany(keys: readonly string[]): StoredValues | Promise<StoredValues>;
  scan(range: KeyRange): StoredEntries | Promise<StoredEntries>;
  /** The first entries of a range, until they have about so many bytes: one at least, where there is any. */
  readPage(range: KeyRange, bytesMax: number): StoredPage | Promise<StoredPage>;
  /** Begins to read a range as it is now, some entries at a time. To be closed. */
  openScan(range: ScanRange, pageBytesMax: number): EngineScan;
  /** The greatest key within a range. */
  lastKey(range: KeyRange): string | undefined | Promise<string | undefined>;
  /** Applies what `fill` puts into the batch, atomically. */
  write(fill: (batch: WriteBatch) => void): void | Promise<void>;
  clear(range: KeyRange): void | Promise<void>;
  close(): Promise<void>;
}

/** Whether a key is in a range. */
export function isWithin({ from, to }: KeyRange, key: string): boolean {
  return key >= from && (to === undefined || key < to);
}

/** The first key that does not begin with `prefix`; undefined where no such key exists. */
export function endOfPrefix(prefix: string): string | undefined {
  for (let end = prefix.length; end > 0; end--) {
    const last = prefix.charCodeAt(end - 1);
    if (last < 0xff) return prefix.slice(0, end - 1) + String.fromCharCode(last + 1);
  }
  return undefined;
}
