import { describe, expect, it } from 'vitest';
import { parse, parseExpression, parseTolerantly, parseType } from '../../grammar/parse.ts';
import { formatExpression } from '../../grammar/printer/expressions.ts';

/** As `grammar/limits.ts` has them. */
const NESTING_MAX = 80;
const EXPRESSION_DEPTH_MAX = 250;

/** What can stand inside of itself. */
const nested: Readonly<Record<string, (count: number) => string>> = {
  parentheses: (count) => `${'('.repeat(count)}a${')'.repeat(count)}`,
  calls: (count) => `${'ABS('.repeat(count)}a${')'.repeat(count)}`,
  'CASE WHEN': (count) => `${'CASE WHEN f THEN '.repeat(count)}a${' END'.repeat(count)}`,
  'CASE of a value': (count) => `${'CASE '.repeat(count)}a${' WHEN 1 THEN 2 END'.repeat(count)}`,
  casts: (count) => `${'CAST('.repeat(count)}a${' AS INT)'.repeat(count)}`,
  arrays: (count) => `${'ARRAY['.repeat(count)}a${']'.repeat(count)}`,
  maps: (count) => `${"MAP('k' := ".repeat(count)}a${')'.repeat(count)}`,
  structs: (count) => `${'STRUCT(x := '.repeat(count)}a${')'.repeat(count)}`,
  subscripts: (count) => `${'a['.repeat(count)}1${']'.repeat(count)}`,
  lambdas: (count) => `${'TRANSFORM(a, x => '.repeat(count)}1${')'.repeat(count)}`,
  IN: (count) => `${'a IN ('.repeat(count)}1${')'.repeat(count)}`,
  NOT: (count) => `${'NOT '.repeat(count)}a`,
  minus: (count) => `${'- '.repeat(count)}a`,
  plus: (count) => `${'+ '.repeat(count)}a`,
};

const chained: Readonly<Record<string, (count: number) => string>> = {
  sums: (count) => Array(count).fill('a').join(' + '),
  products: (count) => Array(count).fill('a').join(' * '),
  texts: (count) => Array(count).fill('a').join(' || '),
  subscripts: (count) => `a${'[1]'.repeat(count)}`,
  fields: (count) => `a${'->b'.repeat(count)}`,
};

describe('limits of a statement', () => {
  it.each(Object.entries(nested))('%s nest up to a limit, and further in words', (_name, make) => {
    expect(() => parseExpression(make(NESTING_MAX - 2))).not.toThrow();
    for (const count of [NESTING_MAX + 1, 200, 5_000]) {
      expect(() => parseExpression(make(count))).toThrow(/^line 1:\d+: it nests deeper than 80 levels$/);
    }
    // The parser is as it was.
    expect(parseExpression('a').kind).toBe('ColumnReference');
  });

  it.each([
    ['ARRAY<', '>'],
    ['MAP<STRING, ', '>'],
    ['STRUCT<x ', '>'],
  ])('types nest up to a limit: %s', (open, close) => {
    const make = (count: number): string => `${open.repeat(count)}INT${close.repeat(count)}`;
    expect(() => parseType(make(NESTING_MAX - 2))).not.toThrow();
    expect(() => parseType(make(500))).toThrow(/^line 1:\d+: it nests deeper than 80 levels$/);
  });

  it.each(Object.entries(chained))('chains of %s have a limit, too', (_name, make) => {
    expect(() => parseExpression(make(EXPRESSION_DEPTH_MAX - 1))).not.toThrow();
    expect(() => parseExpression(make(4_000))).toThrow(
      /^line 1:\d+: an expression has more than 250 levels of operators and calls$/,
    );
  });

  it('has the place of what is too deep, in its line', () => {
    const sql = `SELECT a,\n  ${'ABS('.repeat(150)}a${')'.repeat(150)} FROM s;`;
    expect(() => parse(sql)).toThrow(/^line 2:323: it nests deeper/);
  });

  it.each(['AND', 'OR'])('thousands of conditions with %s between them are no deep tree', (operator) => {
    const sql = Array.from({ length: 4_000 }, (_, index) => `a = ${index}`).join(` ${operator} `);
    const printed = formatExpression(parseExpression(sql));
    const numbers = [...printed.matchAll(/A = (\d+)/g)].map((match) => Number(match[1]));
    expect(numbers).toEqual(Array.from({ length: 4_000 }, (_, index) => index));
  });

  it('has a limit for the items of a list', () => {
    const select = (count: number): string => `SELECT ${Array(count).fill('a').join(', ')} FROM s;`;
    expect(() => parse(select(4_000))).not.toThrow();
    expect(() => parse(select(10_001))).toThrow('line 1:1: a list has more than 10000 items');
  });

  it('has a limit for the length of a script', () => {
    expect(() => parse(' '.repeat(4_000_001))).toThrow('line 1:1: a script has more than 4000000 characters');
  });

  it('counts the values of variables, which double in a few lines to a text of gigabytes', () => {
    const doubled = Array.from({ length: 30 }, (_, at) => `DEFINE v${at + 1} = '\${v${at}}\${v${at}}';`);
    const script = ["DEFINE v0 = 'abcdefghij';", ...doubled].join('\n');
    expect(() => parse(script)).toThrow('line 19:1: a script has more than 4000000 characters');
    expect(parseTolerantly(script).diagnostics.map(({ span }) => span?.line)).toContain(19);
  });
});

describe('chains of operators', () => {
  it.each([
    ['a + b * c', '(A + (B * C))'],
    ['a * b + c', '((A * B) + C)'],
    ['a - b - c', '((A - B) - C)'],
    ['a || b + c || d', 'CONCAT(CONCAT(A, (B + C)), D)'],
    ['a % b / c * d - e', '((((A % B) / C) * D) - E)'],
    ['a = 1 OR b = 2 AND c = 3 OR d = 4', '(((A = 1) OR ((B = 2) AND (C = 3))) OR (D = 4))'],
    ['(a = 1 OR b = 2) AND NOT c = 3', '(((A = 1) OR (B = 2)) AND (NOT (C = 3)))'],
  ])('%s', (text, printed) => {
    expect(formatExpression(parseExpression(text))).toBe(printed);
  });

  it('knows where each part stands, parentheses included', () => {
    const sum = parseExpression('a + (b * c) + d');
    expect([sum.span.start, sum.span.end]).toEqual([0, 15]);
    if (sum.kind !== 'Arithmetic') throw new Error(sum.kind);
    expect([sum.left.span.start, sum.left.span.end]).toEqual([0, 11]);
  });
});
