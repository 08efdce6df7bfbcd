import type { Print, Query, Statement } from '../../../grammar/ast.ts';
import type { SourceSpan } from '../../base/errors.ts';
import type { Timers } from '../../base/environment.ts';
import type { Refusal } from '../../base/errors.ts';
import type { InPieces } from '../../base/pieces.ts';
import type { TimeSlice } from '../../base/time-slice.ts';
import type { SchemaNeeds } from '../analysis/schema-needs.ts';
import type { SchemaRegistration } from '../analysis/written-schemas.ts';
import type { AnalysisContext, SessionProperties, TopicFacts } from '../analysis/session.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { QueryDescription } from '../entities/descriptions.ts';
import type { ServerFacts } from '../entities/server-facts.ts';
import type { StatementEntity } from '../entities/statement-entity.ts';
import type { UserFunctionRecord } from '../functions/user/function-record.ts';
import type { RunningQuery, SqlHost } from '../host/host.ts';
import type { TopicRequest } from '../physical/topic-request.ts';
import type { QueryPlan } from '../physical/steps.ts';
import type { Programs } from '../user-calls/programs.ts';
import type { Session } from './session.ts';

export type StatementKind = Statement['kind'];
export type StatementOf<K extends StatementKind> = Extract<Statement, { readonly kind: K }>;

/**
 * What a statement must know of the topics of the catalog: nothing; what is known, so that it is answered although the
 * cluster does not answer; or how they are now, because what it decides is recorded or run.
 */
export type TopicNeed = 'nothing' | 'known' | 'current';

/** What all definitions have. */
interface StatementBase<S extends Statement> {
  topicNeed(statement: S): TopicNeed;
}

/** A statement and what it is checked against. */
interface CheckInput<S extends Statement> {
  readonly statement: S;
  readonly context: AnalysisContext;
  /** The persistent queries, as the statements before it leave them. */
  readonly queries: readonly QueryPlan[];
  /** Those that run now. */
  readonly running: RunningQueries;
}

/** A statement and what it is planned for. */
export interface PlanInput<S extends Statement> {
  readonly statement: S;
  /** As it was written. */
  readonly text: string;
  readonly context: AnalysisContext;
  /** Number for the id of a query that the statement starts. */
  readonly queryNumber: number;
  /** The persistent queries that run. */
  readonly queries: readonly QueryPlan[];
}

/** What plans have in common: what an engine does with each of them, whatever its statement. */
export interface PlanBase {
  readonly version: number;
  /** The statement as it was written. */
  readonly text: string;
  readonly kind: string;
  /** A topic that must be there before the plan is recorded. */
  readonly topic?: TopicRequest;
  /** Schemas that must be registered before the plan is recorded. */
  readonly registrations?: readonly SchemaRegistration[];
  /** A query that is started, in the place of the one that has its id. */
  readonly query?: QueryPlan;
  /** Ids of queries that end. */
  readonly terminate?: readonly string[];
  /** Name of a topic that is deleted. */
  readonly deleteTopic?: string;
  /** Its id, so that nobody deletes one that has come in its place; null where there was none. Absent in older records. */
  readonly deleteTopicId?: string | null;
  /** Subjects of the schemas of that topic, which go with it. Absent where its formats have none, and in older records. */
  readonly deleteSubjects?: readonly string[];
  /** Name of a property whose value is another one for all queries from now on. */
  readonly alteredProperty?: string;
}

/** The plan of a statement that is right and changes nothing, such as IF NOT EXISTS where it exists. It is not recorded. */
export interface NothingToDo extends PlanBase {
  readonly kind: 'none';
  /** The source or type that it would make or drop: it waits for others that do. */
  readonly name: string;
  readonly message: string;
  /** Of what would be recorded; absent where ksqlDB warns instead of recording. */
  readonly commandId?: string;
}

/** A function that is to be tried: what runs its source looks outside of the statement. */
export interface SourceNeeds {
  readonly record: UserFunctionRecord;
  readonly span: SourceSpan;
}

/**
 * A statement that changes the catalog or starts a query. In the order of its functions: it is planned against the
 * catalog, checked against the topics and, by the engine, against the cluster; it is recorded under an id, applied, and
 * answered by a message.
 */
export interface PlannedStatement<S extends Statement, P extends PlanBase> extends StatementBase<S> {
  readonly family: 'planned';
  readonly planKind: P['kind'];
  /** Several such statements act on one object, and none takes the place of another. */
  readonly isRepeatable?: true;
  /** The statement as it was stated, where another engine has written into it what it has decided for it. */
  asStated?(statement: S): S;
  /** The property of the service that it sets: whoever knows the properties checks it. */
  systemProperty?(statement: S): { readonly name: string; readonly value: string };
  /** What it must know of the schema registry; absent: nothing. */
  schemaNeeds?(statement: S, properties: SessionProperties): SchemaNeeds;
  /** A function whose source is tried before the statement is planned; absent, and undefined: none. @throws {DiagnosticError} */
  sourceNeeds?(statement: S, context: AnalysisContext): SourceNeeds | undefined;
  /** A pure function: it looks at nothing but its argument. @throws {DiagnosticError} */
  plan(input: PlanInput<S>): P | NothingToDo;
  /** The same, of a statement that may be long. */
  planInPieces?(input: PlanInput<S>): InPieces<P | NothingToDo>;
  /** @throws {DiagnosticError} where a topic is not as the plan has it. */
  checkTopics?(plan: P, topics: ReadonlyMap<string, TopicFacts>): void;
  /** ``stream/`X`/create``, as ksqlDB names its commands. */
  commandId(plan: P): string;
  /** The catalog as the plan leaves it. */
  apply(plan: P, catalog: Catalog): Catalog;
  /** What carrying out a plan answers, in ksqlDB's words. */
  message(plan: P): string;
}

/** What the command of a statement that controls queries says. Without an id it means all queries. */
export interface QueryAction {
  readonly action: 'TERMINATE' | 'PAUSE' | 'RESUME';
  readonly queryId?: string;
}

/** A statement that ends or holds up queries. It is recorded, and planned on nothing. */
export interface ControlStatement<S extends Statement> extends StatementBase<S> {
  readonly family: 'control';
  /** @throws {DiagnosticError} */
  check(input: CheckInput<S>): void;
  action(statement: S): QueryAction;
  commandId(action: QueryAction): string;
  /** The queries that are left of `plans`. */
  plansAfter(action: QueryAction, plans: readonly QueryPlan[]): readonly QueryPlan[];
  message(action: QueryAction): string;
}

/** A statement that changes the session of who states it, and nothing else. */
export interface SessionStatement<S extends Statement> extends StatementBase<S> {
  readonly family: 'session';
  /** The property that is set, or of which the value is taken back: whoever knows the properties checks it. */
  property?(statement: S): { readonly name: string; readonly value?: string };
  apply(statement: S, session: Session): Session;
  /** What ksqlDB's API says of it; undefined where it answers nothing. */
  entity(statement: S, text: string, facts: ServerFacts): StatementEntity | undefined;
}

/** What a statement streams: the rows of a query, or the records of a topic. */
export type Streamed =
  | { readonly of: 'query'; readonly query: Query }
  | { readonly of: 'topic'; readonly print: Print };

/** A statement that is answered by rows as they come: SELECT and PRINT. */
export interface QueryStatement<S extends Statement> extends StatementBase<S> {
  readonly family: 'query';
  /** In pieces where it may take long. @throws {DiagnosticError} */
  check(input: CheckInput<S>): void | InPieces<void>;
  streamed(statement: S): Streamed;
}

/** What a direct statement gives, by kind. */
export interface DirectResult {
  readonly kind: string;
  readonly text: string;
}

/** A statement that is carried out at once, and is not recorded: SHOW, DESCRIBE, EXPLAIN, INSERT VALUES. */
export interface DirectStatement<S extends Statement, R extends DirectResult> extends StatementBase<S> {
  readonly family: 'direct';
  /** What it refuses when it is carried out is no mistake in it, but that something is not as it says. */
  readonly isAssertion?: true;
  /** In pieces where it may take long. @throws {DiagnosticError} */
  check(input: CheckInput<S>): void | InPieces<void>;
  /** @throws {DiagnosticError} */
  execute(input: ExecuteInput<S>): Promise<R>;
  /** The result as ksqlDB's API puts it; undefined where it answers nothing. */
  entity(
    result: R,
    input: { readonly statement: S; readonly facts: ServerFacts },
  ): Promise<StatementEntity | undefined>;
}

/** A persistent query and the statement that made it. */
export interface PersistentQuery {
  readonly text: string;
  readonly running: RunningQuery;
  /** What the session had set that the statement was made in. */
  readonly overridden: SessionProperties;
}

/** What is said of a query that there is not. @param suggestion the nearest id that there is. */
export type MissingQuery = (id: string, suggestion: string | undefined) => Refusal;

/** The persistent queries, for statements that look at them. */
export interface RunningQueries {
  has(id: string): boolean;
  /** @throws {DiagnosticError} with the nearest id that there is. */
  require(id: string, missing?: MissingQuery): PersistentQuery;
  /** The query that keeps the rows of a table; undefined where none of this process does. */
  keeperOf(source: string): PersistentQuery | undefined;
  describe(query: PersistentQuery): QueryDescription;
  descriptions(): readonly QueryDescription[];
}

/** A direct statement, and what it looks at. */
export interface ExecuteInput<S extends Statement> {
  readonly statement: S;
  readonly text: string;
  readonly session: Session;
  readonly context: AnalysisContext;
  /** The same without what the session has set. */
  readonly serverContext: AnalysisContext;
  readonly host: Pick<SqlHost, 'describeTopics' | 'listTopics' | 'produce' | 'registry'>;
  readonly running: RunningQueries;
  /** The query that a statement would start; undefined where it starts none. */
  planQuery(statement: Statement): InPieces<QueryPlan | undefined>;
  /** Where others run on the event loop, too. */
  readonly slice: TimeSlice | undefined;
  /** Undefined where no time passes: nothing is waited for. */
  readonly timers: Timers | undefined;
  /** Aborted when the engine is closed. */
  readonly signal: AbortSignal;
  /** Calls functions of users. */
  readonly programs: Programs;
}
