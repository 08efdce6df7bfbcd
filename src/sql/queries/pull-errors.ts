import type { DiagnosticError, SourceSpan } from '../../base/errors.ts';
import { refuse } from '../analysis/sql-error.ts';
import { pullMessages } from '../messages/pull-queries.ts';

/** A WHERE clause that leads to no keys, where the table may not be read whole. @param reason one of `whereReasons`. */
export function whereError(
  reason: string,
  { windowed, span }: { readonly windowed: boolean; readonly span?: SourceSpan },
): DiagnosticError {
  return refuse(pullMessages.where(reason, { windowed }), span);
}

/** The condition cannot be answered from keys alone. */
export function tableScanRequired(): DiagnosticError {
  return refuse(pullMessages.tableScan());
}
