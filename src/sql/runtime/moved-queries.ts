import { childPath } from '../../base/child-path.ts';
import { messageOf } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import { HostState } from '../../streams/runtime/host-state.ts';
import { hostFolder, isOfServer, type KafkaHostOptions } from './app-options.ts';
import { InstanceIds, PROCESS_ID_FILE } from './instance-ids.ts';

/** A query whose state is to lie in the folder of another thread. */
export interface QueryMove {
  readonly applicationId: string;
  /** State folders of threads. */
  readonly from: string;
  readonly to: string;
}

/**
 * Brings queries from the folders of some threads to those of others, before any of these has opened its own: their state, and
 * their folders, which say where they are. A move that was cut off is made once more. What cannot be copied is restored from
 * the changelogs.
 */
export class MovedQueries {
  readonly #options: KafkaHostOptions;
  /** By state folder of a thread. */
  readonly #states = new Map<string, HostState>();

  constructor(options: KafkaHostOptions) {
    this.#options = options;
  }

  /**
   * @param emptied folders of threads that there are no more: what this server has in them is removed, and they with it where nobody else has anything there.
   * @throws {OperationalError} `LOCKED` where another process has one of the folders.
   */
  async move(moves: readonly QueryMove[], emptied: readonly string[]): Promise<void> {
    const { disk } = this.#options.environment;
    try {
      for (const move of moves) await this.#move(move);
    } finally {
      for (const state of this.#states.values()) await state.close();
    }
    for (const folder of emptied) if (disk.isDirectory(folder)) await this.#tidy(folder);
  }

  /** Another server, of another service id, may have its own state in the same folder, and run upon it. */
  async #tidy(folder: string): Promise<void> {
    const { disk } = this.#options.environment;
    for (const name of disk.list(folder)) {
      if (isOfServer(this.#options, name)) await disk.removeDirectoryInBackground(childPath(folder, name));
    }
    const isLeft = disk.list(folder).some((name) => name !== PROCESS_ID_FILE);
    if (isLeft) return;
    disk.remove(childPath(folder, PROCESS_ID_FILE));
    disk.removeEmptyDirectory(folder);
  }

  async #move({ applicationId, from, to }: QueryMove): Promise<void> {
    const { environment, logger = silentLogger } = this.#options;
    const { disk } = environment;
    const [folder, target] = [childPath(from, applicationId), childPath(to, applicationId)];
    if (!disk.exists(folder)) return;
    const [source, state] = [this.#stateIn(from), this.#stateIn(to)];
    try {
      await state.takeFrom(source, applicationId);
    } catch (error) {
      logger.warn(
        'the state of a query cannot be brought to another thread: it is restored from the changelogs',
        {
          ...{ applicationId, error: messageOf(error) },
        },
      );
    }
    new InstanceIds({ environment, stateDir: from }).keep(applicationId);
    disk.makeDirectory(to);
    disk.removeDirectory(target);
    disk.rename(folder, target);
    // From here on it is the other thread's; what a crash leaves of it here is taken by nobody.
    await source.remove(applicationId).catch((error: unknown) => {
      logger.warn('the state of a query stays where it was, too', { applicationId, error: messageOf(error) });
    });
  }

  #stateIn(stateDir: string): HostState {
    let state = this.#states.get(stateDir);
    if (state === undefined) {
      const { environment, logger = silentLogger } = this.#options;
      state = new HostState(environment, { stateDir: hostFolder(this.#options, stateDir), logger });
      this.#states.set(stateDir, state);
    }
    return state;
  }
}
