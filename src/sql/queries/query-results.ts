import type { Observable } from 'rxjs';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { Row } from '../../serde/model/sql-value.ts';
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
