import type { StatementEntity } from '../../sql/index.ts';
import { mergeEntity, withOwnHost } from './merge-entities.ts';

/** What other servers are asked for, of statements that describe queries: how these do there. */
interface GatheringOptions {
  /** `host:port` of this server; empty where it has none. */
  readonly self: () => string;
  readonly otherHosts: () => Promise<readonly string[]>;
  /** What a server answers to a statement; undefined where it does not, or refuses it. */
  readonly ask: (host: string, statementText: string) => Promise<StatementEntity | undefined>;
}

/** Types of entities that say how queries do on one server, which for DESCRIBE is asked for with EXTENDED. */
const GATHERED: ReadonlySet<string> = new Set([
  'queries',
  'query_descriptions',
  'queryDescription',
  'sourceDescription',
  'source_descriptions',
]);

/**
 * Completes the answers to statements that describe queries with what the other servers of the service say of them, as ksqlDB does for
 * SHOW QUERIES, EXPLAIN and DESCRIBE EXTENDED. A server that does not answer in time is told as UNRESPONSIVE.
 */
export class EntityGathering {
  readonly #options: GatheringOptions;

  constructor(options: GatheringOptions) {
    this.#options = options;
  }

  /** @param options.isInternal the statements come from another server, which asks the others itself. */
  complete(
    entities: readonly StatementEntity[],
    { isInternal }: { readonly isInternal: boolean },
  ): Promise<readonly StatementEntity[]> {
    if (!entities.some((entity) => GATHERED.has(entity['@type']))) return Promise.resolve(entities);
    return Promise.all(entities.map((entity) => this.#complete(entity, isInternal)));
  }

  async #complete(entity: StatementEntity, isInternal: boolean): Promise<StatementEntity> {
    const { self, otherHosts, ask } = this.#options;
    if (!GATHERED.has(entity['@type']) || self() === '') return entity;
    const own = withOwnHost(entity, self());
    if (isInternal || own === undefined) return own ?? entity;
    const others = await otherHosts();
    const answers = await Promise.all(
      others.map(async (host) => ({ host, entity: await ask(host, entity.statementText) })),
    );
    return answers.reduce(mergeEntity, own);
  }
}
