import { DiagnosticError, messageOf, OperationalError } from '../src/base/errors.ts';
import { ProtocolError } from '../src/base/protocol-error.ts';
import { renderTable } from './shell/table.ts';
import { writeOut } from './standard-streams.ts';

type Row = Readonly<Record<string, string | number | boolean | null | readonly number[]>>;

/** What is described as one object on one line, for programs: its parts are lists of rows. */
export function printObject(description: Readonly<Record<string, Row[string] | readonly Row[]>>): void {
  writeOut(`${JSON.stringify(description)}\n`);
}

/** Rows of a command as a table for people, or with `json` one object a line for programs. */
export function printRows(
  rows: readonly Row[],
  options: { readonly header: readonly string[]; readonly json?: boolean },
): void {
  if (options.json === true) {
    rows.forEach(printObject);
    return;
  }
  const cells = rows.map((row) => Object.values(row).map((value) => (value === null ? '-' : String(value))));
  const columns = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  writeOut(`${renderTable(options.header, cells, columns)}\n`);
}

/**
 * Ends the process quietly when whoever reads its output has gone, as in `| head`.
 */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    // A terminal that is gone ends the process by SIGHUP, in its own time.
    if (error.code !== 'EIO') throw error;
  });
}

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
