import type { Observable } from 'rxjs';
import type { SourceKind, Statement } from '../../../grammar/ast.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import type { TopicFacts } from '../analysis/session.ts';
import type { DataSource } from '../catalog/data-source.ts';
import type { SqlFunction } from '../functions/definition.ts';
import type { QueryPlan } from '../physical/steps.ts';
import type { QueryError, QueryState, QueryStatistics } from './host.ts';
import type { Session } from './session.ts';
import type { StatementPlan } from './statement-plan.ts';

/** A statement that was checked, with the text that it was written in. */
export interface PreparedStatement {
  readonly statement: Statement;
  readonly text: string;
  /** The session as the statement finds it. */
  readonly session: Session;
}

/** A column of rows that are shown. */
export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly isKey: boolean;
  /** A column of headers, taken as it is: of all of them, or of those with a key. */
  readonly header?: { readonly key?: string };
}

/** A query as SHOW QUERIES and EXPLAIN know it. */
export interface QueryDescription {
  readonly id: string;
  readonly text: string;
  readonly plan: QueryPlan;
  readonly state: QueryState;
  readonly kind: 'PERSISTENT' | 'PUSH';
  readonly columns: readonly ResultColumn[];
  readonly sources: readonly string[];
  readonly sink?: string;
  readonly sinkTopic?: string;
  readonly errors: readonly QueryError[];
  /** As they are when they are asked for; absent for a query that does not run. */
  readonly statistics?: () => Promise<QueryStatistics>;
}

export interface SourceDescription {
  readonly source: DataSource;
  readonly readQueries: readonly QueryDescription[];
  readonly writeQueries: readonly QueryDescription[];
  readonly topic?: TopicFacts;
  /** Names of the sources that are made from this one. */
  readonly constraints: readonly string[];
}

/** The rungs of the ladder, each as text. */
export interface Explanation {
  readonly text: string;
  /** The query that runs; absent for a statement that does not. */
  readonly query?: QueryDescription;
  readonly kind: QueryDescription['kind'];
  readonly columns: readonly ResultColumn[];
  readonly logicalPlan: string;
  /** The expressions of the logical plan: columns as positions, calls resolved, conversions, types. */
  readonly boundPlan: string;
  readonly physicalPlan: string;
  readonly plan: QueryPlan;
  readonly topology: string;
}

/** Every row of a push query, as the columns of its SELECT list; a deletion has only its key columns. */
export interface PushRow {
  readonly columns: Row;
  readonly tombstone?: true;
}

export interface PushQuery {
  readonly kind: 'push';
  readonly id: string;
  readonly columns: readonly ResultColumn[];
  readonly plan: QueryPlan;
  /** Completes after LIMIT rows, or at the end that a pull query has; errors when the query fails. */
  readonly rows$: Observable<PushRow>;
  /** Why the rows have come to an end, as ksqlDB says it. */
  finalMessage(): 'Limit Reached' | 'Query Completed';
  /** For a reader that is slower than the query: no record is processed until it is resumed. */
  pause(): void;
  resume(): void;
  /** Ends the query, wherever it is, and releases all that it has. */
  close(): Promise<void>;
}

export interface PullResult {
  readonly kind: 'pull';
  readonly columns: readonly ResultColumn[];
  /** Read as they are asked for, some at a time. */
  readonly rows: AsyncIterable<readonly Row[]>;
}

/** What executing a statement gives, by kind; how it is shown is for the server and the shell to say. */
export type StatementResult = { readonly text: string } & (
  | {
      readonly kind: 'ddl';
      readonly plan: StatementPlan;
      /** As ksqlDB words it: `Stream created`, `Created query with ID CSAS_X_0`. */
      readonly message: string;
      readonly queryId?: string;
    }
  | { readonly kind: 'inserted' }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'terminated'; readonly queryIds: readonly string[] }
  | { readonly kind: 'control'; readonly action: 'PAUSE' | 'RESUME'; readonly queryIds: readonly string[] }
  | {
      readonly kind: 'sources';
      readonly sourceKind: SourceKind;
      readonly extended: boolean;
      readonly sources: readonly SourceDescription[];
    }
  | { readonly kind: 'queries'; readonly extended: boolean; readonly queries: readonly QueryDescription[] }
  | { readonly kind: 'topics'; readonly extended: boolean; readonly topics: ReadonlyMap<string, TopicFacts> }
  | { readonly kind: 'functions'; readonly functions: readonly SqlFunction[] }
  | { readonly kind: 'types'; readonly types: ReadonlyMap<string, SqlType> }
  | { readonly kind: 'properties'; readonly properties: Readonly<Record<string, string>> }
  | { readonly kind: 'variables'; readonly variables: ReadonlyMap<string, string> }
  | { readonly kind: 'describeSource'; readonly description: SourceDescription; readonly extended: boolean }
  | { readonly kind: 'describeFunction'; readonly function: SqlFunction }
  | { readonly kind: 'explain'; readonly explanation: Explanation }
);
