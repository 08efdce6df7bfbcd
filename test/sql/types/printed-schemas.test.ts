import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIdentifier, formatType, parseExpression, parseType } from '../../../grammar/index.ts';
import { DiagnosticError } from '../../../src/base/errors.ts';
import { quotedEnd, quoteName, quoteText, unquote } from '../../../src/base/sql-quotes.ts';
import {
  arrayType,
  decimalType,
  mapType,
  primitiveTypes,
  printType,
  type SqlType,
  structType,
} from '../../../src/serde/model/sql-type.ts';
import { columnNames } from '../../../cli/shell/schema-columns.ts';
import { LogicalSchema, parseSchema, type SchemaColumn } from '../../../src/sql/types/index.ts';
import { readSchema } from '../../../src/sql/types/read-schema.ts';
import { readType } from '../../../src/sql/types/read-type.ts';

const SIGNS = Array.from('`\'"\n\r\t ,;<>()$-/*\\aAé\u{1f600}').concat('``', '` INTEGER, `b', "')");

/** Texts of any characters, above all of those that mean something in SQL; the empty one too. */
const name = fc.string({
  unit: fc.oneof(fc.constantFrom(...SIGNS), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
  maxLength: 6,
});

const { type } = fc.letrec<{ type: SqlType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<SqlType>(...Object.values(primitiveTypes)),
    fc
      .tuple(fc.oneof(fc.integer({ min: 1, max: 38 }), fc.constant(2 ** 31 - 1)), fc.nat(38))
      .map(([precision, scale]): SqlType => decimalType(precision, Math.min(scale, precision))),
    tie('type').map((element): SqlType => arrayType(element)),
    fc.tuple(tie('type'), tie('type')).map(([key, value]): SqlType => mapType(key, value)),
    fc
      .uniqueArray(fc.tuple(name, tie('type')), { selector: ([of]) => of, maxLength: 4 })
      .map((fields): SqlType => structType(fields.map(([of, inner]) => ({ name: of, type: inner })))),
  ),
}));

const column: fc.Arbitrary<SchemaColumn> = fc.oneof(
  fc.record({ name, type, namespace: fc.constantFrom('KEY', 'VALUE', 'HEADERS') }),
  fc.record({ name, type, namespace: fc.constant<'HEADERS'>('HEADERS'), headerKey: name }),
);
const schema = fc.array(column, { maxLength: 5 }).map((columns) => new LogicalSchema(columns));

describe('a name', () => {
  it('is read as it was printed, wherever it stands', () => {
    fc.assert(
      fc.property(name, name, (text, after) => {
        for (const quote of [quoteName, quoteText]) {
          const printed = quote(text);
          expect(unquote(printed)).toBe(text);
          expect(quotedEnd(`${printed} ${after}`, 0)).toBe(printed.length);
        }
        expect(parseExpression(quoteName(text))).toMatchObject({ name: text });
        expect(parseExpression(formatIdentifier(text))).toMatchObject({ name: text });
        expect(parseExpression(quoteText(text))).toMatchObject({ value: text });
      }),
    );
  });

  it('has no end without its quote', () => {
    expect(quotedEnd('`a``', 0)).toBe(-1);
    expect(quotedEnd('`', 0)).toBe(-1);
    expect(quotedEnd('``', 0)).toBe(2);
  });
});

describe('a recorded type', () => {
  it('is read as it was written, whatever names it has', () => {
    fc.assert(
      fc.property(type, (written) => {
        const text = printType(written);
        expect(readType(text)).toEqual(written);
        expect(formatType(parseType(formatType(parseType(text))))).toBe(formatType(parseType(text)));
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
      'STRUCT<A STRING>',
      'STRUCT<`A STRING>',
      'STRUCT<`A`` STRING>',
    ]) {
      expect(() => readType(text), text).toThrow(DiagnosticError);
    }
    expect(() => readType('STRUCT<`A` STRING, `A` STRING>')).toThrow('Duplicate field names found');
    expect(() => readType(`${'ARRAY<'.repeat(10_000)}STRING`)).toThrow('a type nests deeper than 500 levels');
  });
});

describe('a recorded schema', () => {
  it('is read as it was written, whatever names its columns, fields and headers have', () => {
    fc.assert(
      fc.property(schema, (written) => {
        const text = written.toString();
        expect(readSchema(text).columns).toEqual(written.columns);
        // The grammar reads the same from it, and the shell the same names.
        expect(parseSchema(text).columns).toEqual(written.columns);
        expect(columnNames(text)).toEqual(written.columns.map((of) => of.name));
      }),
      { numRuns: 500 },
    );
  });

  it('is refused where it is no schema', () => {
    for (const text of [
      ' ',
      'A STRING',
      '`A`',
      '`A` INT',
      '`A` STRING,',
      '`A` STRING, ',
      '`A` STRING,`B` STRING',
      '`A` STRING PRIMARY KEY',
      '`A` STRING KEY KEY',
      "`A` BYTES HEADER('it's')",
      "`A` BYTES HEADER('it",
      "`A` BYTES HEADER('it'",
      '`A` STRING) WITH (',
      '`A`` STRING',
    ]) {
      expect(() => readSchema(text), text).toThrow(/^not a (schema|type): /);
    }
  });
});
