import type { Expression } from '../../../grammar/ast.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import { build } from './build.ts';
import { contextOf } from './context.ts';
import { literalValue as valueOfLiteral, type TypedValue } from './literals.ts';
import type { ExpressionOptions } from './scope.ts';

/** The type of an expression, null for the NULL literal. @throws {DiagnosticError} with ksqlDB's texts. */
export function typeOf(
  expression: Expression,
  options: Pick<ExpressionOptions, 'scope' | 'functions' | 'config'>,
): SqlType | null {
  const context = contextOf(options, build);
  return context.builder.frame(() => build(expression, context)).result.type;
}

/** The value of a literal, a sign before it included, with its type; undefined where the expression is no literal. */
export function literalOf(expression: Expression): TypedValue | undefined {
  return valueOfLiteral(expression);
}
