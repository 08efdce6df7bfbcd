import { childPath } from '../../base/child-path.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import { writeAside } from '../../base/write-aside.ts';
import type { Admin } from '../../client/admin/admin.ts';
import { isPushQuery, type KafkaHostOptions, prefixOf } from './app-options.ts';

/** In the folder of an application: the names of its internal topics, for when nobody is left who knows its topology. */
const TOPICS_FILE = 'internal-topics.json';
/** In the folder of a persistent query that is being removed: it will not come back. A push query never does. */
const ENDED_FILE = 'ended';

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
  readonly #instanceId: (applicationId: string) => string;
  readonly #removeState: (applicationId: string) => Promise<void>;
  /** By application id: what is being removed of an earlier life. */
  readonly #finishing = new Map<string, Promise<void>>();
  #isLeft = false;

  constructor(
    options: KafkaHostOptions,
    parts: {
      readonly admin: Admin;
      /** By what its group knows an application. */
      readonly instanceId: (applicationId: string) => string;
      /** Removes what an application has in the database that all share. */
      readonly removeState: (applicationId: string) => Promise<void>;
    },
  ) {
    this.#options = options;
    this.#admin = parts.admin;
    this.#instanceId = parts.instanceId;
    this.#removeState = parts.removeState;
  }

  /** Notes what an application is going to make. None of it is to be made before this resolves. */
  async note(applicationId: string, internalTopics: readonly string[]): Promise<void> {
    const { disk } = this.#options.environment;
    const content = Buffer.from(JSON.stringify(internalTopics));
    const file = this.#file(applicationId, TOPICS_FILE);
    // A sync at each start of each query would be felt.
    if (disk.exists(file) && disk.readFile(file).equals(content)) return;
    disk.makeDirectory(this.#folder(applicationId));
    if (internalTopics.length === 0) {
      // Torn by a power loss it names no topic, and there is none.
      disk.writeFile(file, content);
      return;
    }
    const aside = `${file}.next`;
    await writeAside(disk, aside, [content]);
    disk.rename(aside, file);
    await disk.syncDirectory(this.#folder(applicationId));
  }

  /**
   * Never rejects: what could not be removed is logged. It is tried again when a server starts on this folder, or when
   * another application is to begin under this id.
   */
  async remove(ended: EndedApplication): Promise<void> {
    const { applicationId } = ended;
    await this.#attempt(applicationId, async () => {
      if (!isPushQuery(this.#options, applicationId)) this.#markEnded(applicationId);
      await this.#removeAll(ended);
    });
  }

  /**
   * Ends the removing of what an earlier application of this id has left: the next one would go on with its state.
   * @throws {OperationalError} where the cluster does not let it.
   */
  async finish(applicationId: string): Promise<void> {
    await this.#finishing.get(applicationId);
    if (this.#isEnded(applicationId)) await this.#finish(applicationId);
  }

  /**
   * Removes what a server that was killed has left here: of push queries, and of persistent queries that it had to
   * remove. They have a folder, which nobody but this host makes; what else lies here stays. Which ones these are is seen
   * at once, so it is called before the first push query starts, and before a query that was ended is begun again.
   * @param endedQueries application ids of persistent queries that were terminated.
   */
  async removeKilled(endedQueries: readonly string[]): Promise<void> {
    const { environment, stateDir } = this.#options;
    const { disk } = environment;
    for (const id of endedQueries) {
      if (disk.exists(this.#folder(id))) this.#markEnded(id);
    }
    // Where the folder is gone, which its owner may have removed while a thread began anew, nothing was left.
    const names = disk.exists(stateDir)
      ? disk.list(stateDir).filter((name) => name.startsWith(prefixOf(this.#options)))
      : [];
    const left = names.filter((name) => this.#isEnded(name) && !this.#finishing.has(name));
    if (left.length > 0)
      this.#warn(`removing what ${left.join(', ')} ${left.length > 1 ? 'have' : 'has'} left`);
    for (const applicationId of left) {
      if (this.#finishing.has(applicationId) || !this.#isEnded(applicationId)) continue;
      await this.#attempt(applicationId, () => this.#finish(applicationId));
    }
  }

  /** What cannot be removed any more before the clients are closed is told, and removed, by the next start. */
  leaveToNextStart(): void {
    this.#isLeft = true;
  }

  #finish(applicationId: string): Promise<void> {
    const internalTopics = this.#noted(applicationId);
    const finishing = this.#removeAll({ applicationId, internalTopics }).finally(() => {
      this.#finishing.delete(applicationId);
    });
    this.#finishing.set(applicationId, finishing);
    return finishing;
  }

  /** The folder goes last: as long as anything else is there, it says so. */
  async #removeAll(ended: EndedApplication): Promise<void> {
    const { applicationId } = ended;
    await this.#deleteTopics(ended);
    await this.#admin.removeStaticMembers(applicationId, [this.#instanceId(applicationId)]);
    await this.#admin.deleteGroups([applicationId]).catch(rejectUnlessGone);
    await this.#removeState(applicationId);
    await this.#options.environment.disk.removeDirectoryInBackground(this.#folder(applicationId));
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
    const { environment } = this.#options;
    const file = this.#file(applicationId, TOPICS_FILE);
    if (!environment.disk.exists(file)) return undefined;
    try {
      const names: unknown = JSON.parse(environment.disk.readFile(file).toString('utf8'));
      return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : undefined;
    } catch (error) {
      this.#warn(`reading ${file}: ${messageOf(error)}`);
      return undefined;
    }
  }

  #markEnded(applicationId: string): void {
    const { disk } = this.#options.environment;
    disk.makeDirectory(this.#folder(applicationId));
    disk.writeFile(this.#file(applicationId, ENDED_FILE), Buffer.alloc(0));
  }

  #isEnded(applicationId: string): boolean {
    const { disk } = this.#options.environment;
    if (isPushQuery(this.#options, applicationId)) return disk.exists(this.#folder(applicationId));
    return disk.exists(this.#file(applicationId, ENDED_FILE));
  }

  #folder(applicationId: string): string {
    return childPath(this.#options.stateDir, applicationId);
  }

  #file(applicationId: string, name: string): string {
    return `${this.#folder(applicationId)}/${name}`;
  }

  async #attempt(applicationId: string, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!this.#isLeft) this.#warn(`cleaning up ${applicationId}: ${messageOf(error)}`);
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
