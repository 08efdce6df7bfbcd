import { AssertionFailure } from '../../base/errors.ts';
import type {
  EngineScan,
  KeyRange,
  ScanRange,
  StoredEntries,
  StoredPage,
  StoredValues,
  StoreEngine,
  WriteBatch,
} from './engine.ts';

/** A {@link StoreEngine} in memory, for the test driver and for stores that their user wants there. */
export class MemoryEngine implements StoreEngine {
  readonly sizeBytes = undefined;
  readonly #values = new Map<string, Buffer>();
  /** The keys in order; undefined when a key has come or gone since they were last sorted. */
  #sorted: string[] | undefined;

  getMany(keys: readonly string[]): StoredValues {
    return keys.map((key) => this.#values.get(key));
  }

  scan(range: KeyRange): StoredEntries {
    return this.readPage(range, Number.POSITIVE_INFINITY).entries;
  }

  readPage(range: KeyRange, bytesMax: number): StoredPage {
    this.#sorted ??= [...this.#values.keys()].sort(compare);
    const entries: (readonly [string, Buffer])[] = [];
    let bytes = 0;
    for (let i = lowerBound(this.#sorted, range.from); i < this.#sorted.length; i++) {
      const key = this.#sorted[i] ?? '';
      if (range.to !== undefined && key >= range.to) break;
      if (bytes >= bytesMax) return { entries, isLast: false };
      const value = this.#values.get(key);
      if (value === undefined) throw new AssertionFailure('a sorted key without a value');
      entries.push([key, value]);
      bytes += key.length + value.length;
    }
    return { entries, isLast: true };
  }

  openScan(range: ScanRange, pageBytesMax: number): EngineScan {
    const ascending = this.scan(range);
    const entries = range.descending === true ? ascending.toReversed() : ascending;
    let at = 0;
    return {
      next() {
        const first = at;
        for (let bytes = 0; at < entries.length && bytes < pageBytesMax; at++) {
          const [key, value] = entries[at] ?? ['', Buffer.alloc(0)];
          bytes += key.length + value.length;
        }
        return { entries: entries.slice(first, at), isLast: at >= entries.length };
      },
      close: () => undefined,
    };
  }

  lastKey(range: KeyRange): string | undefined {
    return this.scan(range).at(-1)?.[0];
  }

  write(fill: (batch: WriteBatch) => void): void {
    fill({
      put: (key, value) => this.#put(key, value),
      delete: (key) => this.#delete(key),
      putRows: (rows) =>
        rows.showViews((key, value) => {
          const text = key.toString('latin1');
          if (value === undefined) this.#delete(text);
          else this.#put(text, Buffer.from(value));
        }),
    });
  }

  #put(key: string, value: Buffer): void {
    const before = this.#values.size;
    this.#values.set(key, value);
    if (this.#values.size !== before) this.#sorted = undefined;
  }

  #delete(key: string): void {
    if (this.#values.delete(key)) this.#sorted = undefined;
  }

  clear(range: KeyRange): void {
    for (const [key] of this.scan(range)) this.#values.delete(key);
    this.#sorted = undefined;
  }

  close(): Promise<void> {
    this.#values.clear();
    this.#sorted = undefined;
    return Promise.resolve();
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
