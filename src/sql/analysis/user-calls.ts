import type { Expression } from '../../../grammar/ast.ts';
import { walkExpression } from '../../../grammar/traverse.ts';
import type { AnalysisContext } from './session.ts';
import { userFunctionMessages } from '../messages/user-functions.ts';
import { refuse } from './sql-error.ts';

/**
 * Refuses calls of functions of CREATE FUNCTION in what is computed where statements are carried out: no user's code runs there.
 * @throws {DiagnosticError}
 */
export function checkUserCalls(expression: Expression, where: string, { catalog }: AnalysisContext): void {
  if (catalog.functions().length === 0) return;
  walkExpression(expression, (part) => {
    if (part.kind !== 'FunctionCall' || catalog.function(part.name) === undefined) return;
    throw refuse(userFunctionMessages.misplaced(part.name, where), part.span);
  });
}
