import { describe, expect, it } from 'vitest';
import { highlight } from '../../cli/shell/highlight.ts';
import { scanStatements } from '../../cli/shell/statement-scanner.ts';
import { parseScript } from '../../grammar/index.ts';

/** Every character that some rule of the field takes for white space or for the end of a line. */
const BLANKS = [
  ' ',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\v',
  '\f',
  '\u00a0',
  '\u0085',
  '\u1680',
  '\u2003',
  '\u2028',
  '\u2029',
  '\u3000',
  '\ufeff',
];
const named = BLANKS.map((blank) => [JSON.stringify(blank), blank] as const);

const server = (text: string): readonly string[] => parseScript(text).map((each) => each.text);
const shell = (text: string): readonly string[] => scanStatements(text).statements.map((each) => each.text);

/** Where the server reads a text, the shell cuts it into as many statements; what the server refuses is not passed over. */
function expectNothingLost(text: string): void {
  let statements: readonly string[];
  try {
    statements = server(text);
  } catch {
    const { isOpen, statements: cut } = scanStatements(text);
    expect(isOpen || cut.some((each) => isRefused(each.text))).toBe(true);
    return;
  }
  expect(shell(text)).toHaveLength(statements.length);
}

function isRefused(text: string): boolean {
  try {
    server(text);
    return false;
  } catch {
    return true;
  }
}

describe('the shell and the grammar agree on what lies between statements', () => {
  it.each(named)('%s after a comment', (_name, blank) => {
    expectNothingLost(`SHOW STREAMS; -- first${blank}SHOW TABLES; -- second${blank}SHOW TYPES;`);
  });

  it.each(named)('%s before, between and after statements', (_name, blank) => {
    for (const text of [`${blank}SHOW TABLES;`, `SHOW STREAMS;${blank}SHOW TABLES;`, `SHOW TABLES;${blank}`])
      expectNothingLost(text);
  });

  it('a carriage return ends a comment', () => {
    expect(shell('SHOW STREAMS; -- a\rSHOW TABLES;')).toEqual(['SHOW STREAMS;', '-- a\rSHOW TABLES;']);
    expect(highlight('-- a\rSHOW')).toBe('\u001b[90m-- a\u001b[0m\r\u001b[1;34mSHOW\u001b[0m');
  });
});
