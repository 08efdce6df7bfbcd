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
      fc
        .tuple(inner, inner, inner)
        .map(([a, b, c]) => `CASE ${a} WHEN ${b} THEN ${c} WHEN ${c} THEN ${b} END`),
      fc.tuple(inner, inner).map(([a, b]) => `MAP('k' := ${a}, 'l' := ${b})`),
      inner.map((a) => `(${a} LIKE 'a%')`),
      inner.map((a) => `(NOT ${a})`),
      inner.map((a) => `(- ${a})`),
      inner.map((a) => `(${a} IS NULL)`),
    ),
  };
});
