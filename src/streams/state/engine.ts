/** Keys are byte strings, held as latin1 so that JavaScript can compare, hash and slice them without copies. */
export interface KeyRange {
  /** Inclusive. */
  readonly from: string;
  /** Exclusive; undefined: to the end. */
  readonly to: string | undefined;
}

/** Changes that are applied together or not at all. */
export interface WriteBatch {
  put(key: string, value: Buffer): void;
  delete(key: string): void;
}

/** A sorted byte store below the overlay: memory, or RocksDB. All stores of a thread share one, under key prefixes. */
export interface StoreEngine {
  /** Reads may be answered at once, by {@link StoreEngine.getNow} and {@link StoreEngine.scanNow}. */
  readonly synchronous: boolean;
  getNow(key: string): Buffer | undefined;
  scanNow(range: KeyRange): readonly (readonly [string, Buffer])[];
  /** Values in the order of the keys, undefined where there is none. */
  getMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]>;
  scan(range: KeyRange): Promise<readonly (readonly [string, Buffer])[]>;
  /** The greatest key within a range. */
  lastKey(range: KeyRange): Promise<string | undefined>;
  /** Applies what `fill` puts into the batch, atomically. */
  write(fill: (batch: WriteBatch) => void): void | Promise<void>;
  clear(range: KeyRange): void | Promise<void>;
  close(): Promise<void>;
}

/** The first key that does not begin with `prefix`; undefined where no such key exists. */
export function endOfPrefix(prefix: string): string | undefined {
  for (let end = prefix.length; end > 0; end--) {
    const last = prefix.charCodeAt(end - 1);
    if (last < 0xff) return prefix.slice(0, end - 1) + String.fromCharCode(last + 1);
  }
  return undefined;
}
