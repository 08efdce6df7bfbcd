import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatNames, formatOf, SerdeError } from '../../src/serde/index.ts';
import { parseSchema } from '../../src/sql/types/index.ts';
import { serdeOf, valuesOf } from './harness.ts';

describe('the registry of formats', () => {
  it('finds formats in any case and refuses others', () => {
    expect(formatOf('json').name).toBe('JSON');
    expect(() => formatOf('FOO')).toThrow('Unknown format: FOO');
  });

  it.each([
    ['KAFKA', 'A BOOLEAN', "The 'KAFKA' format does not support type 'BOOLEAN'"],
    ['KAFKA', 'A DECIMAL(4, 2)', "The 'KAFKA' format does not support type 'DECIMAL'"],
    [
      'KAFKA',
      'V0 INT, V1 STRING',
      "The 'KAFKA' format only supports a single field. Got: [`V0` INTEGER, `V1` STRING]",
    ],
    ['DELIMITED', 'K ARRAY<INT>', "The 'DELIMITED' format does not support type 'ARRAY', column: `K`"],
    ['JSON', 'M MAP<INT, INT>', 'JSON only supports MAP types with STRING keys'],
    ['JSON', 'M ARRAY<STRUCT<F MAP<INT, INT>>>', 'JSON only supports MAP types with STRING keys'],
    [
      'NONE',
      'FOO INT',
      "The 'NONE' format can only be used when no columns are defined. Got: [`FOO` INTEGER]",
    ],
  ])('%s refuses %s', (format, schema, message) => {
    expect(() => serdeOf(format, schema)).toThrow(message);
  });

  it('checks properties', () => {
    const check = (delimiter: string) => () => formatOf('DELIMITED').validateProperties({ delimiter });
    expect(check('TAB')).not.toThrow();
    expect(check('')).toThrow('Delimiter cannot be empty');
    expect(check('<~>')).toThrow(
      "Invalid delimiter value: '<~>'. Delimiter must be a single character or TAB,SPACE",
    );
    expect(() => formatOf('JSON').validateProperties({ delimiter: ',' })).toThrow('[delimiter]');
  });
});

describe('KAFKA', () => {
  it.each(['INTEGER', 'BIGINT', 'DOUBLE', 'STRING', 'BYTES'])('%s comes back as it went', (type) => {
    const serde = serdeOf('KAFKA', `A ${type}`);
    const column = parseSchema(`A ${type}`).columns[0];
    if (column === undefined) throw new Error('no column');
    fc.assert(
      fc.property(valuesOf(column.type), (value) => {
        const back = serde.deserialize(serde.serialize([value]));
        expect(back).toEqual(value === null ? null : [value]);
      }),
    );
  });

  it('is what Kafka’s serializers write', () => {
    const hex = (type: string, value: never) =>
      serdeOf('KAFKA', `A ${type}`).serialize([value])?.toString('hex');
    expect(hex('INTEGER', -2 as never)).toBe('fffffffe');
    expect(hex('BIGINT', -2 as never)).toBe('fffffffffffffffe');
    expect(hex('BIGINT', (2n ** 62n) as never)).toBe('4000000000000000');
    expect(hex('DOUBLE', 1.5 as never)).toBe('3ff8000000000000');
  });

  it('refuses bytes of another length', () => {
    for (const type of ['INTEGER', 'BIGINT', 'DOUBLE']) {
      expect(() => serdeOf('KAFKA', `A ${type}`).deserialize(Buffer.alloc(3))).toThrow(SerdeError);
    }
  });
});

describe('deserializers and arbitrary bytes', () => {
  const schemas = {
    AVRO: 'A INT, B BIGINT, C ARRAY<DECIMAL(4, 2)>, D MAP<STRING, STRING>, E STRUCT<X BYTES>',
    JSON_SR: 'A INT, B BIGINT, C ARRAY<DECIMAL(4, 2)>, D MAP<STRING, STRING>, E STRUCT<X BYTES>',
    JSON: 'A INT, B BIGINT, C ARRAY<DECIMAL(4, 2)>, D MAP<STRING, STRING>, E STRUCT<X BYTES>',
    DELIMITED: 'A INT, B STRING, C DECIMAL(4, 2)',
    KAFKA: 'A BIGINT',
    NONE: '',
    PROTOBUF: 'A INT, B STRING, C ARRAY<DECIMAL(4, 2)>, D MAP<STRING, DATE>, E STRUCT<X BYTES, Y DOUBLE>',
    PROTOBUF_NOSR:
      'A INT, B STRING, C ARRAY<DECIMAL(4, 2)>, D MAP<STRING, DATE>, E STRUCT<X BYTES, Y DOUBLE>',
  };

  it.each(Object.entries(schemas))('%s gives a row or a SerdeError', (format, schema) => {
    const serde = serdeOf(format, schema);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .record({ A: fc.anything(), C: fc.anything(), D: fc.anything() })
        .map((value) =>
          Buffer.from(
            JSON.stringify(value, (_, inner: unknown) =>
              typeof inner === 'bigint' ? String(inner) : inner,
            ) ?? '',
          ),
        ),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        try {
          const row = serde.deserialize(input);
          if (row !== null) expect(row).toHaveLength(parseSchema(schema).columns.length);
        } catch (error) {
          expect(error).toBeInstanceOf(SerdeError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('covers every format', () => {
    expect(Object.keys(schemas).sort()).toEqual([...formatNames()].sort());
  });
});
