import type { Expression } from '../../../grammar/ast.ts';
import { DiagnosticError } from '../../base/errors.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import { bind } from './bind.ts';
import { CodeMistake, mistake } from './binder.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { headings } from '../messages/headings.ts';
import { headed } from '../messages/refusal.ts';
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
    const heading = error instanceof CodeMistake ? headings.predicate : headings.condition(clause);
    throw new DiagnosticError(headed(heading, error.diagnostic), { cause: error });
  }
  if (bound.type !== null && bound.type.kind !== 'BOOLEAN') {
    throw noCondition(expression, bound.type, clause);
  }
  return bound;
}

/** The error for what is no condition. */
export function noCondition(
  syntax: Expression,
  type: SqlType | null,
  clause: 'WHERE' | 'HAVING',
): DiagnosticError {
  return mistake(syntax, headed(headings.notCondition(clause), expressionMessages.notBoolean(syntax, type)));
}
