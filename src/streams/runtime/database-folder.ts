import { childPath } from '../../base/child-path.ts';
import type { DiskLock, Environment } from '../../base/environment.ts';
import type { OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { StoreEngine } from '../state/engine.ts';
import { openRocksDb } from '../state/io/rocksdb-engine.ts';
import type { RocksDbSettings } from '../state/io/rocksdb-settings.ts';

const DATABASE = 'rocksdb';
/** Before the time, in the name of a database that was set aside. */
const DAMAGED_PREFIX = 'rocksdb-damaged-';
/** Lies beside a database that was found damaged while it was open. */
const DAMAGE_MARK = 'damaged';
/** Databases that are set aside and kept: more of them would fill a disk that goes on damaging what it is given. */
const SET_ASIDE_MAX = 2;
const STATE_SET_ASIDE = 'the local state cannot be read: it is set aside and restored from the changelogs';

/** Opens the database in a folder. */
export type OpenEngine = (settings: RocksDbSettings) => Promise<StoreEngine>;

export interface DatabaseFolderOptions {
  /** The folder that the others lie in, which is the user's. */
  readonly root: string;
  /** Folders one in the other, which are nobody else's; the database lies in the last of them. */
  readonly folders: readonly string[];
  /** Uncompressed blocks that RocksDB keeps in memory. */
  readonly blockCacheBytes: number;
  /** What RocksDB gathers in memory before it writes a table. It has up to six of these, two as a rule. */
  readonly writeBufferBytes: number;
  readonly logger: Logger;
  /** RocksDB, unless this is a simulation. */
  readonly openEngine?: OpenEngine | undefined;
}

/** The folder of one RocksDB database: who has it, and what becomes of a database in it that cannot be read. */
export class DatabaseFolder {
  readonly path: string;
  readonly #environment: Environment;
  readonly #options: DatabaseFolderOptions;
  readonly #lock: DiskLock;

  /**
   * Takes the folder for this process.
   * @throws {OperationalError} `LOCKED` when another process has it.
   */
  constructor(environment: Environment, options: DatabaseFolderOptions) {
    const { disk } = environment;
    let path = options.root;
    for (const folder of options.folders) {
      path = childPath(path, folder);
      setAsideFile(environment, path, options.logger);
    }
    disk.makeDirectory(path);
    this.path = path;
    this.#environment = environment;
    this.#options = options;
    this.#lock = disk.lock(`${path}/.lock`);
  }

  get hasDatabase(): boolean {
    return this.#environment.disk.exists(this.#database);
  }

  /** Opens the database, or a new one where it was found damaged before. */
  open(onDamage: (error: OperationalError) => void): Promise<StoreEngine> {
    const { disk } = this.#environment;
    const { blockCacheBytes, writeBufferBytes, openEngine = openRocksDb } = this.#options;
    if (disk.exists(this.#mark)) this.setAside(disk.readFile(this.#mark).toString());
    const path = this.#database;
    if (disk.exists(path) && !disk.isDirectory(path)) this.setAside(`${path} is a file, not a folder`);
    return openEngine({ path, blockCacheBytes, writeBufferBytes, onDamage });
  }

  /** Notes that the database is to be set aside when it is opened next, in this life of the process or in another one. */
  markDamaged(reason: string): void {
    this.#environment.disk.replaceFile(this.#mark, Buffer.from(reason));
  }

  /** Moves a database away that is not open. */
  setAside(reason: string): void {
    const { disk, clock } = this.#environment;
    if (disk.exists(this.#database)) {
      const older = disk.list(this.path).filter((name) => name.startsWith(DAMAGED_PREFIX));
      for (const name of older.slice(0, Math.max(0, older.length + 1 - SET_ASIDE_MAX))) {
        disk.removeDirectory(`${this.path}/${name}`);
      }
      const aside = `${this.path}/${DAMAGED_PREFIX}${clock.nowMs()}`;
      disk.rename(this.#database, aside);
      this.#options.logger.warn(STATE_SET_ASIDE, { reason, aside });
    }
    disk.remove(this.#mark);
  }

  release(): void {
    this.#lock.release();
  }

  get #database(): string {
    return `${this.path}/${DATABASE}`;
  }

  get #mark(): string {
    return `${this.path}/${DAMAGE_MARK}`;
  }
}

/** Moves a file away that lies where a folder of ours belongs: what was in it is restored from the changelogs. */
export function setAsideFile({ disk, clock }: Environment, path: string, logger: Logger): void {
  if (!disk.exists(path) || disk.isDirectory(path)) return;
  const aside = `${path}-damaged-${clock.nowMs()}`;
  disk.rename(path, aside);
  logger.warn(STATE_SET_ASIDE, { reason: `${path} is a file, not a folder`, aside });
}
