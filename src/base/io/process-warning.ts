/** Warns whoever runs the process, on standard error: for what is found where nobody has given a logger. */
export function processWarning(message: string): void {
  process.emitWarning(message, 'MillraceWarning');
}
