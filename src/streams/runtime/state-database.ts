import type { Environment } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import { endOfPrefix, type StoreEngine, type WriteBatch } from '../state/engine.ts';
import { STATE_STORE_DAMAGED } from '../state/io/rocksdb-errors.ts';
import { DatabaseFolder, type DatabaseFolderOptions } from './database-folder.ts';
import { GroupedWrites } from './grouped-writes.ts';
import { ApplicationRows } from './application-rows.ts';
import { greatestId } from './store-catalog.ts';

/** 1: the rows of one application, which the names do not say. 2: of any. */
const FORMAT_VERSION = 2;
/** Before all stores, whose ids begin at 1. */
const META = '\u0000\u0000\u0000\u0000';
const VERSION = `${META}version`;
/** Then application, task and store: {@link StoreCatalog}. */
const STORES = `${META}store/`;
/** Then application, task and partition: {@link ProcessedOffsets}. */
const PROCESSED = `${META}input/`;
/** Then application: the id of its member in the group. */
const MEMBER = `${META}member/`;

interface StateDatabaseOptions extends DatabaseFolderOptions {
  /** Whose rows those of format 1 are. */
  readonly applicationId?: string;
}

/** Who uses a database. */
interface Member {
  /** Called once, where the database cannot be used any more: the member is to leave, and may join again. */
  onFailure(error: OperationalError): void;
}

interface OpenDatabase {
  readonly engine: StoreEngine;
  readonly writes: GroupedWrites;
}

/**
 * One RocksDB database that holds all stores of all tasks of the applications that have joined, each under the prefix of an id
 * that is persisted. One that fails is left by all, and opened anew for the first that joins again; one that cannot be read is
 * set aside before, and all stores are restored from their changelogs.
 */
export class StateDatabase {
  readonly #environment: Environment;
  readonly #options: StateDatabaseOptions;
  readonly #folder: DatabaseFolder;
  readonly #members = new Set<Member>();
  readonly #applications = new Map<string, ApplicationRows>();
  #opening: Promise<OpenDatabase> | undefined;
  #open: OpenDatabase | undefined;
  #failure: OperationalError | undefined;
  /** Resolves when the last member has left a database that has failed. */
  #left: Promise<void> = Promise.resolve();
  #onLeft: () => void = () => undefined;
  #lastId = 0;
  #isClosed = false;

  /**
   * Takes the folder for this process. It is read when the first member joins.
   * @throws {OperationalError} `LOCKED` when another process has it.
   */
  constructor(environment: Environment, options: StateDatabaseOptions) {
    this.#environment = environment;
    this.#options = options;
    this.#folder = new DatabaseFolder(environment, options);
  }

  /** What the rows of an application's catalog, and of the offsets that it has processed, begin with, and the key of its member. */
  static #keysOf(applicationId: string): Readonly<Record<'stores' | 'processed' | 'member', string>> {
    return {
      stores: `${STORES}${applicationId}/`,
      processed: `${PROCESSED}${applicationId}/`,
      member: MEMBER + applicationId,
    };
  }

  /** Whether there is anything that could be read. */
  get exists(): boolean {
    return this.#opening !== undefined || this.#folder.hasDatabase;
  }

  /** Whether several applications have joined. */
  get isShared(): boolean {
    return this.#members.size > 1;
  }

  /**
   * Opens the database, unless it is, and counts a member.
   * @throws {OperationalError} `NEWER_FORMAT` when it is from the future, `CLOSED`, and what keeps it from being opened now.
   */
  async join(member: Member): Promise<OpenDatabase> {
    for (;;) {
      await this.#left;
      if (this.#isClosed)
        throw new OperationalError('CLOSED', 'the state database is closed', { retriable: true });
      const open = await this.#openOnce();
      // Whoever joined before may have found it damaged meanwhile.
      if (this.#failure !== undefined || this.#open !== open) continue;
      this.#members.add(member);
      return open;
    }
  }

  async leave(member: Member): Promise<void> {
    await this.#open?.writes.settled();
    this.#members.delete(member);
    if (this.#failure !== undefined && this.#members.size === 0) await this.#closeFailed();
  }

  /** What an application has noted here. It is the same for all that use it, and is to be loaded before. */
  use(applicationId: string): ApplicationRows {
    let rows = this.#applications.get(applicationId);
    if (rows === undefined) {
      const keys = StateDatabase.#keysOf(applicationId);
      rows = new ApplicationRows({ keys, clock: this.#environment.clock, newId: () => ++this.#lastId });
      this.#applications.set(applicationId, rows);
    }
    rows.users++;
    return rows;
  }

  /** Says that one of those who use it does so no more. */
  unuse(applicationId: string): void {
    const rows = this.#applications.get(applicationId);
    if (rows !== undefined && --rows.users === 0) this.#applications.delete(applicationId);
  }

  /** Closes it for ever. What is written is; who has not left gets no answer any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    try {
      await this.#opening?.catch(() => undefined);
      await this.#open?.writes.settled();
      await this.#open?.engine.close();
    } catch (error) {
      // What could not be read need not be closed well.
      if (this.#failure === undefined) throw error;
    } finally {
      this.#open = undefined;
      this.#folder.release();
    }
  }

  #openOnce(): Promise<OpenDatabase> {
    this.#opening ??= this.#openOrSetAside().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #openOrSetAside(): Promise<OpenDatabase> {
    try {
      return await this.#openDatabase();
    } catch (error) {
      if (!(error instanceof OperationalError) || error.code !== STATE_STORE_DAMAGED) throw error;
      this.#folder.setAside(error.message);
      return await this.#openDatabase();
    }
  }

  async #openDatabase(): Promise<OpenDatabase> {
    const engine = await this.#folder.open((error) => this.#fail(error));
    try {
      await this.#load(engine);
    } catch (error) {
      await engine.close().catch(() => undefined);
      throw error;
    }
    const writes = new GroupedWrites({
      engine,
      timers: this.#environment.timers,
      isShared: () => this.isShared,
      // RocksDB takes nothing more after a failed write until it is opened anew.
      onFailed: (error) => error instanceof OperationalError && this.#fail(error),
    });
    this.#open = { engine, writes };
    return this.#open;
  }

  async #load(engine: StoreEngine): Promise<void> {
    const [found] = await engine.getMany([VERSION]);
    const version = found === undefined ? 0 : Number(found.toString());
    if (version > FORMAT_VERSION) {
      throw new OperationalError(
        'NEWER_FORMAT',
        `the state in ${this.#folder.path} has format ${version}, this version of Millrace reads up to ${FORMAT_VERSION}; ` +
          'run the newer version, or delete the folder: the state is restored from the changelogs',
        { retriable: false },
      );
    }
    if (version < FORMAT_VERSION) await this.#upgrade(engine);
    this.#lastId = greatestId(await engine.scan(rangeOf(STORES)));
  }

  /** The rows of format 1 get the name of the application that they are of. */
  async #upgrade(engine: StoreEngine): Promise<void> {
    const { applicationId } = this.#options;
    const [stores, processed] = [await engine.scan(rangeOf(STORES)), await engine.scan(rangeOf(PROCESSED))];
    const rename = (
      batch: WriteBatch,
      rows: typeof stores,
      { from, to }: Readonly<Record<'from' | 'to', string>>,
    ) => {
      for (const [key, value] of rows) {
        batch.delete(key);
        batch.put(to + key.slice(from.length), value);
      }
    };
    await engine.write((batch) => {
      if (applicationId !== undefined) {
        const to = StateDatabase.#keysOf(applicationId);
        rename(batch, stores, { from: STORES, to: to.stores });
        rename(batch, processed, { from: PROCESSED, to: to.processed });
      }
      batch.put(VERSION, Buffer.from(String(FORMAT_VERSION)));
    });
  }

  #fail(error: OperationalError): void {
    // While it is being opened, whoever opens it is told by the error itself.
    if (this.#open === undefined || this.#failure !== undefined) return;
    this.#failure = error;
    this.#left = new Promise((resolve) => (this.#onLeft = resolve));
    if (error.code === STATE_STORE_DAMAGED) this.#folder.markDamaged(error.message);
    for (const member of this.#members) member.onFailure(error);
    if (this.#members.size === 0) void this.#closeFailed();
  }

  async #closeFailed(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    await open.engine.close().catch(() => undefined);
    this.#opening = undefined;
    this.#failure = undefined;
    this.#onLeft();
  }
}

const rangeOf = (prefix: string) => ({ from: prefix, to: endOfPrefix(prefix) });
