import { concatMap, type Observable, of, take } from 'rxjs';
import type { Query, Statement } from '../../../grammar/ast.ts';
import { parseScript } from '../../../grammar/parse.ts';
import { nearestName } from '../../base/nearest-name.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import { analyzeQuery } from '../analysis/analyze-query.ts';
import type { AnalysisContext, SessionProperties, TopicFacts } from '../analysis/session.ts';
import { sqlError } from '../analysis/sql-error.ts';
import { Catalog } from '../catalog/catalog.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import { planQuery } from '../logical/plan-query.ts';
import { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import { lower } from '../lowering/lower.ts';
import { typeOfText } from '../lowering/row-serdes.ts';
import type { QueryPlan, Step } from '../physical/steps.ts';
import { applyPlan } from './apply-plan.ts';
import { checkReadOnly, executeReadOnly, type ReadOnlyEngine } from './read-only.ts';
import type { PushRecord, RunningQuery, SqlHost } from './host.ts';
import { recordToInsert } from './insert-values.ts';
import { planStatement, planTransientQuery, type QueryUse } from './plan-statement.ts';
import { printLogicalPlan, printPhysicalPlan } from './print-plan.ts';
import { planPull, runPull } from './pull-query.ts';
import type {
  Explanation,
  PreparedStatement,
  PullResult,
  PushQuery,
  PushRow,
  QueryDescription,
  ResultColumn,
  StatementResult,
} from './results.ts';
import { emptySession, type Session, withProperty, withVariable } from './session.ts';
import type { SettledState } from './settle.ts';
import { roundTrip, type StatementPlan } from './statement-plan.ts';

export interface SqlEngineOptions {
  readonly host: SqlHost;
  readonly functions: FunctionRegistry;
  /** Server properties, below those of sessions. */
  readonly properties?: SessionProperties;
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
  #catalog = Catalog.empty;
  #queryNumber = 0;
  #pushNumber = 0;

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
    let queries = this.#uses();
    for (const { statement, text } of parsed) {
      prepared.push({ statement, text, session: current });
      const context = this.#context(current, topics, catalog);
      const plan = planStatement({ statement, text, context, queryNumber: number, queries });
      if (plan === undefined) this.#check(statement, context, queries);
      else {
        requireTopic(plan, topics);
        catalog = applyPlan(catalog, plan);
        queries = usesAfter(queries, plan);
        if ('query' in plan && plan.query !== undefined) number++;
        rememberTopic(plan, topics);
      }
      current = sessionAfter(current, statement);
    }
    return prepared;
  }

  /**
   * Plans a statement that changes the catalog or starts a query, without doing it; undefined for the others.
   * @param queryNumber the number in the id of a query that it starts; by default the engine counts.
   */
  async plan(
    { statement, text, session }: PreparedStatement,
    options: { readonly queryNumber?: number } = {},
  ): Promise<StatementPlan | undefined> {
    const context = this.#context(session, await this.#topicsOf([statement]), this.#catalog);
    const queryNumber = options.queryNumber ?? this.#queryNumber;
    const plan = planStatement({ statement, text, context, queryNumber, queries: this.#uses() });
    return plan === undefined ? undefined : roundTrip(plan);
  }

  /**
   * Executes a prepared statement; SELECT goes to {@link SqlEngine.query} instead.
   * @param queryNumber the number in the id of a query that it starts; by default the engine counts.
   */
  async execute(
    prepared: PreparedStatement,
    options: { readonly queryNumber?: number } = {},
  ): Promise<StatementResult> {
    const { statement, text, session } = prepared;
    const plan = await this.plan(prepared, options);
    if (plan !== undefined) return { kind: 'ddl', text, ...(await this.replay(plan, session)) };
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
        return { text, ...(await this.#control(statement)) };
      case 'Explain':
        return { kind: 'explain', text, explanation: await this.#explain(statement, context) };
      case 'QueryStatement':
        throw sqlError('SELECT is run by query(), which streams its rows.', { span: statement.span });
      default:
        return executeReadOnly(prepared, this.#readOnly(context));
    }
  }

  /** Does what a plan says: the way of new statements and of those that were recorded. */
  async replay(
    plan: StatementPlan,
    session: Session = emptySession,
  ): Promise<{ readonly plan: StatementPlan; readonly message: string; readonly queryId?: string }> {
    if (plan.kind === 'none') return { plan, message: plan.message };
    if (plan.kind === 'createSource' || plan.kind === 'createAs') await this.#host.createTopic(plan.topic);
    const query = 'query' in plan ? plan.query : undefined;
    const catalog = applyPlan(this.#catalog, plan);
    if (query !== undefined) {
      const topics = await this.#host.describeTopics(catalog.sources().map(({ topic }) => topic.name));
      const context = this.#context(session, topics, catalog);
      await this.#queries.get(query.queryId)?.running.close({ cleanUp: false });
      const running = await this.#host.startQuery(query, context);
      this.#queries.set(query.queryId, { text: plan.text, running });
      this.#queryNumber = Math.max(this.#queryNumber + 1, numberOf(query.queryId) + 1);
    }
    this.#catalog = catalog;
    if (plan.kind === 'dropSource') {
      for (const id of plan.terminate) await this.#terminate(id);
      if (plan.deleteTopic !== undefined) await this.#host.deleteTopic(plan.deleteTopic);
    }
    return {
      plan,
      message: messageFor(plan),
      ...(query === undefined ? {} : { queryId: query.queryId }),
    };
  }

  /**
   * Takes up what recorded statements have left: the catalog, and the queries that none of them ended. A query that
   * cannot be started is told to `onFailure` and does not keep the others from running.
   */
  async restore(state: SettledState, onFailure: (queryId: string, error: unknown) => void): Promise<void> {
    this.#catalog = state.catalog;
    const topics = await this.#host.describeTopics(state.catalog.sources().map(({ topic }) => topic.name));
    for (const { plan, text, session, isPaused } of state.queries) {
      try {
        const running = await this.#host.startQuery(plan, this.#context(session, topics, state.catalog));
        if (isPaused) running.pause();
        this.#queries.set(plan.queryId, { text, running });
      } catch (error) {
        onFailure(plan.queryId, error);
      }
    }
    this.#queryNumber = state.queryNumber;
  }

  /** Runs a SELECT: a push query where it says EMIT CHANGES (or FINAL), else a pull query. */
  async query(prepared: PreparedStatement): Promise<PushQuery | PullResult> {
    const { statement, session, text } = prepared;
    if (statement.kind !== 'QueryStatement') throw sqlError('not a query', { span: statement.span });
    const { query } = statement;
    const context = this.#context(session, await this.#topicsOf([statement]), this.#catalog);
    return query.emit === undefined ? this.#pull(query, context) : this.#push(query, text, context);
  }

  /** Stops all queries; their state and internal topics stay. */
  async close(): Promise<void> {
    await Promise.all([...this.#pushes.values()].map((push) => push.close()));
    await Promise.all([...this.#queries.values()].map(({ running }) => running.close()));
    this.#queries.clear();
  }

  async #pull(query: Query, context: AnalysisContext): Promise<PullResult> {
    const plan = planPull(query, context);
    const { name } = plan.source;
    const writer = [...this.#queries.values()].find(
      ({ running }) =>
        (running.plan.sink === name || running.plan.queryId.startsWith(`CST_${name}_`)) &&
        running.table !== undefined,
    );
    const table = writer?.running.table;
    if (table === undefined) {
      throw sqlError(
        `The ${name} table isn't queryable. To derive a queryable table, you can do 'CREATE TABLE QUERYABLE_${name} AS SELECT * FROM ${name}'. ` +
          'See https://cnfl.io/queries for more info.',
        { hint: 'or add EMIT CHANGES to run a push query' },
      );
    }
    return { kind: 'pull', columns: plan.columns, rows: await runPull(plan, table) };
  }

  #push(query: Query, _text: string, context: AnalysisContext): PushQuery {
    const id = `transient_${query.from.source.name}_${this.#pushNumber++}`;
    const plan = planTransientQuery(query, id, context);
    const columns = columnsOf(plan.root);
    const run = this.#host.startPush(plan, context);
    const rows$ = run.records$.pipe(concatMap(rowOf(columns, plan.root)));
    const push: PushQuery = {
      kind: 'push',
      id,
      columns,
      plan,
      rows$: query.limit === undefined ? rows$ : rows$.pipe(take(query.limit)),
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
      const [prepared] = await this.#logicalPlans(text);
      return {
        text,
        query: this.#describe(text, running),
        columns: columnsOf(running.plan.root),
        logicalPlan: prepared ?? '',
        physicalPlan: printPhysicalPlan(running.plan.root),
        plan: running.plan,
        topology: running.describeTopology(),
      };
    }
    const inner = statement.statement;
    const query = inner === undefined ? undefined : queryOf(inner);
    if (inner === undefined || query === undefined) {
      throw sqlError(
        'EXPLAIN shows the plans of queries: SELECT, CREATE … AS SELECT and INSERT INTO … SELECT.',
        {
          span: statement.span,
        },
      );
    }
    const plan = this.#planToExplain(inner, query, context);
    return {
      text: '',
      columns: columnsOf(plan.root),
      logicalPlan: printLogicalPlan(planQuery({ query: analyzeQuery(query, context), context })),
      physicalPlan: printPhysicalPlan(plan.root),
      plan,
      topology: topologyOf(plan, context),
    };
  }

  /** The logical plans of the queries in a text, as far as they can still be planned. */
  async #logicalPlans(text: string): Promise<readonly string[]> {
    const statements = parseScript(text).map(({ statement }) => statement);
    const topics = await this.#topicsOf(statements);
    const context = this.#context(emptySession, topics, this.#catalog);
    return statements.flatMap((statement) => {
      const query = queryOf(statement);
      return query === undefined
        ? []
        : [printLogicalPlan(planQuery({ query: analyzeQuery(query, context), context }))];
    });
  }

  #planToExplain(statement: Statement, query: Query, context: AnalysisContext): QueryPlan {
    if (statement.kind === 'QueryStatement') return planTransientQuery(query, 'EXPLAIN', context);
    const plan = planStatement({
      statement,
      text: '',
      context,
      queryNumber: this.#queryNumber,
      queries: this.#uses(),
    });
    if (plan !== undefined && 'query' in plan && plan.query !== undefined) return plan.query;
    throw sqlError('there is nothing to explain', { span: statement.span });
  }

  /** Checks a statement that changes nothing that later ones could see. */
  #check(statement: Statement, context: AnalysisContext, queries: readonly QueryUse[]): void {
    switch (statement.kind) {
      case 'InsertValues':
        recordToInsert(statement, context);
        return;
      case 'QueryStatement':
        if (statement.query.emit === undefined) planPull(statement.query, context);
        else planTransientQuery(statement.query, 'CHECK', context);
        return;
      case 'Explain':
        if (statement.statement !== undefined) {
          const query = queryOf(statement.statement);
          if (query !== undefined) planTransientQuery(query, 'CHECK', context);
        }
        return;
      case 'QueryControl':
        // A query that the script itself starts may be given another number when it runs.
        if (statement.queryId !== undefined && queries.every(({ id }) => this.#queries.has(id))) {
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

  async #topicsOf(statements: readonly Statement[]): Promise<ReadonlyMap<string, TopicFacts>> {
    const names = new Set(this.#catalog.sources().map(({ topic }) => topic.name));
    for (const statement of statements) {
      if (statement.kind !== 'CreateSource' && statement.kind !== 'CreateSourceAs') continue;
      for (const { name, value } of statement.properties) {
        if (name === 'KAFKA_TOPIC' && value.kind === 'StringLiteral') names.add(value.value);
      }
    }
    return this.#host.describeTopics([...names]);
  }

  #uses(): readonly QueryUse[] {
    return [...this.#queries.values()].map(({ running }) => useOf(running.plan));
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
      sources: plan.sources,
      ...(plan.sink === undefined ? {} : { sink: plan.sink }),
      ...(sink === undefined ? {} : { sinkTopic: sink.topic.name }),
      errors: running.errors(),
    };
  }

  #readOnly(context: AnalysisContext): ReadOnlyEngine {
    return { context, host: this.#host, queries: this.queries() };
  }
}

/** The topology that a plan would run as. */
function topologyOf(plan: QueryPlan, context: AnalysisContext): string {
  const builder = new StreamsBuilder();
  lower(plan.root, { builder, analysis: context });
  return builder.build().describe();
}

function useOf(plan: QueryPlan): QueryUse {
  const { queryId, sources, sink } = plan;
  return { id: queryId, sources, plan, ...(sink === undefined ? {} : { sink }) };
}
function usesAfter(queries: readonly QueryUse[], plan: StatementPlan): readonly QueryUse[] {
  if (plan.kind === 'dropSource') return queries.filter(({ id }) => !plan.terminate.includes(id));
  const query = 'query' in plan ? plan.query : undefined;
  return query === undefined ? queries : [...queries.filter(({ id }) => id !== query.queryId), useOf(query)];
}

/** A source's topic must be there, or the statement must say how to make it: a mistyped name makes no topic. */
function requireTopic(plan: StatementPlan, topics: ReadonlyMap<string, TopicFacts>): void {
  if (plan.kind !== 'createSource') return;
  const { name, partitions } = plan.topic;
  if (partitions !== undefined || topics.has(name)) return;
  throw sqlError(
    `Topic '${name}' does not exist. If you want to create a new topic for the stream/table please re-run the statement ` +
      "providing the required 'PARTITIONS' configuration in the WITH clause (and optionally 'REPLICAS'). " +
      `For example: CREATE ${plan.source.kind} ${plan.source.name} ... WITH (KAFKA_TOPIC='${name}', PARTITIONS=3);`,
    { hint: 'SHOW TOPICS; lists the topics that exist' },
  );
}

/** Topics that a script will have made count as there for what follows. */
function rememberTopic(plan: StatementPlan, topics: Map<string, TopicFacts>): void {
  if (plan.kind !== 'createSource' && plan.kind !== 'createAs') return;
  const { name, partitions, replicas } = plan.topic;
  if (!topics.has(name)) topics.set(name, { partitions: partitions ?? 1, replicas: replicas ?? 1 });
}

function sessionAfter(session: Session, statement: Statement): Session {
  switch (statement.kind) {
    case 'SetProperty':
      return withProperty(session, statement.name, statement.value);
    case 'UnsetProperty':
      return withProperty(session, statement.name, undefined);
    case 'DefineVariable':
      return withVariable(session, statement.name, statement.value);
    case 'UndefineVariable':
      return withVariable(session, statement.name, undefined);
    default:
      return session;
  }
}

function queryOf(statement: Statement): Query | undefined {
  return 'query' in statement ? statement.query : undefined;
}

function numberOf(queryId: string): number {
  const digits = /_([0-9]+)$/.exec(queryId)?.[1];
  return digits === undefined ? 0 : Number(digits);
}

function messageFor(plan: StatementPlan): string {
  switch (plan.kind) {
    case 'createSource':
      return plan.source.kind === 'STREAM' ? 'Stream created' : 'Table created';
    case 'createAs':
      return `Created query with ID ${plan.query.queryId}`;
    case 'insertInto':
      return `Created query with ID ${plan.query.queryId}`;
    case 'dropSource':
      return `Source \`${plan.name}\` (topic: ${plan.deleteTopic ?? 'kept'}) was dropped.`;
    case 'createType':
      return `Registered custom type with name '${plan.name}' and SQL type ${plan.type}`;
    case 'dropType':
      return `Dropped type '${plan.name}'`;
    case 'alterSource':
      return `Altered ${plan.source.kind.toLowerCase()} ${plan.source.name}`;
    case 'none':
      return plan.message;
  }
}

function columnsOf(step: Step): readonly ResultColumn[] {
  const keys = new Set(step.schema.key.map(({ name }) => name));
  return step.schema.row.map(({ name, type }) => ({ name, type: typeOfText(type), isKey: keys.has(name) }));
}

/** Shows a deletion by its key columns, where they were selected. */
function rowOf(columns: readonly ResultColumn[], root: Step): (record: PushRecord) => Observable<PushRow> {
  const keyNames = root.schema.key.map(({ name }) => name);
  return ({ key, row }) => {
    if (row !== null) return of({ columns: row });
    const keyOf = (name: string): Row[number] => key?.[keyNames.indexOf(name)] ?? null;
    return of({
      columns: columns.map(({ name, isKey }) => (isKey ? keyOf(name) : null)),
      tombstone: true,
    } as const);
  };
}
