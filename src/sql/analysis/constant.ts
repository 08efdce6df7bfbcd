import type { Expression } from '../../../grammar/ast.ts';
import type { AnalysisContext } from './session.ts';
import { compileExpression } from '../expressions/compile.ts';
import { bindOver } from './row-scope.ts';
import { literalValue, type TypedValue } from '../bound/literals.ts';

/** The value of an expression that names no column. @throws whatever evaluating it throws. */
export function constantOf(expression: Expression, context: AnalysisContext): TypedValue {
  const literal = literalValue(expression);
  if (literal !== undefined) return literal;
  let failure: { readonly error: unknown } | undefined;
  const { type, evaluate } = compileExpression(bindOver([], expression, context), {
    onError: (error) => {
      failure = { error };
    },
  });
  const value = evaluate([]);
  if (failure !== undefined) throw failure.error;
  return { type, value };
}
