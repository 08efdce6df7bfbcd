import rocksdb, { type Database } from 'rocksdb';
import { messageOf, OperationalError } from '../../../base/errors.ts';
import type { KeyRange, StoreEngine, WriteBatch } from '../engine.ts';

export interface RocksDbSettings {
  readonly path: string;
  /** Uncompressed blocks kept in memory, for all stores of the thread. */
  readonly blockCacheBytes: number;
  readonly writeBufferBytes: number;
}

/**
 * A {@link StoreEngine} in RocksDB. Writes reach the operating system before they are acknowledged and the disk when it
 * sees fit: what a power loss takes is restored from the changelog, since the offset that it belongs to is lost with it.
 */
export class RocksDbEngine implements StoreEngine {
  readonly synchronous = false;
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** @throws {OperationalError} `STATE_STORE_ERROR` when the database cannot be opened; `LOCKED` when another has it. */
  static async open(settings: RocksDbSettings): Promise<RocksDbEngine> {
    const database = rocksdb(settings.path);
    const options = {
      createIfMissing: true,
      compression: true,
      cacheSize: settings.blockCacheBytes,
      writeBufferSize: settings.writeBufferBytes,
      blockSize: 4096,
    };
    await settle((done) => database.open(options, done), `cannot open the state store ${settings.path}`);
    return new RocksDbEngine(database);
  }

  getNow(): never {
    throw new OperationalError('STATE_STORE_ERROR', 'RocksDB does not answer at once', { retriable: false });
  }

  scanNow(): never {
    return this.getNow();
  }

  getMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    return new Promise((resolve, reject) => {
      this.#database.getMany(keys.map(toBytes), (error, values) => {
        if (error) reject(storeError('cannot read the state store', error));
        else resolve(values);
      });
    });
  }

  scan(range: KeyRange): Promise<readonly (readonly [string, Buffer])[]> {
    return this.#iterate({ ...bounds(range), highWaterMark: 1 << 16 });
  }

  async lastKey(range: KeyRange): Promise<string | undefined> {
    const [last] = await this.#iterate({ ...bounds(range), reverse: true, limit: 1 });
    return last?.[0];
  }

  async #iterate(
    options: Parameters<Database['iterator']>[0],
  ): Promise<readonly (readonly [string, Buffer])[]> {
    const iterator = this.#database.iterator(options);
    const found: (readonly [string, Buffer])[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        const step = (): void =>
          iterator.next((error, key, value) => {
            if (error) reject(storeError('cannot scan the state store', error));
            else if (key === undefined || value === undefined) resolve();
            else {
              found.push([toText(key), value]);
              step();
            }
          });
        step();
      });
    } finally {
      await settle((done) => iterator.end(done), 'cannot end a scan of the state store');
    }
    return found;
  }

  write(fill: (batch: WriteBatch) => void): Promise<void> {
    const batch = this.#database.batch();
    fill({
      put: (key, value) => void batch.put(toBytes(key), value),
      delete: (key) => void batch.del(toBytes(key)),
    });
    return settle((done) => batch.write(done), 'cannot write the state store');
  }

  clear(range: KeyRange): Promise<void> {
    return settle(
      (done) => this.#database.clear(bounds(range), done),
      'cannot clear a range of the state store',
    );
  }

  close(): Promise<void> {
    return settle((done) => this.#database.close(done), 'cannot close the state store');
  }
}

function toBytes(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}

function toText(key: Buffer): string {
  return key.toString('latin1');
}

function bounds(range: KeyRange): { gte: Buffer; lt?: Buffer } {
  return range.to === undefined
    ? { gte: toBytes(range.from) }
    : { gte: toBytes(range.from), lt: toBytes(range.to) };
}

function settle(
  start: (done: (error: Error | null | undefined) => void) => void,
  failure: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error) reject(storeError(failure, error));
      else resolve();
    });
  });
}

function storeError(message: string, cause: unknown): OperationalError {
  return new OperationalError('STATE_STORE_ERROR', `${message}: ${messageOf(cause)}`, {
    retriable: false,
    cause,
  });
}
