import type { Observable } from 'rxjs';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import type { StoreQueryOptions } from '../../streams/runtime/queryable-stores.ts';
import type { PartPlace } from '../host/host.ts';
import type { QueryPlan } from '../physical/steps.ts';

/** A column of rows that are shown. */
export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly isKey: boolean;
  /** A column of headers, taken as it is: of all of them, or of those with a key. */
  readonly header?: { readonly key?: string };
}

/** Every row of a push query, as the columns of its SELECT list; a deletion has only its key columns. */
export interface PushRow {
  readonly columns: Row;
  readonly tombstone?: true;
  /** By which the query is continued behind this row, and all before it. */
  readonly continuationToken?: string;
}

export interface PushQuery {
  readonly kind: 'push';
  readonly id: string;
  readonly columns: readonly ResultColumn[];
  readonly plan: QueryPlan;
  /** By which the query is continued where it begins; undefined where it has no tokens. */
  readonly continuationToken: string | undefined;
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

/** Rows, some at a time: all at hand, or read as they are asked for. */
export type RowPages = AsyncIterable<readonly Row[]> | readonly (readonly Row[])[];

/** A SELECT over a table as it is now, which several servers may have parts of. */
export interface PullQuery {
  readonly kind: 'pull';
  readonly columns: readonly ResultColumn[];
  /** The persistent query that keeps the table, and the store that it keeps it in. */
  readonly keeper: { readonly queryId: string; readonly store: string };
  /** Rows that are asked for at most. */
  readonly limit: number | undefined;
  /** Whether it looks at the rows of one key, of several, or at all. */
  readonly reads: 'key' | 'keys' | 'all';
  /** The partitions that it reads, and who has them; none where servers have no addresses. */
  places(): Promise<readonly PartPlace[]>;
  /**
   * Reads what this process has, some rows at a time; what is wrong at once is an error now.
   * @throws {OperationalError} `STORE_NOT_AVAILABLE` where it does not have all of the part.
   */
  read(part: StoreQueryOptions): Promise<RowPages>;
}
