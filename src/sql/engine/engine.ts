import { map, take, tap } from 'rxjs';
import type { Query, Statement } from '../../../grammar/ast.ts';
import { parseScript } from '../../../grammar/parse.ts';
import { assert } from '../../base/assert.ts';
import { OperationalError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { Turns } from '../../base/turns.ts';
import type { AnalysisContext, SessionProperties, TopicFacts } from '../analysis/session.ts';
import { sqlError } from '../analysis/sql-error.ts';
import { Catalog } from '../catalog/catalog.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import { parseQueryId } from '../physical/query-id.ts';
import { ownedSource, type QueryPlan } from '../physical/steps.ts';
import { applyPlan } from './apply-plan.ts';
import { explainStatement, logicalRungsOf, queryOf } from './explain.ts';
import type { PushOptions, RunningQuery, SqlHost } from './host.ts';
import { recordToInsert } from './insert-values.ts';
import { messageFor } from './plan-message.ts';
import { isPlanned, planStatement, planTransientQuery } from './plan-statement.ts';
import { printPhysicalPlan } from './print-plan.ts';
import { begun } from './begun-rows.ts';
import { analyzePull, isOverStream } from './pull-clauses.ts';
import { planPull, runPull } from './pull-query.ts';
import { pushQueryId } from './push-query-id.ts';
import { columnsOf, pushRowOf, writtenColumnsOf } from './push-rows.ts';
import { checkReadOnly, executeReadOnly, type ReadOnlyEngine } from './read-only.ts';
import type {
  Explanation,
  PreparedStatement,
  PullResult,
  PushQuery,
  QueryDescription,
  StatementResult,
} from './results.ts';
import { queriesAfter, rememberTopic, requireTopic } from './script-state.ts';
import { emptySession, type Session, sessionAfter } from './session.ts';
import { placed, placedLater } from './statement-place.ts';
import { roundTrip } from './plan-versions.ts';
import type { RecoveredState } from './replay-commands.ts';
import type { StatementPlan } from './statement-plan.ts';
import { type TopicNeed, topicNeedOf } from './topic-need.ts';

export interface SqlEngineOptions {
  readonly host: SqlHost;
  readonly functions: FunctionRegistry;
  /** Server properties, below those of sessions. */
  readonly properties?: SessionProperties;
}

/** The id of queries that are planned to see whether they can be. */
const CHECKED = parseQueryId('CHECK');

/** What was done, and what is answered. */
interface AppliedPlan {
  readonly plan: StatementPlan;
  readonly message: string;
  readonly queryId?: string;
}

interface Entry {
  readonly text: string;
  readonly running: RunningQuery;
}

/**
 * SQL's engine: the catalog, the persistent queries, and everything that a statement can do. What it needs of the
 * outside it asks its {@link SqlHost}.
 *
 * @example
 * const prepared = await engine.prepare('CREATE STREAM s (…) WITH (…); CREATE STREAM t AS SELECT * FROM s;');
 * for (const statement of prepared) await engine.execute(statement);
 */
export class SqlEngine {
  readonly #host: SqlHost;
  readonly #functions: FunctionRegistry;
  readonly #properties: SessionProperties;
  readonly #queries = new Map<string, Entry>();
  readonly #pushes = new Map<string, PushQuery>();
  /** What changes the catalog or the queries: each finds what those before it have left. */
  readonly #changes = new Turns();
  #catalog = Catalog.empty;
  #queryNumber = 0;
  #pushNumber = 0;
  #isClosed = false;

  constructor(options: SqlEngineOptions) {
    this.#host = options.host;
    this.#functions = options.functions;
    this.#properties = options.properties ?? {};
  }

  get catalog(): Catalog {
    return this.#catalog;
  }

  get functions(): FunctionRegistry {
    return this.#functions;
  }

  /** The persistent queries and the push queries that run. */
  queries(): readonly QueryDescription[] {
    return [...this.#queries.values()].map(({ text, running }) => this.#describe(text, running));
  }

  /**
   * Parses a script and checks all of it against a copy of the catalog: nothing has run when it throws.
   * @throws {DiagnosticError} for the first statement that is wrong; its span is a place in `script`.
   */
  async prepare(script: string, session: Session = emptySession): Promise<readonly PreparedStatement[]> {
    const parsed = parseScript(script, { variables: session.variables });
    const topics = new Map(await this.#topicsOf(parsed.map(({ statement }) => statement)));
    const prepared: PreparedStatement[] = [];
    let catalog = this.#catalog;
    let current = session;
    let number = this.#queryNumber;
    let queries = this.#plans();
    for (const { statement, text } of parsed) {
      prepared.push({ statement, text, session: current });
      const context = this.#context(current, topics, catalog);
      const plan = placed(statement, () => {
        const made = planStatement({ statement, text, context, queryNumber: number, queries });
        if (made === undefined) this.#check(statement, context, queries);
        else requireTopic(made, topics);
        return made;
      });
      if (plan !== undefined) {
        catalog = applyPlan(catalog, plan);
        queries = queriesAfter(queries, plan);
        if ('query' in plan && plan.query !== undefined) number++;
        rememberTopic(plan, topics);
      }
      current = sessionAfter(current, statement);
    }
    return prepared;
  }

  /**
   * Plans a statement that changes the catalog or starts a query, and checks that the cluster would have it, without
   * doing it; undefined for the others.
   * @param queryNumber the number in the id of a query that it starts; by default the engine counts.
   * @throws {DiagnosticError} for whatever cannot be done: {@link SqlEngine.replay} refuses nothing any more.
   */
  plan(
    prepared: PreparedStatement,
    options: { readonly queryNumber?: number } = {},
  ): Promise<StatementPlan | undefined> {
    return placedLater(prepared.statement, () => this.#plan(prepared, options));
  }

  async #plan(
    { statement, text, session }: PreparedStatement,
    options: { readonly queryNumber?: number },
  ): Promise<StatementPlan | undefined> {
    const topics = await this.#topicsOf([statement]);
    const context = this.#context(session, topics, this.#catalog);
    const queryNumber = options.queryNumber ?? this.#queryNumber;
    const planned = planStatement({ statement, text, context, queryNumber, queries: this.#plans() });
    if (planned === undefined) return undefined;
    requireTopic(planned, topics);
    const plan = roundTrip(planned);
    await this.#host.check(plan, { ...context, catalog: applyPlan(context.catalog, plan) });
    return plan;
  }

  /**
   * Makes the topic that a plan needs. Done before the plan is recorded: a topic that cannot be made is a refusal, and one
   * that stays behind when the server is killed in between is found by the next attempt.
   * @returns the name of the topic, where it was not there before.
   */
  async createTopic(plan: StatementPlan): Promise<string | undefined> {
    if (plan.kind !== 'createSource' && plan.kind !== 'createAs') return undefined;
    return (await this.#host.createTopic(plan.topic)) ? plan.topic.name : undefined;
  }

  /**
   * Deletes a topic that was made for a plan that was then not recorded.
   * @returns false where it stays: a stream or table has it meanwhile.
   */
  async undoTopic(name: string): Promise<boolean> {
    if (this.#catalog.sources().some(({ topic }) => topic.name === name)) return false;
    await this.#host.deleteTopic(name);
    return true;
  }

  /**
   * Executes a prepared statement; SELECT goes to {@link SqlEngine.query} instead.
   * @param queryNumber the number in the id of a query that it starts; by default the engine counts.
   */
  execute(
    prepared: PreparedStatement,
    options: { readonly queryNumber?: number } = {},
  ): Promise<StatementResult> {
    return placedLater(prepared.statement, () => this.#execute(prepared, options));
  }

  async #execute(
    prepared: PreparedStatement,
    options: { readonly queryNumber?: number },
  ): Promise<StatementResult> {
    const { statement, text, session } = prepared;
    if (isPlanned(statement)) return this.#changes.run(() => this.#executePlanned(prepared, options));
    const context = this.#context(session, await this.#topicsOf([statement]), this.#catalog);
    switch (statement.kind) {
      case 'InsertValues':
        await this.#host.produce(recordToInsert(statement, context));
        return { kind: 'inserted', text };
      case 'SetProperty':
      case 'UnsetProperty':
      case 'DefineVariable':
      case 'UndefineVariable':
        return { kind: 'session', text, session: sessionAfter(session, statement) };
      case 'QueryControl':
        return { text, ...(await this.#changes.run(() => this.#control(statement))) };
      case 'Explain':
        return { kind: 'explain', text, explanation: await this.#explain(statement, context) };
      case 'QueryStatement':
        throw sqlError('SELECT is run by query(), which streams its rows.', { span: statement.span });
      default:
        return executeReadOnly(prepared, this.#readOnly(context));
    }
  }

  async #executePlanned(
    prepared: PreparedStatement,
    options: { readonly queryNumber?: number },
  ): Promise<StatementResult> {
    const plan = await this.plan(prepared, options);
    assert(plan !== undefined, `${prepared.statement.kind} has a plan`);
    await this.createTopic(plan);
    return { kind: 'ddl', text: prepared.text, ...(await this.#apply(plan, prepared.session)) };
  }

  /**
   * Does what a plan says that was recorded. It refuses nothing: a query that does not start is in ERROR, and is tried
   * again.
   */
  replay(plan: StatementPlan, session: Session = emptySession): Promise<AppliedPlan> {
    return this.#changes.run(() => this.#apply(plan, session));
  }

  async #apply(plan: StatementPlan, session: Session): Promise<AppliedPlan> {
    this.#catalog = applyPlan(this.#catalog, plan);
    const query = 'query' in plan ? plan.query : undefined;
    if (query !== undefined) await this.#take(query, plan.text, session);
    let failure = '';
    if (plan.kind === 'dropSource') {
      for (const id of plan.terminate) await this.#terminate(id);
      if (plan.deleteTopic !== undefined) failure = await this.#deleteTopic(plan.deleteTopic);
    }
    const message = messageFor(plan) + failure;
    return { plan, message, ...(query === undefined ? {} : { queryId: query.queryId }) };
  }

  /** Starts a query, in the place of the one that has its id. */
  async #take(query: QueryPlan, text: string, session: Session): Promise<void> {
    await this.#queries.get(query.queryId)?.running.close({ cleanUp: false });
    const running = await this.#host.startQuery(query, this.#context(session, new Map(), this.#catalog));
    if (this.#isClosed) await running.close();
    this.#queries.set(query.queryId, { text, running });
    this.#queryNumber += 1;
  }

  /** The source is dropped already: that its topic stays is told. */
  async #deleteTopic(name: string): Promise<string> {
    try {
      await this.#host.deleteTopic(name);
      return '';
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      return ` The topic could not be deleted: ${error.message}`;
    }
  }

  /**
   * Takes up what recorded statements have left: the catalog, and the queries that none of them ended. A query that
   * cannot be started is listed in ERROR and does not keep the others from running.
   */
  async restore(state: RecoveredState): Promise<void> {
    await this.#changes.run(() => this.#takeUp(state));
  }

  async #takeUp(state: RecoveredState): Promise<void> {
    this.#catalog = state.catalog;
    for (const { plan, text, session, isPaused } of state.queries) {
      if (this.#isClosed) return;
      const context = this.#context(session, new Map(), state.catalog);
      const running = await this.#host.startQuery(plan, context, { isRestored: true });
      if (isPaused) running.pause();
      this.#queries.set(plan.queryId, { text, running });
    }
    this.#queryNumber = state.queryNumber;
  }

  /**
   * Runs a SELECT: a push query where it says EMIT CHANGES (or FINAL), else a pull query. A pull query over a stream is a
   * push query that ends: it reads the topic from its beginning to where it ends now.
   */
  query(prepared: PreparedStatement): Promise<PushQuery | PullResult> {
    return placedLater(prepared.statement, () => this.#query(prepared));
  }

  async #query({ statement, session }: PreparedStatement): Promise<PushQuery | PullResult> {
    if (statement.kind !== 'QueryStatement') throw sqlError('not a query', { span: statement.span });
    const { query } = statement;
    const context = this.#context(session, await this.#topicsOf([statement]), this.#catalog);
    if (query.emit !== undefined) return this.#push(query, context);
    if (isOverStream(query, context)) return this.#pullStream(query, context);
    return this.#pull(query, context);
  }

  /** Stops all queries; their state and internal topics stay. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#pushes.values()].map((push) => push.close()));
    await Promise.all([...this.#queries.values()].map(({ running }) => running.close()));
    this.#queries.clear();
  }

  async #pull(query: Query, context: AnalysisContext): Promise<PullResult> {
    const plan = planPull(query, context);
    const { name } = plan.source;
    const writer = [...this.#queries.values()].find(
      ({ running }) => ownedSource(running.plan) === name && running.table !== undefined,
    );
    const table = writer?.running.table;
    if (writer === undefined || table === undefined) {
      throw sqlError(
        `The ${name} table isn't queryable. To derive a queryable table, you can do 'CREATE TABLE QUERYABLE_${name} AS SELECT * FROM ${name}'. ` +
          'See https://cnfl.io/queries for more info.',
        { hint: 'or add EMIT CHANGES to run a push query' },
      );
    }
    const failed = (error: unknown): unknown => withState(error, writer.running);
    return { kind: 'pull', columns: plan.columns, rows: await begun(runPull(plan, table), failed) };
  }

  #pullStream(query: Query, context: AnalysisContext): PushQuery {
    analyzePull(query, context);
    return this.#push(query, context, { untilEnd: true });
  }

  #push(query: Query, context: AnalysisContext, options: PushOptions = {}): PushQuery {
    const id = pushQueryId(query, this.#pushNumber++, this.#catalog, context);
    const plan = planTransientQuery(query, id, context);
    const columns = columnsOf(plan.root);
    const run = this.#host.startPush(plan, context, options);
    const { limit = Number.POSITIVE_INFINITY } = query;
    let count = 0;
    const all$ = run.records$.pipe(map(pushRowOf(columns, plan.root)));
    const push: PushQuery = {
      kind: 'push',
      id,
      columns,
      plan,
      rows$:
        query.limit === undefined
          ? all$
          : all$.pipe(
              take(query.limit),
              tap(() => count++),
            ),
      finalMessage: () => (count >= limit ? 'Limit Reached' : 'Query Completed'),
      pause: () => run.pause(),
      resume: () => run.resume(),
      close: async () => {
        this.#pushes.delete(id);
        await run.close();
      },
    };
    this.#pushes.set(id, push);
    return push;
  }

  async #control(
    statement: Extract<Statement, { kind: 'QueryControl' }>,
  ): Promise<
    | { readonly kind: 'terminated'; readonly queryIds: readonly string[] }
    | { readonly kind: 'control'; readonly action: 'PAUSE' | 'RESUME'; readonly queryIds: readonly string[] }
  > {
    const { action, queryId } = statement;
    const queryIds = queryId === undefined ? [...this.#queries.keys()] : [this.#requireQuery(queryId)];
    for (const id of queryIds) {
      if (action === 'TERMINATE') await this.#terminate(id);
      else if (action === 'PAUSE') this.#queries.get(id)?.running.pause();
      else this.#queries.get(id)?.running.resume();
    }
    return action === 'TERMINATE' ? { kind: 'terminated', queryIds } : { kind: 'control', action, queryIds };
  }

  async #terminate(id: string): Promise<void> {
    const entry = this.#queries.get(id);
    this.#queries.delete(id);
    await entry?.running.close({ cleanUp: true });
  }

  #requireQuery(id: string): string {
    if (this.#queries.has(id)) return id;
    const suggestion = nearestName(id, this.#queries.keys());
    throw sqlError(`Unknown queryId: ${id}`, {
      hint: 'SHOW QUERIES; lists them',
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }

  async #explain(
    statement: Extract<Statement, { kind: 'Explain' }>,
    context: AnalysisContext,
  ): Promise<Explanation> {
    if (statement.queryId !== undefined) {
      const id = this.#requireQuery(statement.queryId);
      const entry = this.#queries.get(id);
      if (entry === undefined) throw sqlError(`Unknown queryId: ${id}`);
      const { running, text } = entry;
      const [planned] = await this.#logicalRungs(text);
      return {
        text,
        query: this.#describe(text, running),
        kind: 'PERSISTENT',
        columns: writtenColumnsOf(running.plan.root),
        ...(planned ?? { logicalPlan: '', boundPlan: '' }),
        physicalPlan: printPhysicalPlan(running.plan.root),
        plan: running.plan,
        topology: running.describeTopology(),
      };
    }
    return explainStatement(statement, context, { queryNumber: this.#queryNumber, queries: this.#plans() });
  }

  /** The logical plans of the queries in a text, as far as they can still be planned. */
  async #logicalRungs(text: string): Promise<readonly ReturnType<typeof logicalRungsOf>[]> {
    const statements = parseScript(text).map(({ statement }) => statement);
    const topics = await this.#topicsOf(statements, 'known');
    const context = this.#context(emptySession, topics, this.#catalog);
    return statements.flatMap((statement) => {
      const query = queryOf(statement);
      return query === undefined ? [] : [logicalRungsOf(query, context)];
    });
  }

  /** Checks a statement that changes nothing that later ones could see. */
  #check(statement: Statement, context: AnalysisContext, queries: readonly QueryPlan[]): void {
    switch (statement.kind) {
      case 'InsertValues':
        recordToInsert(statement, context);
        return;
      case 'QueryStatement':
        checkQuery(statement.query, context);
        return;
      case 'Explain':
        if (statement.statement !== undefined) {
          const query = queryOf(statement.statement);
          if (query !== undefined) planTransientQuery(query, CHECKED, context);
        }
        return;
      case 'QueryControl':
        // A query that the script itself starts may be given another number when it runs.
        if (statement.queryId !== undefined && queries.every(({ queryId }) => this.#queries.has(queryId))) {
          this.#requireQuery(statement.queryId);
        }
        return;
      default:
        checkReadOnly(statement, context);
    }
  }

  #context(session: Session, topics: ReadonlyMap<string, TopicFacts>, catalog: Catalog): AnalysisContext {
    return {
      catalog,
      functions: this.#functions,
      properties: { ...this.#properties, ...session.properties },
      topics,
    };
  }

  async #topicsOf(
    statements: readonly Statement[],
    need: TopicNeed = topicNeedOf(statements),
  ): Promise<ReadonlyMap<string, TopicFacts>> {
    if (need === 'nothing') return new Map();
    const names = new Set(this.#catalog.sources().map(({ topic }) => topic.name));
    for (const statement of statements) {
      if (statement.kind !== 'CreateSource' && statement.kind !== 'CreateSourceAs') continue;
      for (const { name, value } of statement.properties) {
        if (name === 'KAFKA_TOPIC' && value.kind === 'StringLiteral') names.add(value.value);
      }
    }
    return this.#host.describeTopics([...names], { orKnown: need === 'known' });
  }

  #plans(): readonly QueryPlan[] {
    return [...this.#queries.values()].map(({ running }) => running.plan);
  }

  #describe(text: string, running: RunningQuery): QueryDescription {
    const { plan } = running;
    const sink = plan.sink === undefined ? undefined : this.#catalog.source(plan.sink);
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

  #readOnly(context: AnalysisContext): ReadOnlyEngine {
    return { context, host: this.#host, queries: this.queries() };
  }
}

function checkQuery(query: Query, context: AnalysisContext): void {
  if (query.emit === undefined && !isOverStream(query, context)) {
    planPull(query, context);
    return;
  }
  if (query.emit === undefined) analyzePull(query, context);
  planTransientQuery(query, CHECKED, context);
}

/** Rows that cannot be had now, since their query rebalances, is paused or has failed: the answer says which it is. */
function withState(error: unknown, query: RunningQuery): unknown {
  if (!(error instanceof OperationalError) || error.code !== 'STORE_NOT_AVAILABLE') return error;
  const message =
    `the state of query ${query.plan.queryId} cannot be read while it is ${query.state()}; ` +
    'try again when SHOW QUERIES says RUNNING';
  return new OperationalError(error.code, message, { retriable: true, cause: error });
}
