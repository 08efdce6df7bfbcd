import type { Statement } from '../../../grammar/ast.ts';
import { DiagnosticError, type SourceSpan } from '../../base/errors.ts';
import { withSpan } from '../analysis/sql-error.ts';

/** Where a statement says what it is about: the name of its subject, or the statement itself. */
function placeOf(statement: Statement): SourceSpan {
  return 'nameSpan' in statement && statement.nameSpan !== undefined ? statement.nameSpan : statement.span;
}

/** Runs a step of a statement: a mistake that does not say where it is, is told at the statement's subject. */
export async function placed<T>(statement: Statement, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return withSpan(placeOf(statement), () => {
      throw error;
    });
  }
}
