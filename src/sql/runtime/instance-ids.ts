import { childPath } from '../../base/child-path.ts';
import type { Environment } from '../../base/environment.ts';

/** In a state folder, and in that of a query that has come from another one. */
export const PROCESS_ID_FILE = 'process-id';

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
    this.#processId = this.#read(stateDir) ?? this.#make();
  }

  of(applicationId: string): string {
    return `${applicationId}-${this.processIdOf(applicationId)}`;
  }

  /** The process that a query is of, which its transactions are named by, too. */
  processIdOf(applicationId: string): string {
    return this.#read(childPath(this.#stateDir, applicationId)) ?? this.#processId;
  }

  /** Has an application known as it is here when its folder has come to another one. */
  keep(applicationId: string): void {
    const folder = childPath(this.#stateDir, applicationId);
    if (this.#read(folder) !== undefined) return;
    this.#environment.disk.replaceFile(
      childPath(folder, PROCESS_ID_FILE),
      Buffer.from(`${this.#processId}\n`),
    );
  }

  #read(folder: string): string | undefined {
    const { disk } = this.#environment;
    const file = childPath(folder, PROCESS_ID_FILE);
    return disk.exists(file) ? disk.readFile(file).toString('utf8').trim() : undefined;
  }

  #make(): string {
    const { disk, random } = this.#environment;
    const id = Buffer.from(random.bytes(16)).toString('base64url');
    disk.makeDirectory(this.#stateDir);
    disk.replaceFile(childPath(this.#stateDir, PROCESS_ID_FILE), Buffer.from(`${id}\n`));
    return id;
  }
}
