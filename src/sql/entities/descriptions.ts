import type { SessionProperties, TopicFacts } from '../analysis/session.ts';
import type { DataSource } from '../catalog/data-source.ts';
import type { QueryError, QueryState, QueryStatistics } from '../host/host.ts';
import type { QueryPlan } from '../physical/steps.ts';
import type { ResultColumn } from '../queries/query-results.ts';

/** A query as SHOW QUERIES and EXPLAIN know it. */
export interface QueryDescription {
  readonly id: string;
  readonly text: string;
  readonly plan: QueryPlan;
  readonly state: QueryState;
  /** See {@link RunningQuery.standstill}. */
  readonly standstill?: string;
  readonly kind: 'PERSISTENT' | 'PUSH' | 'PULL';
  readonly columns: readonly ResultColumn[];
  readonly sources: readonly string[];
  readonly sink?: string;
  readonly sinkTopic?: string;
  /** Properties of the session that it was started in, which count over those of the server. */
  readonly overridden: SessionProperties;
  /** As they are when they are looked at: after its statistics, all that those count. */
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
  readonly sources: readonly string[];
  readonly sink?: string;
  /** The query as it was read. */
  readonly syntaxTree: string;
  readonly logicalPlan: string;
  /** The expressions of the logical plan: columns as positions, calls resolved, conversions, types. */
  readonly boundPlan: string;
  readonly physicalPlan: string;
  /** Empty for a pull query over a table, which runs none. */
  readonly topology: string;
}
