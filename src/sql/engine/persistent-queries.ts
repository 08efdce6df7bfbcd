import { nearestName } from '../../base/nearest-name.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { statementMessages } from '../messages/statements.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { QueryDescription } from '../entities/descriptions.ts';
import type { SqlHost } from '../host/host.ts';
import { ownedSource, type QueryPlan } from '../physical/steps.ts';
import { writtenColumnsOf } from '../queries/push-rows.ts';
import type { PersistentQuery, QueryAction, RunningQueries } from '../statements/definition.ts';

/** The persistent queries of an engine, by id. */
export class PersistentQueries implements RunningQueries {
  readonly #host: SqlHost;
  readonly #catalog: () => Catalog;
  readonly #queries = new Map<string, PersistentQuery>();
  #isClosed = false;

  constructor(host: SqlHost, catalog: () => Catalog) {
    this.#host = host;
    this.#catalog = catalog;
  }

  plans(): readonly QueryPlan[] {
    return [...this.#queries.values()].map(({ running }) => running.plan);
  }

  has(id: string): boolean {
    return this.#queries.has(id);
  }

  require(id: string): PersistentQuery {
    const query = this.#queries.get(id);
    if (query !== undefined) return query;
    const suggestion = nearestName(id, this.#queries.keys());
    throw refuse(statementMessages.queryMissing(id, suggestion));
  }

  /** The query that keeps the rows of a source in a table, for pull queries. */
  keeperOf(source: string): PersistentQuery | undefined {
    return [...this.#queries.values()].find(
      ({ running }) => ownedSource(running.plan) === source && running.table !== undefined,
    );
  }

  descriptions(): readonly QueryDescription[] {
    return [...this.#queries.values()].map((query) => this.describe(query));
  }

  describe({ text, running }: PersistentQuery): QueryDescription {
    const { plan } = running;
    const sink = plan.sink === undefined ? undefined : this.#catalog().source(plan.sink);
    return {
      id: plan.queryId,
      text,
      plan,
      state: running.state(),
      kind: 'PERSISTENT',
      columns: writtenColumnsOf(plan.root),
      sources: plan.sources,
      ...(plan.sink === undefined ? {} : { sink: plan.sink }),
      ...(sink === undefined ? {} : { sinkTopic: sink.topic.name }),
      errors: running.errors(),
      statistics: () => running.statistics(),
    };
  }

  /** Starts a query, in the place of the one that has its id. */
  async start(plan: QueryPlan, text: string, context: AnalysisContext): Promise<void> {
    await this.#queries.get(plan.queryId)?.running.close({ cleanUp: false });
    const running = await this.#host.startQuery(plan, context);
    if (this.#isClosed) await running.close();
    this.#queries.set(plan.queryId, { text, running });
  }

  /** Takes up a query that ran before the server was stopped, without waiting until it runs. */
  async restore(
    plan: QueryPlan,
    { text, context, isPaused }: { text: string; context: AnalysisContext; isPaused: boolean },
  ): Promise<void> {
    if (this.#isClosed) return;
    const running = await this.#host.startQuery(plan, context, { isRestored: true });
    if (isPaused) running.pause();
    this.#queries.set(plan.queryId, { text, running });
  }

  /** @returns the ids of the queries that were meant. @throws {DiagnosticError} for an id that there is not. */
  async control({ action, queryId }: QueryAction): Promise<readonly string[]> {
    if (queryId !== undefined) this.require(queryId);
    const ids = queryId === undefined ? [...this.#queries.keys()] : [queryId];
    for (const id of ids) {
      if (action === 'TERMINATE') await this.terminate(id);
      else if (action === 'PAUSE') this.#queries.get(id)?.running.pause();
      else this.#queries.get(id)?.running.resume();
    }
    return ids;
  }

  /** Ends a query for good: its state and internal topics go. */
  async terminate(id: string): Promise<void> {
    const query = this.#queries.get(id);
    this.#queries.delete(id);
    await query?.running.close({ cleanUp: true });
  }

  /** Stops all queries; their state and internal topics stay. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#queries.values()].map(({ running }) => running.close()));
    this.#queries.clear();
  }
}
