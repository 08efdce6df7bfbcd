import { childPath } from '../../base/child-path.ts';
import type { Environment } from '../../base/environment.ts';
import { newProcessId, type ProcessIdentity } from '../../streams/runtime/process-id.ts';

/** In a state folder, and in that of a query that has come from another one. */
export const PROCESS_ID_FILE = 'process-id';
/** In that of a query whose transactional id somebody else has taken over. */
const TRANSACTIONS_FILE = 'transactions-process-id';

/**
 * By what the members of a host's queries are known to their groups (`group.instance.id`): those of other hosts have others, and
 * after a restart they are the same, since the id of the process is kept in the state folder (as Kafka Streams keeps its own). A
 * query that has come from another folder, with its state, is still known by that one: its group would wait for the member of before.
 */
export class InstanceIds {
  readonly #environment: Pick<Environment, 'disk' | 'random'>;
  readonly #stateDir: string;
  readonly #processId: string;

  constructor({
    environment,
    stateDir,
  }: {
    readonly environment: Pick<Environment, 'disk' | 'random'>;
    readonly stateDir: string;
  }) {
    this.#environment = environment;
    this.#stateDir = stateDir;
    this.#processId = this.#read(childPath(stateDir, PROCESS_ID_FILE)) ?? this.#make();
  }

  of(applicationId: string): string {
    return `${applicationId}-${this.#processIdOf(applicationId)}`;
  }

  /**
   * Another server has the name of a query in its group, as one with a copy of this one's state folder: the query has another one
   * from now on.
   */
  renew(applicationId: string): void {
    this.#write(applicationId, PROCESS_ID_FILE, newProcessId(this.#environment));
  }

  /**
   * The process by which the transactions of a query are named: the one that its group knows it by, until it was fenced. It keeps the name
   * in its group then, which would wait for the session of the one of before otherwise.
   */
  transactions(applicationId: string): ProcessIdentity {
    const id = (): string =>
      this.#readOf(applicationId, TRANSACTIONS_FILE) ?? this.#processIdOf(applicationId);
    return {
      id,
      renew: (used) => {
        if (id() === used) this.#write(applicationId, TRANSACTIONS_FILE, newProcessId(this.#environment));
      },
    };
  }

  #processIdOf(applicationId: string): string {
    return this.#readOf(applicationId, PROCESS_ID_FILE) ?? this.#processId;
  }

  /** Has an application known as it is here when its folder has come to another one. */
  keep(applicationId: string): void {
    if (this.#readOf(applicationId, PROCESS_ID_FILE) === undefined)
      this.#write(applicationId, PROCESS_ID_FILE, this.#processId);
  }

  #readOf(applicationId: string, file: string): string | undefined {
    return this.#read(childPath(childPath(this.#stateDir, applicationId), file));
  }

  #read(file: string): string | undefined {
    const { disk } = this.#environment;
    return disk.exists(file) ? disk.readFile(file).toString('utf8').trim() : undefined;
  }

  #write(applicationId: string, file: string, id: string): void {
    const { disk } = this.#environment;
    const folder = childPath(this.#stateDir, applicationId);
    disk.makeDirectory(folder);
    disk.replaceFile(childPath(folder, file), Buffer.from(`${id}\n`));
  }

  #make(): string {
    const { disk } = this.#environment;
    const id = newProcessId(this.#environment);
    disk.makeDirectory(this.#stateDir);
    disk.replaceFile(childPath(this.#stateDir, PROCESS_ID_FILE), Buffer.from(`${id}\n`));
    return id;
  }
}
