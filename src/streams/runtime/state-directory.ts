import { assert } from '../../base/assert.ts';
import { childPath } from '../../base/child-path.ts';
import type { DiskLock, Environment } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { endOfPrefix, type StoreEngine, type WriteBatch } from '../state/engine.ts';
import { ProcessedOffsets } from './processed-offsets.ts';
import { StoreCatalog } from './store-catalog.ts';
import { openRocksDb } from '../state/io/rocksdb-engine.ts';
import { STATE_STORE_DAMAGED } from '../state/io/rocksdb-errors.ts';

const FORMAT_VERSION = 1;
/** Before all stores, whose ids begin at 1. */
const META = '\u0000\u0000\u0000\u0000';
const STORES = `${META}store/`;
const PROCESSED = `${META}input/`;
const WRITE_BUFFER_BYTES = 16 * 1024 * 1024;
const DATABASE = 'rocksdb';
/** Before the time, in the name of a database that was set aside. */
const DAMAGED_PREFIX = 'rocksdb-damaged-';
/** Lies beside a database that was found damaged while it was open. */
const DAMAGE_MARK = 'damaged';
/** Databases that are set aside and kept: more of them would fill a disk that goes on damaging what it is given. */
const SET_ASIDE_MAX = 2;
const STATE_SET_ASIDE = 'the local state cannot be read: it is set aside and restored from the changelogs';

interface StateDirectoryOptions {
  /** The folder that the application's folder lies in, which is the user's. */
  readonly root: string;
  /** The application's folder and the thread's in it, which are nobody else's. */
  readonly folders: readonly string[];
  readonly blockCacheBytes: number;
  readonly logger: Logger;
}

/**
 * The local state of one processing thread: one RocksDB database that holds all stores of all its tasks under prefixes,
 * a catalog of them, and for each the changelog offset that it corresponds to, written in one batch with the changes.
 * A database that cannot be read is set aside, and the stores are restored from their changelogs.
 */
export class StateDirectory {
  readonly #environment: Environment;
  readonly #options: StateDirectoryOptions;
  readonly #path: string;
  readonly #lock: DiskLock;
  readonly #catalog: StoreCatalog;
  /** Up to where the inputs of the tasks were committed. */
  #processed = new ProcessedOffsets(PROCESSED);
  #engine: StoreEngine | undefined;
  #damage: OperationalError | undefined;

  private constructor(
    environment: Environment,
    options: StateDirectoryOptions,
    { path, lock }: { readonly path: string; readonly lock: DiskLock },
  ) {
    this.#environment = environment;
    this.#options = options;
    this.#path = path;
    this.#lock = lock;
    this.#catalog = new StoreCatalog(STORES, environment.clock);
  }

  /**
   * Takes the folder for this process. It is read by {@link StateDirectory.open}, which comes before all else.
   * @throws {OperationalError} `LOCKED` when another process has it.
   */
  static take(environment: Environment, options: StateDirectoryOptions): StateDirectory {
    const { disk } = environment;
    let path = options.root;
    for (const folder of options.folders) {
      path = childPath(path, folder);
      setAsideFile(environment, path, options.logger);
    }
    disk.makeDirectory(path);
    return new StateDirectory(environment, options, { path, lock: disk.lock(`${path}/.lock`) });
  }

  get engine(): StoreEngine {
    assert(this.#engine !== undefined, 'a state directory is used while it is open');
    return this.#engine;
  }

  /** Bytes of the database, on disk and in write buffers; undefined while it is closed, and where the binding cannot say. */
  get sizeBytes(): number | undefined {
    return this.#engine?.sizeBytes;
  }

  /** Why the database cannot be read any more, once it cannot: it is set aside when the directory is opened next. */
  get damage(): OperationalError | undefined {
    return this.#damage;
  }

  /** @throws {OperationalError} `STATE_STORE_DAMAGED` once the database cannot be read any more. */
  throwDamage(): void {
    if (this.#damage !== undefined) throw this.#damage;
  }

  /** See {@link StoreCatalog.offsetSums}. */
  get offsetSums(): ReadonlyMap<string, number> {
    return this.#catalog.offsetSums;
  }

  /**
   * Gives the stores of a task their ids, which are written before anything is written under them: a store without a changelog
   * has nothing else that would tell whose rows these are.
   */
  async register(taskId: string, stores: readonly string[]): Promise<void> {
    const unknown = stores.filter((store) => !this.#catalog.has(taskId, store));
    if (unknown.length === 0) return;
    await this.engine.write((batch) => {
      for (const store of unknown) this.#catalog.add(batch, taskId, store);
    });
  }

  /** The key prefix of a store that is registered. */
  prefixOf(taskId: string, store: string): string {
    const id = this.#catalog.idOf(taskId, store);
    return String.fromCharCode((id >>> 24) & 0xff, (id >>> 16) & 0xff, (id >>> 8) & 0xff, id & 0xff);
  }

  /** See {@link StoreCatalog.positionOf}. */
  positionOf(taskId: string, store: string, end: number): number | undefined {
    return this.#catalog.positionOf(taskId, store, end);
  }

  /** See {@link StoreCatalog.setPosition}. */
  setPosition(batch: WriteBatch, at: Parameters<StoreCatalog['setPosition']>[1]): void {
    this.#catalog.setPosition(batch, at);
  }

  get processed(): ProcessedOffsets {
    return this.#processed;
  }

  /** Deletes a store's content. */
  async wipe(taskId: string, store: string, options: { readonly isOtherChangelog: boolean }): Promise<void> {
    const prefix = this.prefixOf(taskId, store);
    await this.engine.clear({ from: prefix, to: endOfPrefix(prefix) });
    await this.engine.write((batch) => {
      this.setPosition(batch, { taskId, store, position: -1 });
      if (options.isOtherChangelog) this.#processed.forget(batch);
    });
  }

  async close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    try {
      await engine?.close();
    } catch (error) {
      // What could not be read need not be closed well.
      if (this.#damage === undefined) throw error;
    } finally {
      this.#lock.release();
    }
  }

  /**
   * Opens the database, which waits for the disk.
   * @throws {OperationalError} `NEWER_FORMAT` when it is from the future.
   */
  async open(): Promise<void> {
    const { disk } = this.#environment;
    const options = this.#options;
    const mark = `${this.#path}/${DAMAGE_MARK}`;
    if (disk.exists(mark)) {
      this.#setAside(options.logger, disk.readFile(mark).toString());
      disk.remove(mark);
    }
    const database = `${this.#path}/${DATABASE}`;
    if (disk.exists(database) && !disk.isDirectory(database))
      this.#setAside(options.logger, `${database} is a file, not a folder`);
    try {
      await this.#openDatabase(options);
    } catch (error) {
      if (!(error instanceof OperationalError) || error.code !== STATE_STORE_DAMAGED) throw error;
      await this.#engine?.close().catch(() => undefined);
      this.#setAside(options.logger, error.message);
      disk.remove(mark);
      this.#catalog.clear();
      this.#processed = new ProcessedOffsets(PROCESSED);
      this.#damage = undefined;
      await this.#openDatabase(options);
    }
  }

  async #openDatabase({ blockCacheBytes }: StateDirectoryOptions): Promise<void> {
    this.#engine = await openRocksDb({
      path: `${this.#path}/${DATABASE}`,
      blockCacheBytes,
      writeBufferBytes: WRITE_BUFFER_BYTES,
      onDamage: (error) => this.#noteDamage(error),
    });
    await this.#load();
  }

  #noteDamage(error: OperationalError): void {
    if (this.#damage !== undefined) return;
    this.#damage = error;
    this.#environment.disk.replaceFile(`${this.#path}/${DAMAGE_MARK}`, Buffer.from(error.message));
  }

  #setAside(logger: Logger, reason: string): void {
    const { disk, clock } = this.#environment;
    if (!disk.exists(`${this.#path}/${DATABASE}`)) return;
    const older = disk.list(this.#path).filter((name) => name.startsWith(DAMAGED_PREFIX));
    for (const name of older.slice(0, Math.max(0, older.length + 1 - SET_ASIDE_MAX))) {
      disk.removeDirectory(`${this.#path}/${name}`);
    }
    const aside = `${this.#path}/${DAMAGED_PREFIX}${clock.nowMs()}`;
    disk.rename(`${this.#path}/${DATABASE}`, aside);
    logger.warn(STATE_SET_ASIDE, { reason, aside });
  }

  async #load(): Promise<void> {
    const [version] = await this.engine.getMany([`${META}version`]);
    if (version === undefined) {
      await this.engine.write((batch) => batch.put(`${META}version`, Buffer.from(String(FORMAT_VERSION))));
    } else if (Number(version.toString()) > FORMAT_VERSION) {
      throw new OperationalError(
        'NEWER_FORMAT',
        `the state in ${this.#path} has format ${version.toString()}, this version of Millrace reads up to ${FORMAT_VERSION}; ` +
          'run the newer version, or delete the folder: the state is restored from the changelogs',
        { retriable: false },
      );
    }
    this.#catalog.load(await this.engine.scan({ from: STORES, to: endOfPrefix(STORES) }));
    this.#processed.load(await this.engine.scan({ from: PROCESSED, to: endOfPrefix(PROCESSED) }));
  }
}

/** Moves a file away that lies where a folder of ours belongs: what was in it is restored from the changelogs. */
export function setAsideFile({ disk, clock }: Environment, path: string, logger: Logger): void {
  if (!disk.exists(path) || disk.isDirectory(path)) return;
  const aside = `${path}-damaged-${clock.nowMs()}`;
  disk.rename(path, aside);
  logger.warn(STATE_SET_ASIDE, { reason: `${path} is a file, not a folder`, aside });
}
