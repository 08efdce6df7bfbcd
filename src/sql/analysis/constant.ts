import type { Expression } from '../../../grammar/ast.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { AnalysisContext } from './session.ts';
import { compileExpression } from '../expressions/compile.ts';
import { bindOver } from './row-scope.ts';
import { literalValue } from '../bound/literals.ts';
import { callsUsers, placeOfConstant } from './user-calls.ts';

interface Constant {
  /** null: the type of NULL. */
  readonly type: SqlType | null;
  /** Undefined while functions of users are still to be called for it, which is done when the statement is carried out. */
  readonly value: SqlValue | undefined;
}

/** The value of an expression that names no column. @throws whatever evaluating it throws. */
export function constantOf(expression: Expression, context: AnalysisContext): Constant {
  const literal = literalValue(expression);
  if (literal !== undefined) return literal;
  const bound = bindOver([], expression, context);
  if (callsUsers(expression, context)) {
    return { type: bound.type, value: context.called?.get(placeOfConstant(expression)) };
  }
  let failure: { readonly error: unknown } | undefined;
  const { type, evaluate } = compileExpression(bound, {
    onError: (error) => {
      failure = { error };
    },
  });
  const value = evaluate([]);
  if (failure !== undefined) throw failure.error;
  return { type, value };
}
