import type { Expression } from '../../../grammar/ast.ts';
import { walkExpression } from '../../../grammar/traverse.ts';
import type { AnalysisContext } from './session.ts';

/** Whether an expression calls a function of CREATE FUNCTION: no code of users runs where statements are carried out. */
export function callsUsers(expression: Expression, { catalog }: Pick<AnalysisContext, 'catalog'>): boolean {
  if (catalog.functions().length === 0) return false;
  let calls = false;
  walkExpression(expression, (part) => {
    calls ||= part.kind === 'FunctionCall' && catalog.function(part.name) !== undefined;
    return !calls;
  });
  return calls;
}

/** Where a constant stands in its statement, by which the value is found that was computed for it. */
export function placeOfConstant({ span: { start, end } }: Expression): string {
  return `${start}-${end}`;
}
