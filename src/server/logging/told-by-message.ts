const NAMES = new Set(['OperationalError', 'DiagnosticError', 'SerdeError', 'ProtocolError']);

/** Whether an error's message says all there is to say; the stack of any other is what its bug is found by. */
export function isToldByMessage(error: Error): boolean {
  return NAMES.has(error.name);
}
