import { assert } from '../../base/assert.ts';
import type { Environment } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import { endOfPrefix, type KeyRange, type StoreEngine, type WriteBatch } from '../state/engine.ts';
import { STATE_STORE_DAMAGED } from '../state/io/rocksdb-errors.ts';
import type { DatabaseFolderOptions } from './database-folder.ts';
import type { ApplicationRows } from './application-rows.ts';
import type { ProcessedOffsets } from './processed-offsets.ts';
import { StateDatabase } from './state-database.ts';
import type { TaskClaims } from './task-claims.ts';
import type { StoreCatalog, TaskStore } from './store-catalog.ts';

/** Bytes of a store that are copied at a time. */
const COPY_BYTES = 1 << 20;

/**
 * The local state of one application: its stores in a database that it has for itself, or together with others; a catalog of
 * them, and for each the changelog offset that it corresponds to, written in one batch with the changes.
 */
export class StateDirectory {
  readonly #database: StateDatabase;
  readonly #isOwner: boolean;
  readonly #applicationId: string;
  #rows: ApplicationRows | undefined;
  #open: Awaited<ReturnType<StateDatabase['join']>> | undefined;
  #damage: OperationalError | undefined;
  #onDamage: (error: OperationalError) => void = () => undefined;
  #writtenBytes = 0;

  constructor(
    database: StateDatabase,
    options: {
      readonly applicationId: string;
      /** Whether the database is closed with it. */
      readonly isOwner: boolean;
    },
  ) {
    this.#database = database;
    this.#isOwner = options.isOwner;
    this.#applicationId = options.applicationId;
  }

  /**
   * Takes a folder for an application alone. It is read by {@link StateDirectory.open}, which comes before all else.
   * @throws {OperationalError} `LOCKED` when another process has it.
   */
  static take(
    environment: Environment,
    options: DatabaseFolderOptions & { readonly applicationId: string },
  ): StateDirectory {
    const { applicationId } = options;
    const database = new StateDatabase(environment, options);
    return new StateDirectory(database, { applicationId, isOwner: true });
  }

  get engine(): StoreEngine {
    return this.#opened.engine;
  }

  /**
   * Bytes of the state, on disk and in write buffers; undefined while it is closed, and where the binding cannot say. Of a
   * database of several applications it is the part that this one has written of all that was written since it was opened.
   */
  get sizeBytes(): number | undefined {
    const open = this.#open;
    const bytes = open?.engine.sizeBytes;
    if (open === undefined || bytes === undefined || this.#isOwner) return bytes;
    const all = open.writes.writtenBytes;
    return all === 0 ? undefined : Math.round((bytes * this.#writtenBytes) / all);
  }

  /** Why the database cannot be used any more, once it cannot. */
  get damage(): OperationalError | undefined {
    return this.#damage;
  }

  /** @throws {OperationalError} `STATE_STORE_DAMAGED` once the database cannot be read any more. */
  throwDamage(): void {
    if (this.#damage !== undefined) throw this.#damage;
  }

  /** Has somebody told at once when the database cannot be used any more: others wait until all have left it. */
  onDamage(listener: (error: OperationalError) => void): void {
    this.#onDamage = listener;
    if (this.#damage !== undefined) listener(this.#damage);
  }

  /** See {@link ApplicationRows.numberOf}. */
  get memberNumber(): number {
    return this.#known.numberOf(this);
  }

  /** What this member is to tell the group: see {@link ApplicationRows.offsetSumsToldBy}. */
  toldOffsetSums(): ReadonlyMap<string, number> {
    return this.#rows?.offsetSumsToldBy(this) ?? new Map();
  }

  /** See {@link ApplicationRows.tellsNothing}. */
  tellsNothing(): void {
    this.#rows?.tellsNothing(this);
  }

  /**
   * Opens the database, which waits for the disk.
   * @throws {OperationalError} `NEWER_FORMAT` when it is from the future.
   */
  async open(): Promise<void> {
    try {
      await this.#load();
    } catch (error) {
      if (!(error instanceof OperationalError) || error.code !== STATE_STORE_DAMAGED) throw error;
      await this.#leave();
      this.#damage = undefined;
      await this.#load();
    }
  }

  /** Applies what `fill` puts into the batch, which it does before this returns; all of it or nothing. */
  async write(fill: (batch: WriteBatch) => void): Promise<void> {
    this.#writtenBytes += await this.#opened.writes.write(fill);
  }

  /**
   * Has the member tell of the task, and gives the stores of it their ids, which are written before anything is written under
   * them: a store without a changelog has nothing else that would tell whose rows these are.
   */
  async register(taskId: string, stores: readonly string[]): Promise<void> {
    this.#known.tells(this, taskId);
    const unknown = stores.filter((store) => !this.#catalog.has(taskId, store));
    if (unknown.length === 0) return;
    await this.write((batch) => {
      for (const store of unknown) this.#catalog.add(batch, taskId, store);
    });
  }

  /** The key prefix of a store that is registered. */
  prefixOf(taskId: string, store: string): string {
    const id = this.#catalog.idOf(taskId, store);
    return String.fromCharCode((id >>> 24) & 0xff, (id >>> 16) & 0xff, (id >>> 8) & 0xff, id & 0xff);
  }

  /** See {@link StoreCatalog.positionOf}. */
  positionOf(at: Parameters<StoreCatalog['positionOf']>[0], end: number): number | undefined {
    return this.#catalog.positionOf(at, end);
  }

  /** See {@link StoreCatalog.setPosition}. */
  setPosition(batch: WriteBatch, at: Parameters<StoreCatalog['setPosition']>[1]): void {
    this.#catalog.setPosition(batch, at);
  }

  /** See {@link ApplicationRows.claims}. */
  get claims(): TaskClaims {
    return this.#known.claims;
  }

  get processed(): ProcessedOffsets {
    return this.#known.processed;
  }

  /** Deletes a store's content, whose position is forgotten before: a crash in between leaves nothing that counts. */
  async wipe(taskId: string, store: string, options: { readonly isOtherChangelog: boolean }): Promise<void> {
    await this.write((batch) => {
      this.setPosition(batch, { taskId, store, position: -1 });
      if (options.isOtherChangelog) this.processed.forget(batch, taskId);
    });
    await this.#clear({ taskId, store });
  }

  /** Deletes all that the application has here. */
  async removeAll(): Promise<void> {
    const { stores } = this.#catalog;
    for (const { taskId, store } of stores) await this.wipe(taskId, store, { isOtherChangelog: true });
    await this.write((batch) => this.#known.forget(batch));
  }

  /** See {@link ApplicationRows.deadMembers}. */
  get deadMembers(): readonly string[] {
    return this.#known.deadMembers;
  }

  /** @param memberId undefined: it has left the group. */
  async noteMember(memberId: string | undefined): Promise<void> {
    const change = this.#known.noteMember(this, memberId);
    if (change !== undefined) await this.write(change);
  }

  /** Takes over what the application has in another database, in the place of what it may have here. */
  copyFrom(other: StateDirectory): Promise<void> {
    return this.#copyTasks(other, () => true);
  }

  /**
   * Takes over what the application has in a database that nobody will open again: the tasks that are further there than here, and
   * the members that have not told the group that they are gone.
   */
  async takeOver(other: StateDirectory): Promise<void> {
    const [here, there] = [this.#catalog.offsetSums, other.#catalog.offsetSums];
    await this.#copyTasks(other, (taskId) => (here.get(taskId) ?? -1) < (there.get(taskId) ?? -1));
    this.#known.addDead(other.deadMembers);
  }

  async #copyTasks(other: StateDirectory, accepts: (taskId: string) => boolean): Promise<void> {
    const stores = other.#catalog.stores.filter(({ taskId }) => accepts(taskId));
    for (const { taskId, store } of stores) {
      await this.register(taskId, [store]);
      await this.wipe(taskId, store, { isOtherChangelog: false });
      await this.#copyStore({ taskId, store }, other);
    }
    await this.write((batch) => {
      for (const each of stores) this.#catalog.adopt(batch, each, other.#catalog);
      this.processed.adopt(batch, other.processed, accepts);
    });
  }

  async close(): Promise<void> {
    await this.#leave();
    if (this.#isOwner) await this.#database.close();
  }

  get #opened() {
    assert(this.#open !== undefined, 'a state directory is used while it is open');
    return this.#open;
  }

  async #load(): Promise<void> {
    this.#open = await this.#database.join(this);
    this.#rows ??= this.#database.use(this.#applicationId);
    await this.#rows.load(this.#open.engine);
  }

  /** See {@link Member.onFailure}. */
  onFailure(error: OperationalError): void {
    this.#damage = error;
    this.#onDamage(error);
  }

  get #known(): ApplicationRows {
    assert(this.#rows !== undefined, 'a state directory is used while it is open');
    return this.#rows;
  }

  get #catalog(): StoreCatalog {
    return this.#known.catalog;
  }

  async #leave(): Promise<void> {
    const rows = this.#rows;
    this.#open = undefined;
    this.#rows = undefined;
    rows?.leave(this);
    await this.#database.leave(this);
    // Not before what it has written is there: whoever comes next reads it.
    if (rows !== undefined) this.#database.unuse(this.#applicationId);
  }

  async #clear({ taskId, store }: TaskStore): Promise<void> {
    await this.engine.clear(rangeOf(this.prefixOf(taskId, store)));
  }

  async #copyStore({ taskId, store }: TaskStore, other: StateDirectory): Promise<void> {
    const prefix = this.prefixOf(taskId, store);
    const from = other.prefixOf(taskId, store);
    const scan = other.engine.openScan(rangeOf(from), COPY_BYTES);
    try {
      for (;;) {
        const { entries, isLast } = await scan.next();
        await this.write((batch) => {
          for (const [key, value] of entries) batch.put(prefix + key.slice(from.length), value);
        });
        if (isLast) return;
      }
    } finally {
      await scan.close();
    }
  }
}

const rangeOf = (prefix: string): KeyRange => ({ from: prefix, to: endOfPrefix(prefix) });
