import type { Expression } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { printType } from '../../serde/model/sql-type.ts';
import { bind } from './bind.ts';
import { mistake } from './binder.ts';
import type { BoundExpression } from './nodes.ts';
import type { BindOptions } from './scope.ts';

/** Binds a condition; NULL is one, too. @throws {DiagnosticError} that names the clause. */
export function bindPredicate(
  expression: Expression,
  clause: 'WHERE' | 'HAVING',
  options: BindOptions,
): BoundExpression {
  let bound: BoundExpression;
  try {
    bound = bind(expression, options);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const message = `Error in ${clause} expression: ${error.diagnostic.message}`;
    throw new DiagnosticError({ ...error.diagnostic, message }, { cause: error });
  }
  if (bound.type !== null && bound.type.kind !== 'BOOLEAN') throw noCondition(bound, clause);
  return bound;
}

/** The error for what is no condition. */
export function noCondition({ syntax, type }: BoundExpression, clause: string): DiagnosticError {
  return mistake(
    syntax,
    `Type error in ${clause} expression: Should evaluate to boolean but is ${formatExpression(syntax)} ` +
      `(${type === null ? 'null' : printType(type)}) instead.`,
  );
}
