import type * as rocksdbNative from 'rocksdb-native';
import type {
  EngineScan,
  KeyRange,
  ScanRange,
  StoredEntries,
  StoredPage,
  StoredValues,
  StoreEngine,
  WriteBatch,
} from '../engine.ts';
import { type OpenDatabase, openDatabase } from './rocksdb-errors.ts';
import { boundsOf, keyToBytes, keyToText, LAST_KEY } from './rocksdb-keys.ts';
import { BLOCK_BYTES, type RocksDbSettings } from './rocksdb-settings.ts';

/** How many entries a scan takes from the database at a time. */
const SCAN_ENTRIES = 1024;
/** The same for a page, which may end soon. */
const PAGE_ENTRIES = 128;

/**
 * A {@link StoreEngine} in RocksDB by a binding that answers promises only, for platforms that the other one has no binary
 * for. The binding has a block cache of its own size; {@link RocksDbSettings.blockCacheBytes} says nothing to it.
 */
export class AsynchronousRocksDbEngine implements StoreEngine {
  /** The binding does not say. */
  readonly sizeBytes = undefined;
  readonly #database: rocksdbNative.default;
  readonly #error: OpenDatabase<rocksdbNative.default>['error'];

  private constructor({ database, error }: OpenDatabase<rocksdbNative.default>) {
    this.#database = database;
    this.#error = error;
  }

  /** @throws {OperationalError} `STATE_STORE_DAMAGED`, `STATE_STORE_ERROR`. */
  static async open(
    binding: typeof rocksdbNative,
    settings: RocksDbSettings,
  ): Promise<AsynchronousRocksDbEngine> {
    const closed = new binding.default(settings.path, {
      tableBlockSize: BLOCK_BYTES,
      writeBufferSize: settings.writeBufferBytes,
    });
    return new AsynchronousRocksDbEngine(
      await openDatabase(settings, closed, (database) => database.ready()),
    );
  }

  async getMany(keys: readonly string[]): Promise<StoredValues> {
    if (keys.length === 0) return [];
    const batch = this.#database.read({ capacity: keys.length });
    try {
      const values = keys.map((key) => batch.get(keyToBytes(key)));
      const flushed = batch.flush();
      const found = await this.#attempt(Promise.all([flushed, ...values]), 'cannot read the state store');
      return found.slice(1).map((value) => value ?? undefined);
    } finally {
      batch.destroy();
    }
  }

  async scan(range: KeyRange): Promise<StoredEntries> {
    const found: (readonly [string, Buffer])[] = [];
    await this.#attempt(this.#iterate(range, found), 'cannot scan the state store');
    return found;
  }

  async #iterate(range: KeyRange, found: (readonly [string, Buffer])[]): Promise<void> {
    for await (const { key, value } of this.#database.iterator(boundsOf(range), { capacity: SCAN_ENTRIES })) {
      found.push([keyToText(key), value]);
    }
  }

  readPage(range: KeyRange, bytesMax: number): Promise<StoredPage> {
    return this.#attempt(this.#readPage(range, bytesMax), 'cannot scan the state store');
  }

  async #readPage(range: KeyRange, bytesMax: number): Promise<StoredPage> {
    const iterator = this.#database
      .iterator(boundsOf(range), { capacity: PAGE_ENTRIES })
      [Symbol.asyncIterator]();
    try {
      return await nextPage(iterator, bytesMax);
    } finally {
      await iterator.return?.();
    }
  }

  openScan(range: ScanRange, pageBytesMax: number): EngineScan {
    // An iterator begins to see when it is first read, a snapshot at once.
    const snapshot = this.#database.snapshot();
    const options = { reverse: range.descending === true, capacity: PAGE_ENTRIES };
    const iterator = snapshot.iterator(boundsOf(range), options)[Symbol.asyncIterator]();
    return {
      next: () => this.#attempt(nextPage(iterator, pageBytesMax), 'cannot scan the state store'),
      close: () => this.#attempt(closeScan(iterator, snapshot), 'cannot scan the state store'),
    };
  }

  lastKey(range: KeyRange): Promise<string | undefined> {
    return this.#attempt(this.#lastKey(range), 'cannot scan the state store');
  }

  async #lastKey(range: KeyRange): Promise<string | undefined> {
    const last = this.#database.iterator(boundsOf(range), { reverse: true, limit: 1, capacity: 1 });
    for await (const { key } of last) return keyToText(key);
    return undefined;
  }

  write(fill: (batch: WriteBatch) => void): Promise<void> {
    return this.#write(
      (batch) =>
        fill({
          put: (key, value) => batch.tryPut(keyToBytes(key), value),
          delete: (key) => batch.tryDelete(keyToBytes(key)),
          putRows: (rows) =>
            rows.showViews((key, value) => {
              if (value === undefined) batch.tryDelete(key);
              else batch.tryPut(key, value);
            }),
        }),
      'cannot write the state store',
    );
  }

  clear(range: KeyRange): Promise<void> {
    const { gte, lt } = boundsOf(range);
    // The binding takes a range that ends before it begins for a mistake.
    if (range.to !== undefined && range.to <= range.from) return Promise.resolve();
    return this.#write(
      (batch) => batch.tryDeleteRange(gte, lt ?? LAST_KEY),
      'cannot clear a range of the state store',
    );
  }

  async #write(
    fill: (batch: ReturnType<rocksdbNative.default['write']>) => void,
    failure: string,
  ): Promise<void> {
    const batch = this.#database.write();
    try {
      fill(batch);
      await this.#attempt(batch.flush(), failure);
    } finally {
      batch.destroy();
    }
  }

  close(): Promise<void> {
    return this.#attempt(this.#database.close(), 'cannot close the state store');
  }

  async #attempt<T>(running: Promise<T>, failure: string): Promise<T> {
    try {
      return await running;
    } catch (error) {
      throw this.#error(failure, error);
    }
  }
}

type Entries = AsyncIterator<{ readonly key: Buffer; readonly value: Buffer }>;

async function nextPage(iterator: Entries, bytesMax: number): Promise<StoredPage> {
  const entries: (readonly [string, Buffer])[] = [];
  for (let bytes = 0; bytes < bytesMax; ) {
    const { done = false, value: entry } = await iterator.next();
    if (done) return { entries, isLast: true };
    entries.push([keyToText(entry.key), entry.value]);
    bytes += entry.key.length + entry.value.length;
  }
  return { entries, isLast: false };
}

async function closeScan(iterator: Entries, snapshot: { close(): Promise<void> }): Promise<void> {
  await iterator.return?.();
  await snapshot.close();
}
