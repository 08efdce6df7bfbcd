import type { BoundExpression } from '../../../src/sql/bound/nodes.ts';

const kinds = {
  Arithmetic: true,
  Array: true,
  Call: true,
  Case: true,
  Cast: true,
  Column: true,
  Comparison: true,
  Constant: true,
  Failure: true,
  Field: true,
  Guard: true,
  In: true,
  IsNull: true,
  Lambda: true,
  Let: true,
  Like: true,
  Logical: true,
  Map: true,
  Not: true,
  Parameter: true,
  Sign: true,
  Struct: true,
  Subscript: true,
} as const satisfies Record<BoundExpression['kind'], true>;

/** All kinds of bound expressions, in order; the compiler says where one is missing. */
export const EXPRESSION_KINDS: readonly string[] = Object.keys(kinds).sort();
