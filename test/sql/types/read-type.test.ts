import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../src/base/errors.ts';
import {
  arrayType,
  decimalType,
  mapType,
  primitiveTypes,
  printType,
  type SqlType,
  structType,
} from '../../../src/serde/model/sql-type.ts';
import { readType } from '../../../src/sql/types/read-type.ts';

const { type } = fc.letrec<{ type: SqlType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<SqlType>(...Object.values(primitiveTypes)),
    fc
      .tuple(fc.integer({ min: 1, max: 38 }), fc.nat(38))
      .map(([precision, scale]): SqlType => decimalType(precision, Math.min(scale, precision))),
    tie('type').map((element): SqlType => arrayType(element)),
    fc.tuple(tie('type'), tie('type')).map(([key, value]): SqlType => mapType(key, value)),
    fc
      .uniqueArray(
        fc.tuple(
          fc.string().map((name) => name.replaceAll('`', '')),
          tie('type'),
        ),
        {
          selector: ([name]) => name,
          maxLength: 4,
        },
      )
      .map((fields): SqlType => structType(fields.map(([name, of]) => ({ name, type: of })))),
  ),
}));

describe('a recorded type', () => {
  it('is read as it was written, whatever names it has', () => {
    fc.assert(
      fc.property(type, (written) => {
        expect(readType(printType(written))).toEqual(written);
      }),
    );
  });

  it('is refused where it is no type', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readType(`ARRAY<${text}`)).toThrow(DiagnosticError);
      }),
    );
    for (const text of [
      '',
      'INT',
      'STRUCT',
      'DECIMAL',
      'DECIMAL(2, 3)',
      'MAP<STRING>',
      'constructor',
      'STRING ',
    ]) {
      expect(() => readType(text), text).toThrow(DiagnosticError);
    }
    expect(() => readType('STRUCT<`A` STRING, `A` STRING>')).toThrow('Duplicate field names found');
    expect(() => readType(`${'ARRAY<'.repeat(10_000)}STRING`)).toThrow('a type nests deeper than 500 levels');
  });
});
