import type { ColumnReference } from '../../../grammar/ast.ts';
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

/** What the names of an expression mean. */
interface ExpressionScope {
  /** The column that a reference means, or undefined when there is none. */
  resolveColumn(reference: ColumnReference): ColumnBinding | undefined;
  /** A custom type by name. */
  resolveType?(name: string): SqlType | undefined;
}

export interface BindOptions {
  readonly scope: ExpressionScope;
  readonly functions: FunctionRegistry;
  /** Session and server properties. */
  readonly config?: FunctionConfig;
}
