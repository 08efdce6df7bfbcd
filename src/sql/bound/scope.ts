import type { SqlType } from '../../serde/model/sql-type.ts';
import type { FunctionConfig } from '../functions/definition.ts';
import type { FunctionRegistry } from '../functions/registry.ts';

/** Where an expression finds a column, and of which type it is. */
export interface ColumnBinding {
  /** Position in the row. */
  readonly index: number;
  readonly type: SqlType;
  /** ROWTIME or the bound of a window: it may be compared with the text of a timestamp. */
  readonly isRecordTime?: true;
}

/** The names that an expression may use. */
interface ExpressionScope {
  /** The column, or undefined when there is none of that name. */
  resolveColumn(name: string, source: string | undefined): ColumnBinding | undefined;
  /** A custom type by name. */
  resolveType?(name: string): SqlType | undefined;
}

export interface BindOptions {
  readonly scope: ExpressionScope;
  readonly functions: FunctionRegistry;
  /** Session and server properties. */
  readonly config?: FunctionConfig;
}
