import { scanStatements } from './statement-scanner.ts';

/** An open quote or comment, which takes what is typed up to its end, shows its mark, as in psql. */
export function continuation(textBefore: string): string {
  const mark = scanStatements(textBefore).unclosed?.mark;
  return `       ${mark === undefined ? '-' : mark.slice(-1)}> `;
}
