import fc from 'fast-check';
import { parseSchema } from '../../src/sql/types/index.ts';
import { valuesOf } from '../serde/harness.ts';

/** Columns of all kinds of types. */
export const schema =
  'I INTEGER, B BIGINT, D DOUBLE, X DECIMAL(6, 2), S STRING, T BOOLEAN, A ARRAY<INTEGER>, M MAP<STRING, BIGINT>, ' +
  'R STRUCT<F INTEGER, G STRING>, DA DATE, TS TIMESTAMP, Y BYTES';
const columns = parseSchema(schema).columns;
export const rows = fc.tuple(...columns.map((column) => valuesOf(column.type)));

/** SQL that parses and mostly has types that fit. */
export const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  const binary = fc.constantFrom(
    '+',
    '-',
    '*',
    '/',
    '%',
    '=',
    '<>',
    '<',
    '>=',
    'AND',
    'OR',
    'IS DISTINCT FROM',
    '||',
  );
  const type = fc.constantFrom(
    'INTEGER',
    'BIGINT',
    'DOUBLE',
    'DECIMAL(8, 3)',
    'STRING',
    'BOOLEAN',
    'TIMESTAMP',
    'DATE',
  );
  const unary = fc.constantFrom(
    'ABS',
    'ROUND',
    'UCASE',
    'LEN',
    'FLOOR',
    'TO_JSON_STRING',
    'TRIM',
    'ARRAY_LENGTH',
    'SQRT',
  );
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(...columns.map((column) => column.name), '0', '1', '2147483647', '9223372036854775807'),
      fc.constantFrom('1.50', '0.005', '1e3', "'a'", "'12'", 'NULL', 'TRUE', 'R->F', 'A[1]', "M['a']", '-3'),
      fc.tuple(inner, binary, inner).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc.tuple(inner, type).map(([a, to]) => `CAST(${a} AS ${to})`),
      fc.tuple(unary, inner).map(([name, a]) => `${name}(${a})`),
      fc.tuple(inner, inner, inner).map(([a, b, c]) => `CASE WHEN ${a} THEN ${b} ELSE ${c} END`),
      fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a} BETWEEN ${b} AND ${c})`),
      fc.tuple(inner, inner).map(([a, b]) => `(${a} IN (${b}, 1, '2'))`),
      fc.tuple(inner, inner).map(([a, b]) => `COALESCE(${a}, ${b})`),
      fc.tuple(inner, inner).map(([a, b]) => `ARRAY[${a}, ${b}]`),
      fc.tuple(inner, inner).map(([a, b]) => `STRUCT(P := ${a}, Q := ${b})`),
      inner.map((a) => `TRANSFORM(A, x => x + ${a})`),
      inner.map((a) => `(NOT ${a})`),
      inner.map((a) => `(- ${a})`),
      inner.map((a) => `(${a} IS NULL)`),
    ),
  };
});

/** SQL whose types fit, by what it gives. */
const typed = fc.letrec<Readonly<Record<'whole' | 'double' | 'text' | 'truth' | 'list' | 'time', string>>>(
  (tie) => {
    const [whole, double, text] = [tie('whole'), tie('double'), tie('text')];
    const [truth, list, time] = [tie('truth'), tie('list'), tie('time')];
    const some = <T>(...options: fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
      fc.oneof({ depthSize: 'small', withCrossShrink: true }, ...options);
    const choice = (of: fc.Arbitrary<string>): fc.Arbitrary<string> =>
      fc.tuple(truth, of, of).map(([a, b, c]) => `CASE WHEN ${a} THEN ${b} ELSE ${c} END`);
    const number = fc.oneof(whole, double);
    return {
      whole: some(
        fc.constantFrom('I', 'B', '1', '-3', '2147483647', 'R->F', 'A[1]', "M['a']"),
        fc
          .tuple(whole, fc.constantFrom('+', '-', '*', '/', '%'), whole)
          .map((parts) => `(${parts.join(' ')})`),
        fc.tuple(list, whole).map(([a, b]) => `${a}[${b}]`),
        fc.tuple(whole, whole).map(([a, b]) => `COALESCE(${a}, ${b})`),
        fc.tuple(whole, text, text).map(([a, b, c]) => `CASE ${b} WHEN ${c} THEN ${a} END`),
        fc.tuple(whole, whole).map(([a, b]) => `STRUCT(P := ${a}, Q := ${b})->Q`),
        whole.map((a) => `(- ${a})`),
        text.map((a) => `LEN(${a})`),
        choice(whole),
      ),
      double: some(
        fc.constantFrom('D', '1e3', '0e0'),
        fc.tuple(double, fc.constantFrom('+', '-', '*'), number).map((parts) => `(${parts.join(' ')})`),
        whole.map((a) => `CAST(${a} AS DOUBLE)`),
        number.map((a) => `SQRT(${a})`),
        choice(double),
      ),
      text: some(
        fc.constantFrom('S', "'a'", "'12'", 'R->G'),
        fc.tuple(text, text).map(([a, b]) => `(${a} || ${b})`),
        fc.oneof(number, truth, time).map((a) => `CAST(${a} AS STRING)`),
        text.map((a) => `UCASE(${a})`),
        fc.tuple(text, text).map(([a, b]) => `MAP('k' := ${a}, 'l' := ${b})['k']`),
        choice(text),
      ),
      truth: some(
        fc.constantFrom('T', 'TRUE'),
        fc
          .tuple(number, fc.constantFrom('=', '<', '>=', 'IS DISTINCT FROM'), number)
          .map((parts) => `(${parts.join(' ')})`),
        fc
          .tuple(time, fc.constantFrom('=', '<'), fc.oneof(time, fc.constant("'2020-01-01'")))
          .map((parts) => `(${parts.join(' ')})`),
        fc.tuple(truth, fc.constantFrom('AND', 'OR'), truth).map((parts) => `(${parts.join(' ')})`),
        fc.tuple(number, number, number).map(([a, b, c]) => `(${a} BETWEEN ${b} AND ${c})`),
        fc.tuple(whole, whole).map(([a, b]) => `(${a} IN (${b}, 1, '2'))`),
        fc.tuple(text, text).map(([a, b]) => `(${a} LIKE ${b})`),
        fc.oneof(number, text, list).map((a) => `(${a} IS NOT NULL)`),
        truth.map((a) => `(NOT ${a})`),
      ),
      list: some(
        fc.constantFrom('A'),
        fc.tuple(whole, whole).map(([a, b]) => `ARRAY[${a}, ${b}]`),
        fc.tuple(list, whole).map(([a, b]) => `TRANSFORM(${a}, x => x + ${b})`),
        fc.tuple(list, whole).map(([a, b]) => `FILTER(${a}, x => x > ${b})`),
      ),
      time: some(
        fc.constantFrom('TS', 'CAST(DA AS TIMESTAMP)'),
        fc.tuple(time, fc.constantFrom('1', 'I')).map(([a, b]) => `TIMESTAMPADD(DAYS, ${b}, ${a})`),
      ),
    };
  },
);

export const wellTyped = fc.oneof(typed.whole, typed.double, typed.text, typed.truth, typed.list, typed.time);
