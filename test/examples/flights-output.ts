import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './example-process.ts';

export const flightsExample = path.join(root, 'examples/02-flights-sql');

/** What a terminal shows: rows are printed, what is said of the statements goes to standard error. */
export function expectedOutput(file: string): { readonly text: string; readonly errors: string } {
  const lines = readFileSync(path.join(flightsExample, file), 'utf8').split(/(?<=\n)/);
  const isRow = (line: string): boolean => /^[+|]/.test(line);
  return { text: lines.filter(isRow).join(''), errors: lines.filter((line) => !isRow(line)).join('') };
}
