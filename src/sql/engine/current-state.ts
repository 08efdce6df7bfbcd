import { OperationalError } from '../../base/errors.ts';
import { deleteSubjects as deleteSubjectsOf } from '../analysis/topic-subjects.ts';
import { propertyName } from '../analysis/property-names.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { Catalog } from '../catalog/catalog.ts';
import type { SqlHost } from '../host/host.ts';
import type { QueryAction } from '../statements/definition.ts';
import { applyPlan, planMessage } from '../statements/plan-kinds.ts';
import type { Session } from '../statements/session.ts';
import type { StatementPlan } from '../statements/statement-plan.ts';
import type { EngineState } from './engine-state.ts';
import { PersistentQueries } from './persistent-queries.ts';
import type { RecoveredState } from './replay-commands.ts';
import type { StatementEnvironment } from './script-parser.ts';

interface CurrentStateOptions {
  readonly host: SqlHost;
  /** Where others run on the event loop, too: they have their turns meanwhile. */
  readonly environment: StatementEnvironment | undefined;
  /** What the query of a session's statement is run under. */
  readonly contextOf: (session: Session, catalog: Catalog) => AnalysisContext;
}

/** What was done, and what is answered. */
export interface AppliedPlan {
  readonly plan: StatementPlan;
  readonly message: string;
  readonly queryId?: string;
}

/** The catalog and the persistent queries as they are now, and all that changes them. It refuses nothing that was planned. */
export class CurrentState {
  readonly queries: PersistentQueries;
  readonly #options: CurrentStateOptions;
  #catalog = Catalog.empty;
  #queryNumber = 0;
  #version = 0;

  constructor(options: CurrentStateOptions) {
    this.#options = options;
    this.queries = new PersistentQueries(options.host, () => this.#catalog);
  }

  get catalog(): Catalog {
    return this.#catalog;
  }

  /** The number in the id of the next query that is started. */
  get queryNumber(): number {
    return this.#queryNumber;
  }

  /** Counts what has changed the catalog or the queries. */
  get version(): number {
    return this.#version;
  }

  /** As it is now, for those who plan on it. */
  now(): EngineState {
    return { version: this.#version, catalog: this.#catalog, queries: this.queries.plans() };
  }

  /**
   * Does what a plan says. When this returns the catalog is as the plan leaves it, and the queries are listed that it starts;
   * the promise resolves when those have been tried, and those that it ends have ended.
   */
  apply(plan: StatementPlan, session: Session): Promise<AppliedPlan> {
    const { query, terminate = [] } = plan;
    this.#catalog = applyPlan(this.#catalog, plan);
    const context = this.#options.contextOf(session, this.#catalog);
    const started =
      query === undefined
        ? undefined
        : this.queries.start({ plan: query, text: plan.text, session }, context);
    if (query !== undefined) this.#queryNumber += 1;
    const ended = terminate.map((id) => this.queries.terminate(id));
    const { alteredProperty } = plan;
    if (alteredProperty !== undefined) ended.push(this.#restartQueries(alteredProperty));
    if (plan.kind !== 'none') this.#version += 1;
    return this.#applied(plan, [...(started === undefined ? [] : [started]), ...ended]);
  }

  /** Queries run under the new value of a property, but for those whose sessions had one of their own. */
  #restartQueries(property: string): Promise<void> {
    const name = propertyName(property);
    return this.queries.restart({
      isMeant: ({ overridden }) => !Object.keys(overridden).some((each) => propertyName(each) === name),
      contextOf: (session) => this.#options.contextOf(session, this.#catalog),
    });
  }

  async #applied(plan: StatementPlan, underWay: readonly Promise<void>[]): Promise<AppliedPlan> {
    const { query } = plan;
    await Promise.all(underWay);
    const failure = await this.#deleteTopic(plan);
    const message = planMessage(plan) + failure;
    return { plan, message, ...(query === undefined ? {} : { queryId: query.queryId }) };
  }

  /**
   * The source is dropped already: that its topic stays is told, or its schemas. Whoever has deleted the topic deletes them, too:
   * where it is gone already, they may be those of one that was made anew.
   */
  async #deleteTopic({ deleteTopic, deleteTopicId, deleteSubjects = [] }: StatementPlan): Promise<string> {
    if (deleteTopic === undefined || deleteTopicId === null) return '';
    const { host } = this.#options;
    try {
      if (!(await host.deleteTopic(deleteTopic, { topicId: deleteTopicId }))) return '';
      const left = await deleteSubjectsOf(deleteSubjects, host.registry);
      return left.length === 0 ? '' : ` Schemas could not be deleted: ${left.join('; ')}`;
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      return ` The topic could not be deleted: ${error.message}`;
    }
  }

  /**
   * Ends, holds up or goes on with queries. When this returns that is so in all lists; the promise resolves when they have
   * ended.
   * @throws {DiagnosticError} for a query that there is not.
   */
  control(action: QueryAction): Promise<{ readonly queryIds: readonly string[] }> {
    const { ids, done } = this.queries.control(action);
    this.#version += 1;
    return done.then(() => ({ queryIds: ids }));
  }

  /** Takes up what recorded statements have left: the catalog, and the queries that none of them ended. */
  async restore({ catalog, queries, queryNumber }: RecoveredState): Promise<void> {
    const { contextOf, environment } = this.#options;
    this.#catalog = catalog;
    await this.queries.restore(queries, {
      contextOf: (session) => contextOf(session, catalog),
      environment,
    });
    this.#queryNumber = queryNumber;
    this.#version += 1;
  }
}
