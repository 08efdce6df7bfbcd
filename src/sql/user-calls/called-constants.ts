import type { Expression } from '../../../grammar/ast.ts';
import { columnsOf } from '../../../grammar/traverse.ts';
import { DiagnosticError } from '../../base/errors.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import { bindOver } from '../analysis/row-scope.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { callsUsers, placeOfConstant } from '../analysis/user-calls.ts';
import type { Programs } from './programs.ts';
import { rowProgram } from './row-program.ts';

/**
 * A context that knows the values of constants in which functions of users are called.
 * @throws {DiagnosticError} where one fails, with its place.
 */
export async function withCalledConstants(
  expressions: readonly Expression[],
  context: AnalysisContext,
  programs: Programs,
): Promise<AnalysisContext> {
  const calling = expressions.filter((each) => callsUsers(each, context));
  if (calling.length === 0) return context;
  const called = new Map<string, SqlValue>();
  for (const expression of calling) {
    called.set(placeOfConstant(expression), await valueOf(expression, context, programs));
  }
  return { ...context, called };
}

/** The constants of a condition that columns are compared with. */
export function comparedConstants(condition: Expression): readonly Expression[] {
  switch (condition.kind) {
    case 'Logical':
      return [...comparedConstants(condition.left), ...comparedConstants(condition.right)];
    case 'Comparison':
      return [condition.left, condition.right].filter(isConstant);
    case 'Between':
      return [condition.low, condition.high].filter(isConstant);
    case 'In':
      return condition.list.filter(isConstant);
    default:
      return [];
  }
}

const isConstant = (expression: Expression): boolean => columnsOf(expression).length === 0;

async function valueOf(
  expression: Expression,
  context: AnalysisContext,
  programs: Programs,
): Promise<SqlValue> {
  const columns = [bindOver([], expression, context)];
  const program = rowProgram({ row: [], columns, endedBy: 'any expression' }, context);
  try {
    const first = await programs.run(program, [[]]).next();
    return first.done === true ? null : (first.value[0]?.[0] ?? null);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    throw new DiagnosticError({ ...error.diagnostic, span: expression.span }, { cause: error });
  }
}
