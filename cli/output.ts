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
