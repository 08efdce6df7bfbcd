import { type Diagnostic, DiagnosticError, type SourceSpan, type Refusal } from '../../base/errors.ts';
import { headed } from '../messages/refusal.ts';

/** A mistake in a script of cases, or in a statement; those of statements have their words in `src/sql/messages`. */
export function sqlError(message: string, more: Omit<Diagnostic, 'message'> = {}): DiagnosticError {
  return new DiagnosticError({ message, ...more });
}

/** A refusal at its place. */
export function refuse(refusal: Refusal, span?: SourceSpan): DiagnosticError {
  return new DiagnosticError(span === undefined ? refusal : { ...refusal, span });
}

/** The same with the place in front of the message, as ksqlDB writes it: `Line: 3, Col: 70: …`. */
export function refuseAt(refusal: Refusal, span: SourceSpan): DiagnosticError {
  return refuse(headed(`Line: ${span.line}, Col: ${span.column}: `, refusal), span);
}

/** Runs a step and puts `prefix` before the message of what it throws. */
export function withPrefix<T>(prefix: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    if (error.diagnostic.message.startsWith(prefix)) throw error;
    throw new DiagnosticError(headed(prefix, error.diagnostic), { cause: error });
  }
}

/** Runs a step and says where, if what it throws does not. */
export function withSpan<T>(span: SourceSpan, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof DiagnosticError) || error.diagnostic.span !== undefined) throw error;
    throw new DiagnosticError({ ...error.diagnostic, span }, { cause: error });
  }
}
