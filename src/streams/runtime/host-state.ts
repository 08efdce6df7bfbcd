import type { Environment } from '../../base/environment.ts';
import type { Logger } from '../../base/logger.ts';
import { StateDatabase } from './state-database.ts';
import { StateDirectory } from './state-directory.ts';

/** The folder of the database in that of a host. */
export const HOST_STATE_FOLDER = 'state';
/** RocksDB's memory while rows go through it once. */
const BLOCK_CACHE_BYTES = 1 << 20;
const WRITE_BUFFER_BYTES = 16 << 20;

/** The state that lies in the folder of a host which does not run: for whoever brings it to another one. */
export class HostState {
  readonly #database: StateDatabase;

  /** @throws {OperationalError} `LOCKED` while a host has the folder. */
  constructor(
    environment: Environment,
    { stateDir: root, logger }: { readonly stateDir: string; readonly logger: Logger },
  ) {
    this.#database = new StateDatabase(environment, {
      ...{ root, folders: [HOST_STATE_FOLDER], logger },
      blockCacheBytes: BLOCK_CACHE_BYTES,
      writeBufferBytes: WRITE_BUFFER_BYTES,
    });
  }

  /**
   * Takes over what an application has in another folder, in the place of what it may have here. The other folder keeps it until
   * it is removed there: a crash in between leaves it to be taken once more.
   */
  async takeFrom(other: HostState, applicationId: string): Promise<void> {
    if (!other.#database.exists) return;
    await other.#with(applicationId, (source) =>
      this.#with(applicationId, (target) => target.copyFrom(source)),
    );
  }

  /** Removes what an application has here. */
  async remove(applicationId: string): Promise<void> {
    if (this.#database.exists) await this.#with(applicationId, (state) => state.removeAll());
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #with(applicationId: string, step: (state: StateDirectory) => Promise<void>): Promise<void> {
    const state = new StateDirectory(this.#database, { applicationId, isOwner: false });
    try {
      await state.open();
      await step(state);
    } finally {
      await state.close();
    }
  }
}
