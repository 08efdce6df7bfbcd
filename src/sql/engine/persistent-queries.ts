import { TimeSlice } from '../../base/time-slice.ts';
import { nearestName } from '../../base/nearest-name.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { statementMessages } from '../messages/statements.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { QueryDescription } from '../entities/descriptions.ts';
import type { RunningQuery, SqlHost } from '../host/host.ts';
import { ownedSource, type QueryPlan } from '../physical/steps.ts';
import { writtenColumnsOf } from '../queries/push-rows.ts';
import type { MissingQuery, PersistentQuery, QueryAction, RunningQueries } from '../statements/definition.ts';
import type { Session } from '../statements/session.ts';
import type { RecoveredQuery } from './replay-commands.ts';
import type { StatementEnvironment } from './script-parser.ts';

/** The persistent queries of an engine, by id. */
export class PersistentQueries implements RunningQueries {
  readonly #host: SqlHost;
  readonly #catalog: () => Catalog;
  readonly #queries = new Map<string, PersistentQuery>();
  /** By id: queries that are being closed. */
  readonly #closing = new Map<string, Promise<void>>();
  #isClosed = false;

  constructor(host: SqlHost, catalog: () => Catalog) {
    this.#host = host;
    this.#catalog = catalog;
  }

  plans(): readonly QueryPlan[] {
    return [...this.#queries.values()].map(({ running }) => running.plan);
  }

  running(): readonly RunningQuery[] {
    return [...this.#queries.values()].map(({ running }) => running);
  }

  has(id: string): boolean {
    return this.#queries.has(id);
  }

  require(id: string, missing: MissingQuery = statementMessages.queryMissing): PersistentQuery {
    const query = this.#queries.get(id);
    if (query !== undefined) return query;
    const suggestion = nearestName(id, this.#queries.keys());
    throw refuse(missing(id, suggestion));
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

  describe({ text, running, overridden }: PersistentQuery): QueryDescription {
    const { plan, standstill } = running;
    const sink = plan.sink === undefined ? undefined : this.#catalog().source(plan.sink);
    return {
      id: plan.queryId,
      text,
      plan,
      state: running.state(),
      ...(standstill === undefined ? {} : { standstill }),
      kind: 'PERSISTENT',
      columns: writtenColumnsOf(plan.root),
      sources: plan.sources,
      ...(plan.sink === undefined ? {} : { sink: plan.sink }),
      ...(sink === undefined ? {} : { sinkTopic: sink.topic.name }),
      overridden,
      get errors() {
        return running.errors();
      },
      statistics: () => running.statistics(),
    };
  }

  /** Starts a query, in the place of the one that has its id. It is listed at once; resolves when it was tried. */
  start(
    { plan, text, session }: Pick<RecoveredQuery, 'plan' | 'text' | 'session'>,
    context: AnalysisContext,
  ): Promise<void> {
    const before = this.#queries.get(plan.queryId);
    if (before !== undefined) void this.#close(before, { cleanUp: false });
    const running = this.#host.newQuery(plan, context);
    this.#queries.set(plan.queryId, { text, running, overridden: session.properties });
    if (this.#isClosed) return running.close();
    // Two that have one id share a state folder.
    const gone = this.#closing.get(plan.queryId) ?? Promise.resolve();
    return gone.then(() => running.start());
  }

  /** Stops queries and starts them anew, under what their sessions and the server say now. Those that are paused stay so. */
  async restart(options: {
    readonly isMeant: (query: PersistentQuery) => boolean;
    readonly contextOf: (session: Session) => AnalysisContext;
  }): Promise<void> {
    const meant = [...this.#queries.values()].filter(options.isMeant);
    await Promise.all(
      meant.map(({ running, text, overridden }) => {
        const { plan } = running;
        const session: Session = { properties: overridden, variables: new Map() };
        const isPaused = running.state() === 'PAUSED';
        const started = this.start({ plan, text, session }, options.contextOf(session));
        if (isPaused) this.#queries.get(plan.queryId)?.running.pause();
        return started;
      }),
    );
  }

  /**
   * Takes up the queries that ran before the server was stopped, without waiting until they run.
   * @param options.environment where others run on the event loop, too: they have their turns meanwhile.
   */
  async restore(
    queries: readonly RecoveredQuery[],
    options: {
      readonly contextOf: (session: Session) => AnalysisContext;
      readonly environment: StatementEnvironment | undefined;
    },
  ): Promise<void> {
    const { contextOf, environment } = options;
    const slice = environment === undefined ? undefined : new TimeSlice(environment);
    for (const { plan, text, session, isPaused } of queries) {
      if (slice?.isOver === true) await slice.next();
      if (this.#isClosed) return;
      const running = this.#host.newQuery(plan, contextOf(session));
      this.#queries.set(plan.queryId, { text, running, overridden: session.properties });
      if (isPaused) running.pause();
      await running.start({ isRestored: true });
    }
  }

  /**
   * Ends, holds up or goes on with queries; they are not listed any more that end.
   * @returns the ids of the queries that were meant; `done` resolves when they have ended.
   * @throws {DiagnosticError} for an id that there is not.
   */
  control({ action, queryId }: QueryAction): {
    readonly ids: readonly string[];
    readonly done: Promise<void>;
  } {
    if (queryId !== undefined) this.require(queryId);
    const ids = queryId === undefined ? [...this.#queries.keys()] : [queryId];
    const ends: Promise<void>[] = [];
    for (const id of ids) {
      if (action === 'TERMINATE') ends.push(this.terminate(id));
      else if (action === 'PAUSE') this.#queries.get(id)?.running.pause();
      else this.#queries.get(id)?.running.resume();
    }
    return { ids, done: Promise.all(ends).then(() => undefined) };
  }

  /** Ends a query for good: its state and internal topics go. It is not listed any more from now on. */
  async terminate(id: string): Promise<void> {
    const query = this.#queries.get(id);
    this.#queries.delete(id);
    if (query !== undefined) await this.#close(query, { cleanUp: true });
  }

  /** Stops all queries; their state and internal topics stay. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const closing = [...this.#queries.values()].map(({ running }) => running.close());
    await Promise.all([...closing, ...this.#closing.values()]);
    this.#queries.clear();
  }

  /** Closes a query that another one may take the id of meanwhile. */
  #close({ running }: PersistentQuery, options: { readonly cleanUp: boolean }): Promise<void> {
    const { queryId } = running.plan;
    const before = this.#closing.get(queryId) ?? Promise.resolve();
    const closed = Promise.all([before, running.close(options)]).then(() => undefined);
    // That it cannot be closed is told to whoever ends it, and is no reason not to start the next one.
    const over = closed
      .catch(() => undefined)
      .then(() => {
        if (this.#closing.get(queryId) === over) this.#closing.delete(queryId);
      });
    this.#closing.set(queryId, over);
    return closed;
  }
}
