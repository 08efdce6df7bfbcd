import { type Diagnostic, DiagnosticError, type SourceSpan } from '../../base/errors.ts';

/** A mistake in a statement. */
export function sqlError(message: string, more: Omit<Diagnostic, 'message'> = {}): DiagnosticError {
  return new DiagnosticError({ message, ...more });
}

/** The same with the place in front of the message, as ksqlDB writes it: `Line: 3, Col: 70: …`. */
export function locatedError(
  message: string,
  span: SourceSpan,
  more: Omit<Diagnostic, 'message' | 'span'> = {},
): DiagnosticError {
  return sqlError(`Line: ${span.line}, Col: ${span.column}: ${message}`, { span, ...more });
}

/** Runs a step and puts `prefix` before the message of what it throws. */
export function withPrefix<T>(prefix: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    if (error.diagnostic.message.startsWith(prefix)) throw error;
    throw new DiagnosticError(
      { ...error.diagnostic, message: prefix + error.diagnostic.message },
      { cause: error },
    );
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

/** `A`, `A and B`, `A, B or C`. */
export function joinWords(words: readonly string[], last: 'and' | 'or'): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
