import type { SqlType } from '../../serde/model/sql-type.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';

/** What an evaluation does with what goes wrong. */
export interface CompileOptions {
  /** Called for each evaluation that failed and became null (or excluded its row). */
  readonly onError?: (error: unknown, expressionText: string, row?: Row) => void;
  /**
   * What becomes of a column whose evaluation fails: null, or (arguments of table functions) the error goes on to the
   * caller of the projection. What fails inside of arguments and constructors is null in any case.
   */
  readonly failures?: 'null' | 'throw';
}

/** Compiled expressions read one row, by position. */
export type Evaluate = (row: Row) => SqlValue;
export type Test = (row: Row) => boolean;
export type Project = (row: Row) => SqlValue[];

export interface CompiledExpression {
  /** null: the expression is the NULL literal. */
  readonly type: SqlType | null;
  /** Never throws: a failure goes to `onError` and gives null. */
  readonly evaluate: Evaluate;
}
