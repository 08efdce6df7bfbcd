import type { SqlType } from '../../serde/model/sql-type.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import type { FunctionConfig } from '../functions/definition.ts';
import type { FunctionRegistry } from '../functions/registry.ts';

/**
 * Where an expression finds a column. Compiled expressions take three arguments, `(value, key, record)`: two positional
 * rows and an object of whatever else is known of the record (ROWTIME, window bounds, headers).
 */
export type ColumnBinding =
  | { readonly type: SqlType; readonly from: 'value' | 'key'; readonly index: number }
  | { readonly type: SqlType; readonly from: 'record'; readonly field: string };

/** The names that an expression may use. */
export interface ExpressionScope {
  /** The column, or undefined when there is none of that name. */
  resolveColumn(name: string, source: string | undefined): ColumnBinding | undefined;
  /** A custom type by name. */
  resolveType?(name: string): SqlType | undefined;
}

export interface ExpressionOptions {
  readonly scope: ExpressionScope;
  readonly functions: FunctionRegistry;
  /** Session and server properties. */
  readonly config?: FunctionConfig;
  /** Called for each evaluation that failed and became null (or excluded its row). */
  readonly onError?: (error: unknown, expressionText: string) => void;
  /**
   * What becomes of a column whose evaluation fails: null, or (arguments of table functions) the error goes on to the
   * caller of the projection. What fails inside of arguments and constructors is null in any case.
   */
  readonly failures?: 'null' | 'throw';
}

/** What the engine knows of a record beside key and value, by field name. */
export type RecordFields = Readonly<Record<string, SqlValue>>;

export type Evaluate = (value: Row, key: Row, record: RecordFields) => SqlValue;
export type Test = (value: Row, key: Row, record: RecordFields) => boolean;
export type Project = (value: Row, key: Row, record: RecordFields) => SqlValue[];

export interface CompiledExpression {
  /** null: the expression is the NULL literal. */
  readonly type: SqlType | null;
  /** Never throws: a failure goes to `onError` and gives null. */
  readonly evaluate: Evaluate;
}
