import type { Statement } from '../../../grammar/ast.ts';
import type { ParsedStatement } from '../../../grammar/parse.ts';
import { assert, unreachable } from '../../base/assert.ts';
import { OperationalError } from '../../base/errors.ts';
import { Turns } from '../../base/turns.ts';
import type { SessionProperties } from '../analysis/session.ts';
import { pushMessages } from '../messages/push-queries.ts';
import { statementMessages } from '../messages/statements.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { QueryDescription } from '../entities/descriptions.ts';
import type { ServerFacts } from '../entities/server-facts.ts';
import type { StatementEntity } from '../entities/statement-entity.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import type { RunningQuery, SqlHost } from '../host/host.ts';
import { RowInserts } from '../inserts/row-inserts.ts';
import { analyzePull, isOverStream } from '../queries/pull-clauses.ts';
import { readContinuationToken } from '../queries/continuation-token.ts';
import { oneByOne } from '../queries/begun-rows.ts';
import type { PullQuery, PullResult, PushQuery } from '../queries/query-results.ts';
import type {
  ControlStatement,
  DirectResult,
  DirectStatement,
  QueryAction,
} from '../statements/definition.ts';
import { definitionOf } from '../statements/index.ts';
import { plannedQuery } from '../statements/plan-statement.ts';
import type { PreparedPlan, PreparedStatement } from '../statements/prepared-statement.ts';
import type { StatementResult } from '../statements/results.ts';
import { emptySession, type Session } from '../statements/session.ts';
import type { StatementPlan } from '../statements/statement-plan.ts';
import { selectOf } from '../statements/streamed.ts';
import { type AppliedPlan, CurrentState } from './current-state.ts';
import { type PlanOptions, Planning, type PrepareOptions } from './planning.ts';
import { openPull, pullQuery } from './open-pull.ts';
import { PullTemplates } from './pull-templates.ts';
import { registerSchema } from './register-schema.ts';
import { PushQueries } from './push-queries.ts';
import type { PlannedRecord, RecordedText, RecoveredState, TextPlanner } from './replay-commands.ts';
import { Programs } from '../user-calls/programs.ts';
import { ScriptParser, type StatementEnvironment } from './script-parser.ts';
import { placed } from './statement-place.ts';

export interface SqlEngineOptions {
  readonly host: SqlHost;
  readonly functions: FunctionRegistry;
  /** Server properties, below those of sessions. */
  readonly properties?: SessionProperties;
  /** Where others run on the event loop, too: what takes long is done beside it, or in slices. */
  readonly environment?: StatementEnvironment;
}

/**
 * SQL's engine: the catalog, the persistent queries, and everything that a statement can do. What a statement is, its
 * definition says (`src/sql/statements`); what the engine needs of the outside it asks its {@link SqlHost}.
 *
 * @example
 * const prepared = await engine.prepare('CREATE STREAM s (…) WITH (…); CREATE STREAM t AS SELECT * FROM s;');
 * for (const statement of prepared) await engine.execute(statement);
 */
export class SqlEngine {
  readonly #host: SqlHost;
  readonly #functions: FunctionRegistry;
  readonly #state: CurrentState;
  readonly #planning: Planning;
  readonly #pushes: PushQueries;
  readonly #programs: Programs;
  readonly #templates = new PullTemplates(() => this.version);
  readonly #parser: ScriptParser;
  readonly #environment: StatementEnvironment | undefined;
  /** Ends what statements wait for. */
  readonly #closing = new AbortController();
  /** What changes the catalog or the queries: each finds what those before it have left. */
  readonly #changes = new Turns();

  constructor(options: SqlEngineOptions) {
    const { host, functions, properties = {}, environment } = options;
    this.#host = host;
    this.#functions = functions;
    this.#environment = environment;
    this.#programs = new Programs({ functions, environment, extensionDir: properties['ksql.extension.dir'] });
    this.#parser = new ScriptParser(environment);
    this.#state = new CurrentState({
      ...{ host, environment },
      contextOf: (session, catalog) => this.#planning.context(session, new Map(), catalog),
    });
    this.#planning = new Planning({
      ...{ host, functions, properties, environment },
      running: this.#state.queries,
      state: () => this.#state.now(),
      nextNumber: () => this.#state.queryNumber,
    });
    this.#pushes = new PushQueries(host, () => this.#planning.slice());
  }

  get catalog(): Catalog {
    return this.#state.catalog;
  }

  get functions(): FunctionRegistry {
    return this.#functions;
  }

  /** The persistent queries that run. */
  queries(): readonly QueryDescription[] {
    return this.#state.queries.descriptions();
  }

  /** The persistent queries as they run here and elsewhere. */
  runningQueries(): readonly RunningQuery[] {
    return this.#state.queries.running();
  }

  /** Ids of the push queries that run, or of which something is still to be removed. */
  get pushQueryIds(): readonly string[] {
    return this.#pushes.ids;
  }

  /**
   * Parses a script and checks all of it against a copy of the catalog, and against the cluster: nothing has run when it
   * throws.
   * @throws {DiagnosticError} for the first statement that is wrong; its span is a place in `script`.
   */
  async prepare(
    script: string,
    session: Session = emptySession,
    options: PrepareOptions = {},
  ): Promise<readonly PreparedStatement[]> {
    const known = this.#templates.prepared(script, session);
    if (known !== undefined) return [known];
    return this.check(await this.#parser.parse(script, session.variables), session, options);
  }

  /** As {@link SqlEngine.prepare}, of statements that were parsed already. */
  check(
    parsed: readonly ParsedStatement[],
    session: Session,
    options: PrepareOptions = {},
  ): Promise<readonly PreparedStatement[]> {
    return this.#planning.check(parsed, session, options);
  }

  /** Gets ready for long scripts, which takes a moment beside the event loop. */
  warm(): Promise<void> {
    return this.#parser.warm();
  }

  /**
   * The plan of a statement that changes the catalog or starts a query, which the cluster would have; undefined for the
   * others. It is the one that the statement was prepared with, where nothing has changed since.
   * @throws {DiagnosticError} for whatever cannot be done: {@link SqlEngine.apply} refuses nothing any more.
   */
  plan(prepared: PreparedStatement, options: PlanOptions = {}): Promise<PreparedPlan | undefined> {
    const definition = definitionOf(prepared.statement);
    if (definition.family !== 'planned') return Promise.resolve(undefined);
    return placed(prepared.statement, () => this.#planning.plan(prepared, definition, options));
  }

  /** A plan as it is now, see {@link Planning.planAgain}. */
  planAgain(
    prepared: PreparedStatement,
    checked: PreparedPlan,
    queryNumber: number,
  ): Promise<StatementPlan | undefined> {
    return this.#planning.planAgain(prepared, checked, queryNumber);
  }

  /** Of the catalog and the queries: another one when anything of them has changed. */
  get version(): number {
    return this.#state.version;
  }

  /**
   * Makes the topic that a plan needs, and registers its schemas. Done before the plan is recorded: a topic that cannot be made is a refusal, and one
   * that stays behind when the server is killed in between is found by the next attempt.
   * @returns the name of the topic, where it was not there before.
   */
  async createTopic({ topic, registrations = [] }: StatementPlan): Promise<string | undefined> {
    if (topic === undefined) return undefined;
    const isNew = await this.#host.createTopic(topic);
    try {
      for (const each of registrations) await registerSchema(each, this.#host.registry);
    } catch (error) {
      if (isNew) await this.#host.deleteTopic(topic.name);
      throw error;
    }
    return isNew ? topic.name : undefined;
  }

  /**
   * Deletes a topic that was made for a plan that was then not recorded.
   * @returns false where it stays: a stream or table has it meanwhile.
   */
  async undoTopic(name: string): Promise<boolean> {
    if (this.catalog.sources().some(({ topic }) => topic.name === name)) return false;
    await this.#host.deleteTopic(name);
    return true;
  }

  /** Executes a prepared statement; SELECT goes to {@link SqlEngine.query} instead. */
  execute(prepared: PreparedStatement, options: PlanOptions = {}): Promise<StatementResult> {
    return placed(prepared.statement, () => this.#execute(prepared, options));
  }

  async #execute(prepared: PreparedStatement, options: PlanOptions): Promise<StatementResult> {
    const { statement, text, session } = prepared;
    const definition = definitionOf(statement);
    switch (definition.family) {
      case 'planned':
        return this.#changes.run(async () => {
          const { plan } = await this.#planning.plan(prepared, definition, options);
          await this.createTopic(plan);
          return { kind: 'ddl', text, ...(await this.apply(plan, session)) };
        });
      case 'control':
        return this.#control(prepared, definition);
      case 'session':
        return { kind: 'session', text, session: definition.apply(statement, session) };
      case 'direct':
        return this.#executeDirect(prepared, definition);
      case 'query':
        throw refuse(statementMessages.selectExecuted(), statement.span);
      default:
        return unreachable(definition);
    }
  }

  async #control(
    { statement, text }: PreparedStatement,
    definition: ControlStatement<Statement>,
  ): Promise<StatementResult> {
    const action = definition.action(statement);
    const { queryIds } = await this.control(action);
    if (action.action === 'TERMINATE') return { kind: 'terminated', text, queryIds };
    return { kind: 'control', text, action: action.action, queryIds };
  }

  async #executeDirect<R extends DirectResult>(
    { statement, text, session }: PreparedStatement,
    definition: DirectStatement<Statement, R>,
  ): Promise<R> {
    const topics = await this.#planning.topicsOf([statement]);
    const { queryNumber, queries: running } = this.#state;
    const { catalog, queries } = this.#state.now();
    const context = this.#planning.context(session, topics, catalog);
    const input = { text: '', context, queryNumber, queries };
    return definition.execute({
      statement,
      text,
      session,
      context,
      serverContext: this.#planning.context(emptySession, topics, catalog),
      host: this.#host,
      running,
      slice: this.#planning.slice(),
      timers: this.#environment?.timers,
      signal: this.#closing.signal,
      programs: this.#programs,
      planQuery: (statement) => plannedQuery({ ...input, statement }),
    });
  }

  /**
   * Executes a statement that is not recorded, and answers as ksqlDB's API does; undefined where that says nothing.
   */
  answer(prepared: PreparedStatement, facts: ServerFacts): Promise<StatementEntity | undefined> {
    const { statement, text } = prepared;
    return placed(statement, async () => {
      const definition = definitionOf(statement);
      if (definition.family === 'session') return definition.entity(statement, text, facts);
      assert(definition.family === 'direct', `${statement.kind} is answered at once`);
      return definition.entity(await this.#executeDirect(prepared, definition), { statement, facts });
    });
  }

  /**
   * Does what a plan says that was recorded. When this returns the catalog is as the plan leaves it, and the queries are
   * listed that it starts; the promise resolves when those have been tried, and those that it ends have ended. It refuses
   * nothing: a query that does not start is in ERROR, and is tried again.
   */
  apply(plan: StatementPlan, session: Session = emptySession): Promise<AppliedPlan> {
    return this.#state.apply(plan, session);
  }

  /**
   * Ends, holds up or goes on with queries. When this returns that is so in all lists; the promise resolves when they have
   * ended.
   * @throws {DiagnosticError} for a query that there is not.
   */
  control(action: QueryAction): Promise<{ readonly queryIds: readonly string[] }> {
    return this.#state.control(action);
  }

  /** Plans statements of which the text is recorded. What it asks of topics it asks once: for one start, or one statement. */
  textPlanner(): TextPlanner {
    return this.#planning.textPlanner();
  }

  /** Plans a statement that was recorded as text on what there is now. Rejects where that cannot be done. */
  planText(recorded: RecordedText): Promise<PlannedRecord> {
    return this.textPlanner()(recorded, this.#state.now());
  }

  /**
   * Takes up what recorded statements have left: the catalog, and the queries that none of them ended. A query that
   * cannot be started is listed in ERROR and does not keep the others from running.
   */
  restore(state: RecoveredState): Promise<void> {
    return this.#changes.run(() => this.#state.restore(state));
  }

  /**
   * Runs a SELECT: a push query where it says EMIT CHANGES (or FINAL), else a pull query. A pull query over a stream is a
   * push query that ends: it reads the topic from its beginning to where it ends now.
   */
  async query(prepared: PreparedStatement): Promise<PushQuery | PullResult> {
    const query = await this.open(prepared);
    return query.kind === 'push' ? query : { ...query, rows: oneByOne(await query.read({})) };
  }

  /**
   * As {@link SqlEngine.query}; of a pull query nothing is read yet, since other servers of the service may have the rows.
   * @param options.continuationToken by which a push query goes on where an earlier one was.
   */
  open(
    prepared: PreparedStatement,
    options: { readonly continuationToken?: string | undefined } = {},
  ): Promise<PushQuery | PullQuery> {
    return placed(prepared.statement, () => this.#open(prepared, options));
  }

  async #open(
    prepared: PreparedStatement,
    options: { readonly continuationToken?: string | undefined },
  ): Promise<PushQuery | PullQuery> {
    const { statement, session, pull, text } = prepared;
    const { continuationToken: token } = options;
    if (pull !== undefined) {
      // A token is refused where the statement itself is looked at.
      const known =
        pull.version === this.version && token === undefined
          ? openPull(pull.plan, this.#pullServices)
          : undefined;
      if (known !== undefined) return known;
      const [again] = await this.check(await this.#parser.parse(text, session.variables), session);
      assert(again !== undefined, 'a statement that was prepared is one');
      return this.#open(again, options);
    }
    const query = selectOf(statement);
    if (query === undefined) throw refuse(statementMessages.notQuery(), statement.span);
    const context = this.#planning.context(session, await this.#planning.topicsOf([statement]), this.catalog);
    const { version } = this;
    const continues = token === undefined ? undefined : readContinuationToken(token);
    if (query.emit !== undefined) return this.#pushes.start(query, context, { continues });
    if (continues !== undefined) throw refuse(pushMessages.tokenUnused(), query.span);
    if (!isOverStream(query, context)) {
      const { plan, pull: opened } = await pullQuery(query, context, this.#pullServices);
      if (version === this.version) this.#templates.remember(prepared, plan);
      return opened;
    }
    analyzePull(query, context);
    return this.#pushes.start(query, context, { untilEnd: true });
  }

  get #pullServices(): Parameters<typeof openPull>[1] {
    return { queries: this.#state.queries, programs: this.#programs };
  }

  /** Opens a stream for rows that come one after the other. @throws {DiagnosticError} where no rows may be written there. */
  inserts(target: string): Promise<RowInserts> {
    const { properties } = this.#planning.context(emptySession, new Map(), this.catalog);
    return RowInserts.open(target, { catalog: this.catalog, properties }, this.#host);
  }

  /** Stops all queries; their state and internal topics stay. */
  async close(): Promise<void> {
    this.#closing.abort(closed());
    await Promise.all([this.#pushes.close(), this.#programs.close(), this.#state.queries.close()]);
  }
}

function closed(): OperationalError {
  return new OperationalError('CLOSED', 'the SQL engine is closed', { retriable: true });
}
