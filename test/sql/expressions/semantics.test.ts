import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../src/serde/model/decimal.ts';
import type { SqlValue } from '../../../src/serde/model/sql-value.ts';
import {
  defineFunction,
  builtInRegistry,
  overload,
  overloadWithNulls,
} from '../../../src/sql/functions/index.ts';
import { printType } from '../../../src/sql/types/index.ts';
import { evaluate, holds } from '../expression-harness.ts';

const schema =
  'I INTEGER, B BIGINT, D DOUBLE, X DECIMAL(4, 2), S STRING, T BOOLEAN, N INTEGER, NB BOOLEAN, ' +
  'A ARRAY<INTEGER>, M MAP<STRING, INTEGER>, R STRUCT<F STRING, G STRUCT<H INTEGER>>, DA DATE, TI TIME, TS TIMESTAMP';
const structure: SqlValue[] = [[1, null, 3], new Map<SqlValue, SqlValue>([['k', 7]]), ['f', [9]]];
const scalars: SqlValue[] = [5, 2n ** 60n, 1.5, new Decimal(1050n, 2), 'abc', true, null, null];
const row: SqlValue[] = [...scalars, ...structure, 10, 10, 10];

const value = (sql: string): SqlValue => evaluate(sql, { schema, row }).value;
const text = (sql: string): string | null => {
  const result = evaluate(`CAST(${sql} AS STRING)`, { schema, row }).value;
  return typeof result === 'string' ? result : null;
};
const typeOf = (sql: string): string | null => {
  const { type } = evaluate(sql, { schema, row });
  return type && printType(type);
};
const test = (sql: string): boolean => holds(sql, { schema, row });

describe('literals', () => {
  it.each([
    ['1', 'INTEGER'],
    ['-2147483648', 'INTEGER'],
    ['2147483648', 'BIGINT'],
    ['-9223372036854775808', 'BIGINT'],
    ['1.5', 'DECIMAL(2, 1)'],
    ['0.005', 'DECIMAL(4, 3)'],
    ['-10.50', 'DECIMAL(4, 2)'],
    ['1e3', 'DOUBLE'],
    ["'x'", 'STRING'],
    ['TRUE', 'BOOLEAN'],
  ])('%s is %s', (sql, type) => {
    expect(typeOf(sql)).toBe(type);
  });

  it('have limits', () => {
    expect(() => value('9223372036854775808')).toThrow('Invalid numeric literal: 9223372036854775808');
    expect(() => value('1e999')).toThrow('Number overflows DOUBLE: 1e999');
  });
});

describe('arithmetic', () => {
  it.each([
    ['I + 1', '6', 'INTEGER'],
    ['2147483647 + I', '-2147483644', 'INTEGER'],
    ['I * 2147483647', '2147483643', 'INTEGER'],
    ['7 / 2 * -1', '-3', 'INTEGER'],
    ['-7 % 3', '-1', 'INTEGER'],
    ['B * 16', '0', 'BIGINT'],
    ['B + I', '1152921504606846981', 'BIGINT'],
    ['9223372036854775807 + I', '-9223372036854775804', 'BIGINT'],
    ['D / 0', 'Infinity', 'DOUBLE'],
    ['D + I', '6.5', 'DOUBLE'],
    ['X + I', '15.50', 'DECIMAL(13, 2)'],
    ['X - X', '0.00', 'DECIMAL(5, 2)'],
    ['X * 2.5', '26.250', 'DECIMAL(7, 3)'],
    ['X / 4', '2.6250000000000', 'DECIMAL(15, 13)'],
    ['X % 4', '2.50', 'DECIMAL(4, 2)'],
    ['X + D', '12.0', 'DOUBLE'],
    ['-X', '-10.50', 'DECIMAL(4, 2)'],
    ["S + 'd'", 'abcd', 'STRING'],
    ["S || 'd'", 'abcd', 'STRING'],
  ])('%s is %s of type %s', (sql, result, type) => {
    expect(text(sql)).toBe(result);
    expect(typeOf(sql)).toBe(type);
  });

  it('fails on division by zero and where decimals are not exact', () => {
    for (const sql of ['I / 0', 'B % 0', 'X / 0', 'X / 9', 'CAST(1 AS DECIMAL(1, 0)) / 3']) {
      const { value: result, errors } = evaluate(sql, { schema, row });
      expect(result, sql).toBeNull();
      expect(errors, sql).toHaveLength(1);
    }
  });

  it('refuses operands that are no numbers', () => {
    expect(() => value('TRUE + 1.5')).toThrow(
      'Error processing expression: (true + 1.5). Unsupported arithmetic types. BOOLEAN DECIMAL',
    );
    expect(() => value('S - S')).toThrow('Unsupported arithmetic types. STRING STRING');
  });
});

describe('null is Java’s, not SQL’s', () => {
  it('comparisons with null are false', () => {
    expect(value('N = 1')).toBe(false);
    expect(value('N <> 1')).toBe(false);
    expect(value('NOT (N = 1)')).toBe(true);
    expect(value('N BETWEEN 1 AND 2')).toBe(false);
    expect(value('N IN (1, 2)')).toBe(false);
    expect(value('I IN (1, NULL)')).toBe(false);
    expect(value('N IS DISTINCT FROM 1')).toBe(true);
    expect(value('N IS NOT DISTINCT FROM N')).toBe(true);
    expect(value('N IS DISTINCT FROM NULL')).toBe(false);
    expect(value('N IS NULL AND I IS NOT NULL')).toBe(true);
  });

  it('arithmetic on null fails, and so does what is around it', () => {
    expect(value('N + 1')).toBeNull();
    expect(value('(N + 1) = 2')).toBeNull();
    expect(value('NOT ((N + 1) = 2)')).toBeNull();
    expect(test('NOT ((N + 1) = 2)')).toBe(false);
    expect(value('COALESCE(N + 1, 42)')).toBe(42);
    expect(value('CASE WHEN N + 1 > 0 THEN 1 ELSE 2 END')).toBeNull();
  });

  it('a null boolean fails in a condition', () => {
    expect(value('NB')).toBeNull();
    expect(value('NB AND TRUE')).toBeNull();
    expect(value('FALSE AND NB')).toBe(false);
    expect(value('TRUE OR NB')).toBe(true);
    expect(value('NOT NB')).toBeNull();
    expect(test('NB')).toBe(false);
    expect(test('NOT NB')).toBe(false);
    expect(test("CAST(NULL AS STRING) LIKE 'a'")).toBe(false);
    expect(test("NOT (CAST(NULL AS STRING) LIKE 'a')")).toBe(false);
  });
});

describe('failures', () => {
  const functions = builtInRegistry().with([
    defineFunction({
      name: 'boom',
      category: 'OTHER',
      description: 'Throws.',
      overloads: [
        overload(['x INTEGER'], 'INTEGER', () => {
          throw new Error('boom');
        }),
      ],
    }),
    defineFunction({
      name: 'isnull',
      category: 'OTHER',
      description: 'Whether the argument is null.',
      overloads: [overloadWithNulls(['x INTEGER'], 'BOOLEAN', (x) => x === null)],
    }),
  ]);
  const run = (sql: string) => evaluate(sql, { schema, row, functions });

  it('make only the element or the argument null', () => {
    expect(run('ARRAY[1, BOOM(1)]').value).toEqual([1, null]);
    expect(run("MAP('a' := BOOM(1))").value).toEqual(new Map([['a', null]]));
    expect(run('STRUCT(X := BOOM(1), Y := 2)').value).toEqual([null, 2]);
    expect(run('ISNULL(BOOM(1))').value).toBe(true);
    expect(run('ISNULL(BOOM(1))').errors).toEqual(['boom']);
    expect(run('TRANSFORM(ARRAY[1, 2], x => BOOM(x))').value).toBeNull();
  });

  it('make the column null, and are reported', () => {
    expect(run('BOOM(1) + 1')).toMatchObject({ value: null, errors: ['boom'] });
    expect(run('BOOM(1) = 1')).toMatchObject({ value: null, errors: ['boom'] });
    expect(holds('BOOM(1) = 1 OR TRUE', { functions })).toBe(false);
  });

  it('of branches that are not taken do not happen', () => {
    expect(run('CASE WHEN TRUE THEN 1 ELSE BOOM(1) END')).toMatchObject({ value: 1, errors: [] });
    expect(run('CASE WHEN FALSE THEN BOOM(1) END')).toMatchObject({ value: null, errors: [] });
    expect(run('TRUE OR BOOM(1) = 1')).toMatchObject({ value: true, errors: [] });
  });
});

describe('comparisons', () => {
  it.each([
    'I < B',
    'I = 5.0',
    'X = 10.5',
    'X > 10',
    'X < D * 10e0',
    "S > 'abb'",
    'T = TRUE',
    "DA = '1970-01-11'",
    "TI < '00:00:00.011'",
    "TS > '1970-01-01T00:00:00.009'",
    'DA > TS',
    'A = ARRAY[1, NULL, 3]',
    "M = MAP('k' := 7)",
    'R->G = STRUCT(H := 9)',
    "I IN ('5', 6)",
    "X IN ('10.500', 1)",
    "S IN (1, 'abc')",
    "T IN ('y')",
    'I IN (1, 2, 3, 4, NULL, 6, 7, 8, 9, 5)',
    'B IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 1152921504606846976)',
    'A IN (ARRAY[2], ARRAY[1, NULL, 3])',
    "S LIKE 'a%'",
    "S LIKE '_b_'",
    "'50%' LIKE '50!%' ESCAPE '!'",
    "NOT ('a.c' LIKE 'abc')",
    "NOT ('a\nb' LIKE 'a_b')",
    'I NOT BETWEEN 6 AND 7',
    'B BETWEEN 1 AND 1152921504606846976',
  ])('%s', (sql) => {
    expect(evaluate(sql, { schema, row })).toMatchObject({ value: true, errors: [] });
  });

  it.each([
    ['A < A', 'Cannot compare A (ARRAY<INTEGER>) to A (ARRAY<INTEGER>) with LESS_THAN.'],
    ["I >= 'x'", "Cannot compare I (INTEGER) to 'x' (STRING) with GREATER_THAN_OR_EQUAL."],
    ['I = NULL', 'Comparison with NULL not supported'],
    [
      'I IN (10, TRUE)',
      'operator does not exist: INTEGER = BOOLEAN (true)\nHint: You might need to add explicit type casts.',
    ],
    ["I IN (10, 'x')", 'invalid input syntax for type INTEGER: "x".'],
    ['S IN (10, D)', 'operator does not exist: STRING = DOUBLE (D)'],
    ['I LIKE S', 'Like condition must be between strings'],
    ['I AND T', 'Should evaluate to boolean but is I (INTEGER) instead.'],
    ['Z = 1', 'Unknown column Z.'],
  ])('%s is refused', (sql, message) => {
    expect(() => value(sql)).toThrow(message);
  });

  it('take texts for ROWTIME and window bounds', () => {
    const setting = { schema: 'ROWTIME BIGINT', row: [1_546_300_800_000] };
    expect(holds("ROWTIME = '2019-01-01'", setting)).toBe(true);
    expect(holds("'2019-01-01T00:00:00+0445' < ROWTIME", setting)).toBe(true);
    expect(holds("ROWTIME BETWEEN '2018' AND '2020'", setting)).toBe(true);
  });
});

describe('structures', () => {
  it('are read by field, position from 1 and from the end, and key', () => {
    expect(value('R->G->H')).toBe(9);
    expect([
      value('A[1]'),
      value('A[3]'),
      value('A[-1]'),
      value('A[0]'),
      value('A[4]'),
      value('A[2]'),
    ]).toEqual([1, 3, 3, null, null, null]);
    expect([value("M['k']"), value("M['x']")]).toEqual([7, null]);
    expect(() => value('R->NOPE')).toThrow("Could not find field 'NOPE' in 'R'.");
    expect(() => value('S->F')).toThrow('Expected STRUCT type, got: STRING');
  });

  it('take the type of their first element, widened', () => {
    expect(typeOf('ARRAY[NULL, 1, 2147483648]')).toBe('ARRAY<BIGINT>');
    expect(typeOf("ARRAY[1, '2e1']")).toBe('ARRAY<DECIMAL(10, 0)>');
    expect(typeOf("MAP('a' := 1, 'b' := 1.5)")).toBe('MAP<STRING, DECIMAL(11, 1)>');
    expect(typeOf('ARRAY[STRUCT(A := 1), STRUCT(B := 2)]')).toBe('ARRAY<STRUCT<`A` INTEGER, `B` INTEGER>>');
    expect(value('ARRAY[STRUCT(A := 1), STRUCT(B := 2)]')).toEqual([
      [1, null],
      [null, 2],
    ]);
    expect(() => value('ARRAY[]')).toThrow('Array constructor cannot be empty.');
    expect(() => value('ARRAY[NULL]')).toThrow('Cannot construct an array with all NULL elements');
    expect(() => value("MAP('a' := NULL)")).toThrow('Cannot construct a map with all NULL values');
  });
});

describe('CASE', () => {
  it('gives the first branch that holds, in a common type', () => {
    expect(value("CASE WHEN I = 1 THEN 'a' WHEN I = 5 THEN 'b' ELSE 'c' END")).toBe('b');
    expect(value('CASE WHEN I = 1 THEN 1 END')).toBeNull();
    expect(typeOf('CASE WHEN T THEN NULL WHEN T THEN 1 ELSE 2.5 END')).toBe('DECIMAL(11, 1)');
    expect(value("CASE I WHEN 4 THEN 'four' WHEN 5 THEN 'five' END")).toBe('five');
  });
});

describe('CAST', () => {
  it.each([
    ['CAST(2147483648 AS INTEGER)', -2147483648],
    ['CAST(1e300 AS INTEGER)', 2147483647],
    ['CAST(-1.9e0 AS BIGINT)', -1],
    ['CAST(B AS DOUBLE)', 1152921504606846976],
    ["CAST(' 12 ' AS INTEGER)", 12],
    ["CAST('1e3' AS DOUBLE)", 1000],
    ["CAST('tr' AS BOOLEAN)", true],
    ["CAST('no' AS BOOLEAN)", false],
    ["CAST('2020-02' AS DATE)", 18293],
    ["CAST('10:15:00.5' AS TIME)", 36900500],
    ["CAST('2022-04-28T21:44:47.943Z' AS TIMESTAMP)", 1651182287943],
    ['CAST(CAST(-2000 AS STRING) AS INTEGER)', -2000],
    ['CAST(A AS STRING)', '[1, null, 3]'],
    ['CAST(M AS STRING)', '{k=7}'],
    ['CAST(R AS STRING)', 'Struct{F=f,G=Struct{H=9}}'],
    ['CAST(DA AS STRING)', '1970-01-11'],
    ['CAST(TI AS STRING)', '00:00:00.010'],
    ['CAST(TS AS STRING)', '1970-01-01T00:00:00.010'],
    ['CAST(DA AS TIMESTAMP)', 864000000],
    ['CAST(D AS STRING)', '1.5'],
    ['CAST(X AS STRING)', '10.50'],
    ['CAST(N AS STRING)', null],
    ['CAST(NULL AS ARRAY<INT>)', null],
  ])('%s', (sql, result) => {
    expect(value(sql)).toEqual(result);
  });

  it('goes through collections', () => {
    expect(value('CAST(A AS ARRAY<STRING>)')).toEqual(['1', null, '3']);
    expect(value('CAST(R AS STRUCT<G STRUCT<H STRING>, Z INT>)')).toEqual([['9'], null]);
    expect(value('CAST(M AS MAP<STRING, BIGINT>)')).toEqual(new Map([['k', 7]]));
  });

  it('refuses types and fails on values that do not fit', () => {
    expect(() => value('CAST(S AS STRUCT<F STRING>)')).toThrow(
      'Cast of STRING to STRUCT<`F` STRING> is not supported',
    );
    expect(() => value('CAST(T AS INT)')).toThrow('Cast of BOOLEAN to INTEGER is not supported');
    for (const sql of [
      "CAST('x' AS INT)",
      'CAST(X AS DECIMAL(2, 1))',
      "CAST('1d' AS DOUBLE)",
      "CAST('foo' AS TIMESTAMP)",
    ]) {
      expect(evaluate(sql, { schema, row }), sql).toMatchObject({ value: null });
      expect(evaluate(sql, { schema, row }).errors, sql).toHaveLength(1);
    }
  });
});

describe('lambdas', () => {
  it('see columns and the parameters of lambdas around them', () => {
    expect(value('TRANSFORM(ARRAY[1, 2], x => x + I)')).toEqual([6, 7]);
    expect(value('TRANSFORM(ARRAY[1, 2], x => REDUCE(ARRAY[10, 20], 0, (s, y) => s + x * y))')).toEqual([
      30, 60,
    ]);
    expect(value('FILTER(A, x => x IS NOT NULL)')).toEqual([1, 3]);
    expect(typeOf("TRANSFORM(MAP('a' := 1), (k, v) => v, (k, v) => k)")).toBe('MAP<INTEGER, STRING>');
  });

  it('fail as a whole on arithmetic with null', () => {
    expect(value('TRANSFORM(A, x => x + 1)')).toBeNull();
    expect(value('TRANSFORM(A, x => ABS(x))')).toEqual([1, null, 3]);
  });
});

describe('deep nesting', () => {
  const nest = (depth: number, wrap: (inner: string) => string, core: string): string =>
    depth === 0 ? core : wrap(nest(depth - 1, wrap, core));

  it('is compiled in reasonable time', () => {
    expect(value(nest(40, (inner) => `REPLACE(${inner}, 'x', 'y')`, 'S'))).toBe('abc');
    expect(value(nest(40, (inner) => `CASE WHEN I = 1 THEN 'no' ELSE ${inner} END`, 'S'))).toBe('abc');
    expect(value(nest(40, (inner) => `(1 + ${inner})`, 'I'))).toBe(45);
    expect(value(nest(30, (inner) => `ARRAY[${inner}][1]`, 'I'))).toBe(5);
    expect(value(nest(6, (inner) => `TRANSFORM(ARRAY[1], x => ${inner} + x)[1]`, 'I'))).toBe(11);
  });
});

describe('a decimal that is rounded', () => {
  const given = (sql: string, unscaled: bigint) =>
    evaluate(sql, { schema: 'X DECIMAL(4, 2)', row: [new Decimal(unscaled, 2)] });

  it.each([
    ['FLOOR(X)', -9901n],
    ['CEIL(X)', 9901n],
    ['ROUND(X)', 9950n],
    ['ROUND(X, 1)', 9995n],
  ])('fails where %s has a digit more than its type', (sql, unscaled) => {
    expect(given(sql, unscaled)).toMatchObject({
      value: null,
      errors: [expect.stringContaining('Numeric field overflow') as string],
    });
  });

  it('stays as it is where it fits', () => {
    expect(given('FLOOR(X)', -9801n).value).toEqual(new Decimal(-9900n, 2));
    expect(given('TRUNC(X)', 9999n).value).toEqual(new Decimal(99n, 0));
  });
});
