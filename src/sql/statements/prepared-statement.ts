import type { Statement } from '../../../grammar/ast.ts';
import type { SchemaFacts } from '../analysis/schema-facts.ts';
import type { AnalysisContext, TopicFacts } from '../analysis/session.ts';
import type { PullPlan } from '../queries/pull-query.ts';
import type { Session } from './session.ts';
import type { StatementPlan } from './statement-plan.ts';

/** The plan that a statement was checked with, and what it was made for. It is used as long as that stays the same. */
export interface PreparedPlan {
  readonly plan: StatementPlan;
  /** Of the catalog and the queries. */
  readonly version: number;
  /** Number for the id of the query that it starts. */
  readonly queryNumber: number;
  /** What was known of the topics. */
  readonly topics: ReadonlyMap<string, TopicFacts>;
  /** What was known of the schema registry. */
  readonly schemas: SchemaFacts;
  /** See {@link AnalysisContext.methods}. */
  readonly methods?: AnalysisContext['methods'];
}

/** A statement that was checked, with the text that it was written in. */
export interface PreparedStatement {
  readonly statement: Statement;
  readonly text: string;
  /** The session as the statement finds it. */
  readonly session: Session;
  /** Of a statement that changes the catalog or starts a query. */
  readonly prepared?: PreparedPlan;
  /** Of a pull query that is like one before it; it is used as long as the version is the same. */
  readonly pull?: { readonly version: number; readonly plan: PullPlan };
}
