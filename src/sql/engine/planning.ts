import type { Statement } from '../../../grammar/ast.ts';
import type { ParsedStatement } from '../../../grammar/parse.ts';
import { inTurns } from '../../base/pieces.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { sessionOverServer } from '../analysis/property-names.ts';
import type { AnalysisContext, SessionProperties, TopicFacts } from '../analysis/session.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { UserFunctionRecord } from '../functions/user/function-record.ts';
import { withUserFunctions } from '../functions/user/user-function.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import type { SqlHost } from '../host/host.ts';
import type { PlannedStatement, RunningQueries } from '../statements/definition.ts';
import type { PreparedPlan, PreparedStatement } from '../statements/prepared-statement.ts';
import type { Session } from '../statements/session.ts';
import type { StatementPlan } from '../statements/statement-plan.ts';
import { type PropertyCheck, type QueryNumbering, ScriptCheck } from './check-script.ts';
import { checkedPlan, isSamePlan, planAnew } from './checked-plan.ts';
import type { EngineState } from './engine-state.ts';
import type { StatementEnvironment } from './script-parser.ts';
import { schemasFor } from './schema-needs.ts';
import type { TextPlanner } from './replay-commands.ts';
import { planText } from './plan-text.ts';
import { placed } from './statement-place.ts';
import { triedFunction } from './try-functions.ts';
import { topicsFor } from './topic-needs.ts';

interface PlanningOptions {
  readonly host: SqlHost;
  readonly functions: FunctionRegistry;
  /** Of the server, below those of sessions. */
  readonly properties: SessionProperties;
  /** The queries that run now. */
  readonly running: RunningQueries;
  /** Absent: everything is planned in one turn of the event loop. */
  readonly environment: StatementEnvironment | undefined;
  /** What statements are planned on. */
  readonly state: () => EngineState;
  /** The number in the id of the next query that is started. */
  readonly nextNumber: () => number;
}

export interface PrepareOptions {
  /** The number in the id of the first query that the script starts; by default the engine counts. */
  readonly nextNumber?: () => number;
  readonly numbering?: QueryNumbering;
  readonly checkProperty?: PropertyCheck;
  /** Of ALTER SYSTEM. */
  readonly checkSystemProperty?: PropertyCheck;
}

/** @param queryNumber the number in the id of a query that a statement starts; by default the engine counts. */
export interface PlanOptions {
  readonly queryNumber?: number;
}

/** Checks and plans statements on what the engine has now. It changes nothing. */
export class Planning {
  readonly #options: PlanningOptions;
  readonly #functions = new WeakMap<readonly UserFunctionRecord[], FunctionRegistry>();

  constructor(options: PlanningOptions) {
    this.#options = options;
  }

  /** A slice of the event loop for what may take long; undefined where nobody else waits for it. */
  slice(): TimeSlice | undefined {
    const { environment } = this.#options;
    return environment === undefined ? undefined : new TimeSlice(environment);
  }

  /** What a statement of a session is analysed against. */
  context(session: Session, topics: ReadonlyMap<string, TopicFacts>, catalog: Catalog): AnalysisContext {
    const { properties } = this.#options;
    const functions = this.#functionsOf(catalog);
    const server = sessionOverServer(properties, catalog.systemProperties);
    return { catalog, functions, properties: sessionOverServer(server, session.properties), topics };
  }

  /** See {@link planText}. */
  textPlanner(): TextPlanner {
    const { host } = this.#options;
    let topics: Promise<ReadonlyMap<string, TopicFacts>> | undefined;
    return async (recorded, state) => {
      topics ??= host.listTopics();
      const facts = await topics;
      return planText(recorded, state, {
        registry: host.registry,
        contextOf: (session, catalog) => this.context(session, facts, catalog),
      });
    };
  }

  /** All functions that statements call: those of the server, and those of CREATE FUNCTION. */
  #functionsOf(catalog: Catalog): FunctionRegistry {
    const records = catalog.functions();
    let functions = this.#functions.get(records);
    if (functions === undefined) {
      functions = withUserFunctions(this.#options.functions, records);
      this.#functions.set(records, functions);
    }
    return functions;
  }

  /** What statements must know of topics. */
  topicsOf(statements: readonly Statement[]): Promise<ReadonlyMap<string, TopicFacts>> {
    const { host, state } = this.#options;
    return topicsFor(statements, { catalog: state().catalog, host });
  }

  /** Checks the statements of a script. @throws {DiagnosticError} for the first one that is wrong. */
  async check(
    parsed: readonly ParsedStatement[],
    session: Session,
    { nextNumber, numbering = 'by-query', ...checks }: PrepareOptions,
  ): Promise<readonly PreparedStatement[]> {
    const topics = await this.topicsOf(parsed.map(({ statement }) => statement));
    const { host, running, environment, state } = this.#options;
    const check = new ScriptCheck(
      { session, topics, state: state() },
      {
        ...{ host, running, environment, numbering },
        nextNumber: nextNumber ?? this.#options.nextNumber,
        ...checks,
        contextOf: this.context.bind(this),
      },
    );
    return check.run(parsed);
  }

  /**
   * The plan of a statement that changes the catalog or starts a query, which the cluster would have. It is the one that
   * the statement was prepared with, where nothing has changed since.
   * @throws {DiagnosticError} for whatever cannot be done.
   */
  async plan(
    { statement, text, session, prepared }: PreparedStatement,
    definition: PlannedStatement<Statement, StatementPlan>,
    { queryNumber = this.#options.nextNumber() }: PlanOptions,
  ): Promise<PreparedPlan> {
    const { host, state } = this.#options;
    if (prepared?.version === state().version && prepared.queryNumber === queryNumber) return prepared;
    const topics = await this.topicsOf([statement]);
    const { version, catalog, queries } = state();
    const plain = this.context(session, topics, catalog);
    const schemas = await schemasFor(statement, plain, { registry: host.registry });
    const tried = await triedFunction(statement, plain, this.#options.environment);
    const context = { ...plain, schemas, ...tried };
    const input = { statement, text, context, queryNumber, queries };
    const plan = await checkedPlan(definition, input, { host, slice: this.slice() });
    return { plan, version, queryNumber, topics, schemas, ...tried };
  }

  /**
   * A plan as it is now, where other statements have changed something since it was checked. It asks nobody.
   * @returns undefined where what it decides is not the same any more: then it has to be checked again.
   * @throws {DiagnosticError} where it cannot be done any more.
   */
  planAgain(
    prepared: PreparedStatement,
    checked: PreparedPlan,
    queryNumber: number,
  ): Promise<StatementPlan | undefined> {
    const { statement, text, session } = prepared;
    return placed(statement, async () => {
      const { version, catalog, queries } = this.#options.state();
      if (version === checked.version && queryNumber === checked.queryNumber) return checked.plan;
      const { topics, schemas, methods = [] } = checked;
      const context = { ...this.context(session, topics, catalog), schemas, methods };
      // Whatever is recorded meanwhile takes the place in the command topic that this plan is made for.
      const now = await inTurns(planAnew({ statement, text, context, queryNumber, queries }), this.slice());
      return now !== undefined && isSamePlan(checked.plan, now) ? now : undefined;
    });
  }
}
