import { DiagnosticError, messageOf, OperationalError } from '../src/base/errors.ts';
import { ProtocolError } from '../src/base/protocol-error.ts';

/** One clear message for whatever ended a command; a bug keeps its stack, because somebody has to find it. */
export function explain(error: unknown): string {
  if (error instanceof DiagnosticError) {
    const { message, detail, suggestion, hint } = error.diagnostic;
    return [
      message,
      detail,
      suggestion === undefined ? undefined : `did you mean ${suggestion}?`,
      hint === undefined ? undefined : `hint: ${hint}`,
    ]
      .filter((line) => line !== undefined)
      .join('\n');
  }
  if (error instanceof OperationalError || error instanceof ProtocolError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}
