/**
 * Bound expressions as JSON, as plans keep them. What follows from the parts of a node is not repeated: columns have
 * their names and types from the row that they are read over, conditions are BOOLEAN. Types are SQL text.
 */
import type { ArithmeticOperator, ComparisonOperator } from '../../../../grammar/ast.ts';
import type { BoundExpression } from '../nodes.ts';

export type Json = null | boolean | number | string | readonly Json[];

export interface BindingRecord {
  readonly name: string;
  /** null: the type of NULL. */
  readonly type: string | null;
}

/** What a parameter of a function takes: a type, `INTERVAL`, null for NULL, or a lambda. */
export type ArgumentTypeRecord =
  | string
  | null
  | { readonly parameters: readonly string[]; readonly result: string };

/** Fields of each kind of node. */
interface Fields {
  readonly Constant: { readonly type: string | null; readonly value: Json };
  readonly Failure: { readonly type: string; readonly message: string };
  /** `time`: ROWTIME or the bound of a window. */
  readonly Column: { readonly index: number; readonly time?: true };
  /** `binding`: how many bindings enclose the one that is meant. */
  readonly Parameter: { readonly binding: number };
  readonly Let: {
    readonly binding: BindingRecord;
    readonly value: ExpressionRecord;
    readonly body: ExpressionRecord;
  };
  /** `text`: what is told of a failure. */
  readonly Guard: { readonly text: string; readonly operand: ExpressionRecord };
  readonly Cast: { readonly type: string; readonly operand: ExpressionRecord };
  readonly Sign: { readonly operator: '+' | '-'; readonly operand: ExpressionRecord };
  readonly Arithmetic: Binary<ArithmeticOperator> & { readonly type: string };
  readonly Comparison: Binary<ComparisonOperator>;
  readonly Logical: Binary<'AND' | 'OR'>;
  readonly Not: { readonly operand: ExpressionRecord };
  readonly IsNull: { readonly negated: boolean; readonly operand: ExpressionRecord };
  readonly In: { readonly operand: ExpressionRecord; readonly list: readonly ExpressionRecord[] };
  readonly Like: {
    readonly operand: ExpressionRecord;
    readonly pattern: ExpressionRecord;
    readonly escape?: string;
  };
  readonly Case: {
    readonly type: string | null;
    readonly branches: readonly { readonly when: ExpressionRecord; readonly result: ExpressionRecord }[];
    readonly otherwise?: ExpressionRecord;
  };
  readonly Array: { readonly type: string; readonly elements: readonly ExpressionRecord[] };
  readonly Map: {
    readonly type: string;
    readonly keys: readonly ExpressionRecord[];
    readonly values: readonly ExpressionRecord[];
  };
  readonly Struct: { readonly type: string; readonly values: readonly ExpressionRecord[] };
  readonly Subscript: { readonly base: ExpressionRecord; readonly index: ExpressionRecord };
  readonly Field: { readonly base: ExpressionRecord; readonly index: number };
  /** `overload` and `takes` say which one of the function's overloads was chosen, and for which types. */
  readonly Call: {
    readonly name: string;
    readonly overload: string;
    readonly takes: readonly ArgumentTypeRecord[];
    readonly type: string;
    readonly arguments: readonly ExpressionRecord[];
  };
  readonly Lambda: { readonly parameters: readonly BindingRecord[]; readonly body: ExpressionRecord };
}

interface Binary<O extends string> {
  readonly operator: O;
  readonly left: ExpressionRecord;
  readonly right: ExpressionRecord;
}

/** Every kind of node has a record: the compiler misses one that has none. */
export type ExpressionRecord = {
  readonly [K in BoundExpression['kind']]: { readonly kind: K } & Fields[K];
}[BoundExpression['kind']];
