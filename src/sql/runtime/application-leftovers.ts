import { childPath } from '../../base/child-path.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Admin } from '../../client/admin/admin.ts';
import { instanceOf, type KafkaHostOptions, prefixOf } from './app-options.ts';

/** In the folder of a push query: the names of its internal topics, for when nobody is left who knows its topology. */
const TOPICS_FILE = 'internal-topics.json';

/** An application that will not come back. */
export interface EndedApplication {
  readonly applicationId: string;
  /** Undefined: its topics are not known and stay. */
  readonly internalTopics: readonly string[] | undefined;
}

/**
 * Removes what applications have left: their internal topics, groups and state. Topics are deleted by their whole names,
 * as the topology has them: what begins with an application's id may be another's, whose id is longer.
 */
export class ApplicationLeftovers {
  readonly #options: KafkaHostOptions;
  readonly #admin: Admin;
  readonly #processId: string;

  constructor(options: KafkaHostOptions, cluster: { readonly admin: Admin; readonly processId: string }) {
    this.#options = options;
    this.#admin = cluster.admin;
    this.#processId = cluster.processId;
  }

  /** Notes what a push query is going to make, before any of it is made. */
  note(applicationId: string, internalTopics: readonly string[]): void {
    const { environment, stateDir } = this.#options;
    const folder = childPath(stateDir, applicationId);
    environment.disk.makeDirectory(folder);
    environment.disk.replaceFile(`${folder}/${TOPICS_FILE}`, Buffer.from(JSON.stringify(internalTopics)));
  }

  /** Never rejects: what could not be removed is logged. */
  async remove(ended: EndedApplication): Promise<void> {
    const { applicationId } = ended;
    const { environment, stateDir } = this.#options;
    await this.#attempt(applicationId, () => this.#deleteTopics(ended));
    await this.#attempt(applicationId, async () => {
      await this.#admin.removeStaticMembers(applicationId, [instanceOf(applicationId, this.#processId)]);
      await this.#admin.deleteGroups([applicationId]).catch(rejectUnlessGone);
    });
    await this.#attempt(applicationId, () =>
      environment.disk.removeDirectory(childPath(stateDir, applicationId)),
    );
  }

  /**
   * Removes what push queries of a server that was killed have left: of those that have a folder here, which nobody but
   * this host makes. Called before the first push query starts. What else lies here stays.
   */
  async removePushQueries(): Promise<void> {
    const { environment, stateDir } = this.#options;
    for (const applicationId of pushApplications(this.#options, environment.disk.list(stateDir))) {
      this.#warn(`removing what the push query ${applicationId} has left`);
      await this.remove({ applicationId, internalTopics: this.#noted(applicationId) });
    }
  }

  async #deleteTopics({ applicationId, internalTopics }: EndedApplication): Promise<void> {
    const existing = (await this.#admin.listTopics({ includeInternal: true })).map(({ name }) => name);
    if (internalTopics === undefined) {
      const alike = existing.filter((name) => name.startsWith(`${applicationId}-`));
      if (alike.length > 0)
        this.#warn(`the internal topics of ${applicationId} are not known; they stay: ${alike.join(', ')}`);
      return;
    }
    const own = existing.filter((name) => internalTopics.includes(name));
    if (own.length > 0) await this.#admin.deleteTopics(own);
  }

  /** What {@link note} wrote; undefined where nothing was, or a damaged disk has lost it. */
  #noted(applicationId: string): readonly string[] | undefined {
    const { environment, stateDir } = this.#options;
    const file = `${childPath(stateDir, applicationId)}/${TOPICS_FILE}`;
    if (!environment.disk.exists(file)) return undefined;
    try {
      const names: unknown = JSON.parse(environment.disk.readFile(file).toString('utf8'));
      return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : undefined;
    } catch (error) {
      this.#warn(`reading ${file}: ${messageOf(error)}`);
      return undefined;
    }
  }

  async #attempt(applicationId: string, step: () => Promise<void> | void): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#warn(`cleaning up ${applicationId}: ${messageOf(error)}`);
    }
  }

  #warn(text: string): void {
    (this.#options.logger ?? silentLogger).warn(text);
  }
}

/** A group without offsets ends with its last member, which a killed process has not told: then there is nothing to delete. */
function rejectUnlessGone(error: unknown): void {
  if (!(error instanceof OperationalError) || error.code !== 'GROUP_ID_NOT_FOUND') throw error;
}

/** The application ids of push queries among the names of a state folder. */
function pushApplications(options: KafkaHostOptions, names: readonly string[]): readonly string[] {
  const prefix = prefixOf(options);
  return names.filter(
    (name) =>
      name.startsWith(prefix) && /^(transient|SCALABLE_PUSH_QUERY)_.+_\d+$/.test(name.slice(prefix.length)),
  );
}
