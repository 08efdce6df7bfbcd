import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../src/base/errors.ts';
import { Decimal } from '../../../src/serde/model/decimal.ts';
import type { SqlValue } from '../../../src/serde/model/sql-value.ts';
import type { SqlType } from '../../../src/sql/types/index.ts';
import { evaluate } from '../expression-harness.ts';
import { expression, rows, schema } from '../random-expressions.ts';

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
