import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { Decimal, SerdeError, type SqlType, type SqlValue } from '../../src/serde/index.ts';
import { messageOfColumns, type Nullables } from '../../src/serde/protobuf/message-of-columns.ts';
import { protoText } from '../../src/serde/protobuf/proto-text.ts';
import { parseSchema } from '../../src/sql/types/index.ts';
import { definiteValuesOf, serdeOf } from './harness.ts';

/**
 * protobufjs reads and writes the same messages by the text of their schema, as an implementation of its own. What it has no
 * files for is declared here.
 */
const OTHERS = [
  'syntax = "proto3"; package google.type; message Date { int32 year = 1; int32 month = 2; int32 day = 3; }',
  'syntax = "proto3"; package google.type; message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }',
  'syntax = "proto3"; package confluent.type; message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }',
];

function typeOf(text: string): protobuf.Type {
  const root = new protobuf.Root();
  protobuf.parse(text, root, { keepCase: true });
  for (const other of OTHERS) protobuf.parse(other, root, { keepCase: true });
  for (const name of ['timestamp', 'wrappers']) {
    const nested = protobuf.common.get(`google/protobuf/${name}.proto`)?.nested;
    if (nested !== undefined) root.addJSON(nested);
  }
  root.resolveAll();
  return root.lookupType('ConnectDefault1');
}

const textOf = (schema: string, nullables: Nullables): string =>
  protoText(messageOfColumns(parseSchema(schema).columns, { nullables }), nullables === 'optional');

const ALL =
  'I INT, L BIGINT, D DOUBLE, B BOOLEAN, S STRING, "by" BYTES, A ARRAY<INT>, AL ARRAY<BIGINT>, AD ARRAY<DOUBLE>, AB ARRAY<BOOLEAN>, ' +
  'ATX ARRAY<STRING>, M MAP<STRING, BIGINT>, DE DECIMAL(12, 4), DA DATE, TI TIME, TS TIMESTAMP, ST STRUCT<X INT, Y STRUCT<Z STRING, T ARRAY<TIMESTAMP>>>, ' +
  'AST ARRAY<STRUCT<P STRING, Q DOUBLE>>, MST MAP<STRING, STRUCT<R BIGINT>>, MA MAP<STRING, ARRAY<STRING>>, MM MAP<STRING, MAP<STRING, INT>>';
const { columns } = parseSchema(ALL);

/** Values that a message can hold: no null within arrays and maps, dates of the years that it knows. */
function held(type: SqlType): fc.Arbitrary<SqlValue> {
  switch (type.kind) {
    case 'DATE':
      return fc.integer({ min: -719_162, max: 2_932_896 });
    case 'TIMESTAMP':
      return fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
    case 'ARRAY':
      return fc.array(held(type.element), { maxLength: 40 });
    case 'MAP':
      return fc
        .array(fc.tuple(fc.string({ maxLength: 9 }), held(type.value)), { maxLength: 4 })
        .map((entries) => new Map<SqlValue, SqlValue>(entries));
    case 'STRUCT':
      return fc.tuple(...type.fields.map((field) => fc.option(held(field.type))));
    case 'STRING':
      return fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string({ maxLength: 14 }));
    default:
      return definiteValuesOf(type);
  }
}

/** The row that is read again: where null has no place it is the default. */
function readAgain(value: SqlValue, type: SqlType, nullables: Nullables): SqlValue {
  const isRepeated = type.kind === 'ARRAY' || type.kind === 'MAP';
  if (value === null) return isRepeated || nullables === 'none' ? defaultOf(type) : null;
  if (type.kind !== 'STRUCT' || !Array.isArray(value)) return inside(value, type, nullables);
  return type.fields.map((field, index) => readAgain(value[index] ?? null, field.type, nullables));
}

function inside(value: SqlValue, type: SqlType, nullables: Nullables): SqlValue {
  if (type.kind === 'ARRAY' && Array.isArray(value)) {
    return value.map((each: SqlValue) => readAgain(each, type.element, nullables));
  }
  if (type.kind === 'MAP' && value instanceof Map) {
    return new Map(
      [...value].map(([key, each]): [SqlValue, SqlValue] => [key, readAgain(each, type.value, nullables)]),
    );
  }
  return value;
}

function defaultOf({ kind }: SqlType): SqlValue {
  switch (kind) {
    case 'BOOLEAN':
      return false;
    case 'INTEGER':
    case 'BIGINT':
    case 'DOUBLE':
      return 0;
    case 'STRING':
      return '';
    case 'BYTES':
      return Buffer.alloc(0);
    case 'ARRAY':
      return [];
    case 'MAP':
      return new Map();
    default:
      return null;
  }
}

describe('PROTOBUF_NOSR', () => {
  it.each(['none', 'optional', 'wrapper'] as const)(
    'reads its own rows, and those that protobufjs wrote anew (nullables: %s)',
    (nullables) => {
      const properties = nullables === 'none' ? {} : { nullableRepresentation: nullables };
      const serde = serdeOf('PROTOBUF_NOSR', ALL, { properties });
      const type = typeOf(textOf(ALL, nullables));
      const rows = fc.tuple(...columns.map((column) => fc.option(held(column.type), { freq: 4 })));
      fc.assert(
        fc.property(rows, (row) => {
          const expected = row.map((value, index) =>
            readAgain(value, columns[index]?.type ?? { kind: 'STRING' }, nullables),
          );
          const bytes = serde.serialize(row);
          expect(serde.deserialize(bytes)).toEqual(expected);
          const again = Buffer.from(type.encode(type.decode(bytes ?? Buffer.alloc(0))).finish());
          expect(serde.deserialize(again)).toEqual(expected);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('writes what protobufjs reads', () => {
    const schema =
      'I INT, L BIGINT, S STRING, A ARRAY<INT>, DE DECIMAL(6, 2), DA DATE, TI TIME, TS TIMESTAMP, M MAP<STRING, INT>';
    const serde = serdeOf('PROTOBUF_NOSR', schema);
    const row = [
      -1,
      -9007199254740993n,
      'é',
      [1, -1],
      new Decimal(-12_345n, 2),
      -1,
      3_723_004,
      -1,
      new Map([['a', 0]]),
    ];
    const type = typeOf(textOf(schema, 'none'));
    const found = type.toObject(type.decode(serde.serialize(row) ?? Buffer.alloc(0)), {
      longs: String,
      bytes: String,
    });
    expect(found).toEqual({
      I: -1,
      L: '-9007199254740993',
      S: 'é',
      A: [1, -1],
      DE: { value: 'z8c=', precision: 5, scale: 2 },
      DA: { year: 1969, month: 12, day: 31 },
      TI: { hours: 1, minutes: 2, seconds: 3, nanos: 4_000_000 },
      TS: { seconds: '-1', nanos: 999_000_000 },
      M: [{ key: 'a' }],
    });
  });

  it('tells null from the default only where it is asked to', () => {
    const bytes = (nullableRepresentation?: string): string | undefined =>
      serdeOf('PROTOBUF_NOSR', 'A INT, B STRING', {
        properties: nullableRepresentation === undefined ? {} : { nullableRepresentation },
      })
        .serialize([0, null])
        ?.toString('hex');
    expect(bytes()).toBe('');
    expect(bytes('OPTIONAL')).toBe('0800');
    expect(bytes('WRAPPER')).toBe('0a00');
  });

  it('a null row is null bytes, an empty message is a row', () => {
    const serde = serdeOf('PROTOBUF_NOSR', 'A INT');
    expect(serde.serialize(null)).toBeNull();
    expect(serde.deserialize(null)).toBeNull();
    expect(serde.deserialize(Buffer.alloc(0))).toEqual([0]);
  });

  it('passes over fields that it does not know, and merges what stands in pieces', () => {
    const serde = serdeOf('PROTOBUF_NOSR', 'S STRUCT<A INT, B INT>, T STRING');
    const bytes = Buffer.from(
      [
        '0a020801',
        '9a01036c6f67',
        'a3010801a401',
        '12016b',
        '0a021002',
        'ad0100000000',
        'b1010000000000000000',
        '0a020803',
      ].join(''),
      'hex',
    );
    expect(serde.deserialize(bytes)).toEqual([[3, 2], 'k']);
  });

  it.each([
    ['an end within a varint', '088080'],
    ['an end within a text', '120561'],
    ['an end within a fixed number', '190000'],
    ['a varint without end', `08${'ff'.repeat(12)}`],
    ['a tag of zero', '00'],
    ['a wire type that there is not', '0e'],
    ['the end of a group that was not begun', '0c'],
    ['a group without end', '0b08'],
    ['bytes that are no UTF-8', '1202c328'],
    ['a message that goes beyond the one around it', '220208'],
  ])('refuses %s', (_, hex) => {
    const serde = serdeOf('PROTOBUF_NOSR', 'I INT, S STRING, D DOUBLE, T STRUCT<A INT>');
    expect(() => serde.deserialize(Buffer.from(hex, 'hex'))).toThrow(SerdeError);
  });

  it('refuses what no message can hold', () => {
    const arrays = serdeOf('PROTOBUF_NOSR', 'A ARRAY<INT>, M MAP<STRING, INT>, T TIMESTAMP');
    expect(() => arrays.serialize([[1, null], null, null])).toThrow('null within an ARRAY or a MAP');
    expect(() => arrays.serialize([null, new Map([['a', null]]), null])).toThrow(
      'null within an ARRAY or a MAP',
    );
    expect(() => arrays.serialize([null, null, 253_402_300_800_000])).toThrow('beyond the years 1 to 9999');
    expect(() => serdeOf('PROTOBUF_NOSR', 'A ARRAY<ARRAY<INT>>')).toThrow('Array cannot be nested');
    expect(() => serdeOf('PROTOBUF_NOSR', 'M MAP<INT, INT>')).toThrow(
      'only supports MAP types with STRING keys',
    );
    expect(() => serdeOf('PROTOBUF_NOSR', '"a-b" INT')).toThrow('is not a valid identifier');
  });

  it('rows that are longer than the memory that they share come out whole', () => {
    const serde = serdeOf('PROTOBUF_NOSR', 'S STRING, A ARRAY<STRING>, B BYTES');
    const sizes = [0, 10, 126, 127, 128, 1000, 2047, 2048, 5000, 8191, 8192, 20_000, 3];
    const rows = sizes.map((size) => ['x'.repeat(size), ['é'.repeat(size), 'y'], Buffer.alloc(size, 7)]);
    const bytes = rows.map((row) => serde.serialize(row));
    const again = bytes.map((each) => serde.deserialize(each));
    expect(JSON.stringify(again) === JSON.stringify(rows)).toBe(true);
  });
});
