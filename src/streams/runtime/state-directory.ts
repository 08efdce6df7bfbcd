import type { DiskLock, Environment } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import { endOfPrefix, type StoreEngine, type WriteBatch } from '../state/engine.ts';
import { openRocksDb } from '../state/io/rocksdb-engine.ts';

const FORMAT_VERSION = 1;
/** Before all stores, whose ids begin at 1. */
const META = '\u0000\u0000\u0000\u0000';
/** State that nobody has used for so long may lack deletions that the changelog has forgotten. */
const STALE_MS = 24 * 60 * 60 * 1000;

interface CatalogEntry {
  readonly id: number;
  /** Next offset of the changelog that the store has seen; -1: it was never committed. */
  position: number;
  atMs: number;
}

/**
 * The local state of one processing thread: one RocksDB database that holds all stores of all its tasks under prefixes,
 * a catalog of them, and for each the changelog offset that it corresponds to, written in one batch with the changes.
 */
export class StateDirectory {
  readonly engine: StoreEngine;
  readonly #environment: Environment;
  readonly #lock: DiskLock;
  readonly #catalog = new Map<string, CatalogEntry>();

  private constructor(engine: StoreEngine, environment: Environment, lock: DiskLock) {
    this.engine = engine;
    this.#environment = environment;
    this.#lock = lock;
  }

  /** @throws {OperationalError} `LOCKED` when another process has the folder, `NEWER_FORMAT` when it is from the future. */
  static async open(
    environment: Environment,
    options: { readonly path: string; readonly blockCacheBytes: number },
  ): Promise<StateDirectory> {
    const { disk } = environment;
    disk.makeDirectory(options.path);
    const lock = disk.lock(`${options.path}/.lock`);
    let engine: StoreEngine | undefined;
    try {
      engine = await openRocksDb({
        path: `${options.path}/rocksdb`,
        blockCacheBytes: options.blockCacheBytes,
        writeBufferBytes: 16 * 1024 * 1024,
      });
      const directory = new StateDirectory(engine, environment, lock);
      await directory.#load(options.path);
      return directory;
    } catch (error) {
      await engine?.close();
      lock.release();
      throw error;
    }
  }

  /** Tasks that have state here. */
  get taskIds(): readonly string[] {
    return [...new Set([...this.#catalog.keys()].map((name) => name.slice(0, name.indexOf('/'))))];
  }

  /** The key prefix of a store, given out on first use. */
  prefixOf(taskId: string, store: string): string {
    const { id } = this.#entry(taskId, store);
    return String.fromCharCode((id >>> 24) & 0xff, (id >>> 16) & 0xff, (id >>> 8) & 0xff, id & 0xff);
  }

  /** The changelog offset to restore from; undefined: from the beginning, with nothing here. */
  positionOf(taskId: string, store: string): number | undefined {
    const { position, atMs } = this.#entry(taskId, store);
    if (position < 0 || this.#environment.clock.nowMs() - atMs > STALE_MS) return undefined;
    return position;
  }

  /** Notes, within the batch of the changes themselves, up to where the changelog is contained in them. */
  setPosition(
    batch: WriteBatch,
    at: { readonly taskId: string; readonly store: string; readonly position: number },
  ): void {
    const entry = this.#entry(at.taskId, at.store);
    entry.position = at.position;
    entry.atMs = this.#environment.clock.nowMs();
    batch.put(`${META}store/${at.taskId}/${at.store}`, Buffer.from(JSON.stringify(entry)));
  }

  /** Deletes a store's content. */
  async wipe(taskId: string, store: string): Promise<void> {
    const prefix = this.prefixOf(taskId, store);
    await this.engine.clear({ from: prefix, to: endOfPrefix(prefix) });
    await this.engine.write((batch) => this.setPosition(batch, { taskId, store, position: -1 }));
  }

  async close(): Promise<void> {
    try {
      await this.engine.close();
    } finally {
      this.#lock.release();
    }
  }

  #entry(taskId: string, store: string): CatalogEntry {
    const name = `${taskId}/${store}`;
    let entry = this.#catalog.get(name);
    if (!entry) {
      const used = [...this.#catalog.values()].map(({ id }) => id);
      entry = { id: Math.max(0, ...used) + 1, position: -1, atMs: 0 };
      this.#catalog.set(name, entry);
    }
    return entry;
  }

  async #load(path: string): Promise<void> {
    const prefix = `${META}store/`;
    const [version] = await this.engine.getMany([`${META}version`]);
    if (version === undefined) {
      await this.engine.write((batch) => batch.put(`${META}version`, Buffer.from(String(FORMAT_VERSION))));
    } else if (Number(version.toString()) > FORMAT_VERSION) {
      throw new OperationalError(
        'NEWER_FORMAT',
        `the state in ${path} has format ${version.toString()}, this version of Millrace reads up to ${FORMAT_VERSION}; ` +
          'run the newer version, or delete the folder: the state is restored from the changelogs',
        { retriable: false },
      );
    }
    for (const [key, value] of await this.engine.scan({ from: prefix, to: endOfPrefix(prefix) })) {
      this.#catalog.set(key.slice(prefix.length), JSON.parse(value.toString()) as CatalogEntry);
    }
  }
}
