import { readInt64, writeInt64 } from '../../base/int64.ts';
import { endOfPrefix, type StoredValues, type StoreEngine, type WriteBatch } from './engine.ts';

/**
 * Finds a waiting record's time by the key that it has in the changelog, where the key does not tell it: in memory for records
 * that are in memory, in the engine for all that are committed.
 */
export class WaitingTimes {
  readonly #engine: StoreEngine;
  readonly #prefix: string;
  readonly #times = new Map<string, number>();
  #wanted: string[] = [];

  /** @param prefix begins its keys in the engine. */
  constructor(engine: StoreEngine, prefix: string) {
    this.#engine = engine;
    this.#prefix = prefix;
  }

  /** Whether the engine has any. */
  exist(): boolean | Promise<boolean> {
    const last = this.#engine.lastKey({ from: this.#prefix, to: endOfPrefix(this.#prefix) });
    return last instanceof Promise ? last.then((key) => key !== undefined) : last !== undefined;
  }

  has(key: string): boolean {
    return this.#times.has(key);
  }

  /** The time of a record that is in memory, or was prefetched. */
  get(key: string): number | undefined {
    return this.#times.get(key);
  }

  set(key: string, timeMs: number): void {
    this.#times.set(key, timeMs);
  }

  delete(key: string): void {
    this.#times.delete(key);
  }

  clear(): void {
    this.#times.clear();
  }

  /** Reads the time of a committed record; undefined where there is none. */
  read(key: string): number | undefined | Promise<number | undefined> {
    const stored = this.#engine.getMany([this.#prefix + key]);
    return stored instanceof Promise ? stored.then(timeIn) : timeIn(stored);
  }

  /** Asks for a time to be read with the batch, by {@link WaitingTimes.loadPrefetched}. */
  prefetch(key: string): void {
    if (!this.#times.has(key)) this.#wanted.push(key);
  }

  loadPrefetched(): Promise<void> | undefined {
    if (this.#wanted.length === 0) return undefined;
    const wanted = this.#wanted;
    this.#wanted = [];
    const admit = (values: StoredValues): void => {
      for (const [i, bytes] of values.entries())
        if (bytes !== undefined) this.#times.set(wanted[i] ?? '', readInt64(bytes, 0));
    };
    const stored = this.#engine.getMany(wanted.map((key) => this.#prefix + key));
    if (stored instanceof Promise) return stored.then(admit);
    admit(stored);
    return undefined;
  }

  /** Writes a committed record's time into a batch, or deletes it. */
  writeTo(batch: WriteBatch, key: string, timeMs: number | undefined): void {
    if (timeMs === undefined) {
      batch.delete(this.#prefix + key);
      return;
    }
    const bytes = Buffer.allocUnsafe(8);
    writeInt64(bytes, 0, timeMs);
    batch.put(this.#prefix + key, bytes);
  }
}

function timeIn([bytes]: StoredValues): number | undefined {
  return bytes === undefined ? undefined : readInt64(bytes, 0);
}
