import type { Environment } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { membersIn } from './application-rows.ts';
import { StateDatabase } from './state-database.ts';

/** RocksDB's memory while a database is read that will not be written. */
const BLOCK_CACHE_BYTES = 1 << 20;
const WRITE_BUFFER_BYTES = 1 << 20;

/** Another thread of the process may be reading the same database. */
const LOOK_MS = 20;
const LOOKS_MAX = 250;

/** Where a database lies that the process had before, and opens no more. */
interface FormerFolder {
  readonly root: string;
  readonly folders: readonly string[];
}

/**
 * Members that are noted in databases which a process had in an earlier life and has no more, since it runs with fewer threads
 * now: nobody else would tell their groups that they are gone.
 */
export class FormerMembers {
  readonly #environment: Environment;
  readonly #logger: Logger;
  readonly #folders: readonly FormerFolder[];
  #members: Promise<ReadonlyMap<string, readonly string[]>> | undefined;

  constructor(environment: Environment, logger: Logger, folders: readonly FormerFolder[]) {
    this.#environment = environment;
    this.#logger = logger;
    this.#folders = folders;
  }

  /** Those of one application. The databases are read once; what keeps one from being read is logged. */
  async of(applicationId: string): Promise<readonly string[]> {
    if (this.#folders.length === 0) return [];
    this.#members ??= this.#read();
    return (await this.#members).get(applicationId) ?? [];
  }

  async #read(): Promise<ReadonlyMap<string, readonly string[]>> {
    const all = new Map<string, readonly string[]>();
    for (const folder of this.#folders) {
      try {
        for (const [applicationId, value] of await this.#rowsOf(folder))
          all.set(applicationId, [...(all.get(applicationId) ?? []), ...membersIn(value)]);
      } catch (error) {
        const where = [folder.root, ...folder.folders].join('/');
        this.#logger.warn(
          'the members of an earlier thread are not known: their groups wait for the ends of their sessions',
          { folder: where, error: messageOf(error) },
        );
      }
    }
    return all;
  }

  async #rowsOf(folder: FormerFolder): Promise<ReadonlyMap<string, Buffer>> {
    const database = await this.#take(folder);
    try {
      return await database.members();
    } finally {
      await database.close();
    }
  }

  async #take(folder: FormerFolder): Promise<StateDatabase> {
    for (let looks = 1; ; looks++) {
      try {
        return new StateDatabase(this.#environment, {
          ...folder,
          blockCacheBytes: BLOCK_CACHE_BYTES,
          writeBufferBytes: WRITE_BUFFER_BYTES,
          logger: this.#logger,
        });
      } catch (error) {
        const isLocked = error instanceof OperationalError && error.code === 'LOCKED';
        if (!isLocked || looks === LOOKS_MAX) throw error;
        await this.#environment.timers.sleep(LOOK_MS);
      }
    }
  }
}
