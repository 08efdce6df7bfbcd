import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../src/base/errors.ts';
import { Decimal } from '../../../src/serde/model/decimal.ts';
import type { SqlValue } from '../../../src/serde/model/sql-value.ts';
import { parseSchema, type SqlType } from '../../../src/sql/types/index.ts';
import { valuesOf } from '../../serde/harness.ts';
import { evaluate } from '../expression-harness.ts';

const schema =
  'I INTEGER, B BIGINT, D DOUBLE, X DECIMAL(6, 2), S STRING, T BOOLEAN, A ARRAY<INTEGER>, M MAP<STRING, BIGINT>, ' +
  'R STRUCT<F INTEGER, G STRING>, DA DATE, TS TIMESTAMP, Y BYTES';
const columns = parseSchema(schema).columns;
const rows = fc.tuple(...columns.map((column) => valuesOf(column.type)));

/** SQL that parses and mostly has types that fit. */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
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
      inner.map((a) => `(-${a})`),
      inner.map((a) => `(${a} IS NULL)`),
    ),
  };
});

/** Whether a value is one of a type, in its canonical form. */
function isOf(value: SqlValue, type: SqlType | null): boolean {
  if (value === null) return true;
  switch (type?.kind) {
    case undefined:
      return false;
    case 'BOOLEAN':
      return typeof value === 'boolean';
    case 'INTEGER':
      return typeof value === 'number' && (value | 0) === value;
    case 'BIGINT':
      return typeof value === 'bigint' ? !Number.isSafeInteger(Number(value)) : Number.isSafeInteger(value);
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'DOUBLE':
      return typeof value === 'number';
    case 'DECIMAL':
      return value instanceof Decimal && value.scale === type.scale && value.precision() <= type.precision;
    case 'STRING':
      return typeof value === 'string';
    case 'BYTES':
      return Buffer.isBuffer(value);
    case 'ARRAY':
      return Array.isArray(value) && value.every((element: SqlValue) => isOf(element, type.element));
    case 'MAP':
      return value instanceof Map;
    case 'STRUCT':
      return (
        Array.isArray(value) &&
        value.length === type.fields.length &&
        value.every((field: SqlValue, index) => isOf(field, type.fields[index]?.type ?? null))
      );
  }
}

describe('arbitrary expressions', () => {
  it('are refused by a diagnostic, or give values of their types and never throw', () => {
    let compiled = 0;
    fc.assert(
      fc.property(expression, rows, (sql, row) => {
        let result: ReturnType<typeof evaluate>;
        try {
          result = evaluate(sql, { schema, row });
        } catch (error) {
          expect(error, sql).toBeInstanceOf(DiagnosticError);
          return;
        }
        compiled += 1;
        expect(
          isOf(result.value, result.type),
          `${sql} of ${result.type?.kind} gave ${String(typeof result.value)}`,
        ).toBe(true);
      }),
      { numRuns: 1000 },
    );
    expect(compiled).toBeGreaterThan(150);
  });
});
