import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FormatSpec } from '../../src/serde/contract/format.ts';
import { avroFormat } from '../../src/serde/avro/format.ts';
import { Decimal, type Row, SerdeError, type SqlValue } from '../../src/serde/index.ts';
import { ENVELOPE_BYTES, putSchemaId } from '../../src/serde/schemas/envelope.ts';
import type { RegisteredSchema } from '../../src/serde/schemas/registered-schema.ts';
import { parseSchema } from '../../src/sql/types/index.ts';
import { valuesOf } from './harness.ts';

const registered = (schema: unknown, id = 7): RegisteredSchema => ({
  type: 'AVRO',
  schema: typeof schema === 'string' ? schema : JSON.stringify(schema),
  references: [],
  dependencies: [],
  id,
});

const specOf = (columns: string, given: Partial<FormatSpec> = {}): FormatSpec => ({
  columns: parseSchema(columns).columns.map(({ name, type }) => ({ name, type })),
  side: 'value',
  features: new Set(),
  properties: {},
  ...given,
});

/** A serde that writes by one schema and reads what is written by it. */
function serdeBy(schema: RegisteredSchema, spec: FormatSpec) {
  return avroFormat.createSerde(spec, {
    lookup: { byId: (id) => (id === schema.id ? schema : undefined) },
    written: () => schema,
  });
}

const schemaOf = (spec: FormatSpec): string => avroFormat.schemas?.toSchema(spec).schema ?? '';

/** 64-bit numbers as avsc's users have them exactly. */
const long = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b)),
});

const isLong = (schema: avro.Schema): boolean =>
  schema === 'long' || (typeof schema === 'object' && 'type' in schema && schema.type === 'long');

const avscType = (schema: string): avro.Type =>
  avro.Type.forSchema(
    JSON.parse(schema) as avro.Schema,
    {
      // Its own ones are exact up to half of what a double holds.
      typeHook: (each: avro.Schema) => (isLong(each) ? long : undefined),
      wrapUnions: true,
    } as never,
  );

/** Bytes that avsc writes, in the envelope. */
function written(schema: unknown, value: unknown): Buffer {
  const bytes = avro.Type.forSchema(schema as avro.Schema).toBuffer(value);
  const head = Buffer.alloc(ENVELOPE_BYTES);
  putSchemaId(head, 7);
  return Buffer.concat([head, bytes]);
}

const read = (
  schema: unknown,
  columns: string,
  value: unknown,
  given: Partial<FormatSpec> = {},
): Row | null => serdeBy(registered(schema), specOf(columns, given)).deserialize(written(schema, value));

const EVERY =
  'A BOOLEAN, B INT, C BIGINT, D DOUBLE, E STRING, F BYTES, G DATE, H TIME, I TIMESTAMP, J DECIMAL(20, 4), ' +
  'K ARRAY<INT>, L MAP<STRING, BIGINT>, M STRUCT<X INT, Y ARRAY<STRUCT<Z STRING>>>, N ARRAY<MAP<STRING, STRING>>';

describe('Avro that ksqlDB writes', () => {
  it('is what an independent reader reads and would write, and is read as it was written', () => {
    const spec = specOf(EVERY);
    const schema = registered(schemaOf(spec));
    const serde = serdeBy(schema, spec);
    const type = avscType(schema.schema);
    const rows = fc.tuple(...spec.columns.map((column) => valuesOf(column.type)));
    fc.assert(
      fc.property(rows, (row) => {
        const bytes = serde.serialize(row) ?? Buffer.alloc(0);
        expect(bytes.subarray(0, ENVELOPE_BYTES).toString('hex')).toBe('0000000007');
        const payload = bytes.subarray(ENVELOPE_BYTES);
        const value: unknown = type.fromBuffer(payload);
        expect(type.toBuffer(value).equals(payload)).toBe(true);
        expect(serde.deserialize(bytes)).toEqual(row);
      }),
      { numRuns: 300 },
    );
  });

  it('is one value where a single column is not wrapped, and no bytes where that is null', () => {
    for (const column of spec1) {
      const spec = specOf(`V ${column}`, { features: new Set(['UNWRAP_SINGLES']) });
      const serde = serdeBy(registered(schemaOf(spec)), spec);
      fc.assert(
        fc.property(valuesOf(spec.columns[0]?.type ?? { kind: 'STRING' }), (value: SqlValue) => {
          const bytes = serde.serialize([value]);
          expect(bytes === null).toBe(value === null);
          expect(serde.deserialize(bytes)).toEqual(value === null ? null : [value]);
        }),
        { numRuns: 50 },
      );
    }
  });

  it('has the schema that ksqlDB registers', () => {
    expect(
      JSON.parse(schemaOf(specOf('A INT, M MAP<STRING, INT>, D DECIMAL(4, 2), S STRUCT<T TIMESTAMP>'))),
    ).toEqual({
      type: 'record',
      name: 'KsqlDataSourceSchema',
      namespace: 'io.confluent.ksql.avro_schemas',
      fields: [
        { name: 'A', type: ['null', 'int'], default: null },
        {
          name: 'M',
          type: [
            'null',
            {
              type: 'array',
              items: {
                type: 'record',
                name: 'KsqlDataSourceSchema_M',
                fields: [
                  { name: 'key', type: ['null', 'string'], default: null },
                  { name: 'value', type: ['null', 'int'], default: null },
                ],
                'connect.internal.type': 'MapEntry',
              },
              'connect.name': 'io.confluent.ksql.avro_schemas.KsqlDataSourceSchema_M',
            },
          ],
          default: null,
        },
        {
          name: 'D',
          type: [
            'null',
            {
              type: 'bytes',
              scale: 2,
              precision: 4,
              'connect.version': 1,
              'connect.parameters': { scale: '2', 'connect.decimal.precision': '4' },
              'connect.name': 'org.apache.kafka.connect.data.Decimal',
              logicalType: 'decimal',
            },
          ],
          default: null,
        },
        {
          name: 'S',
          type: [
            'null',
            {
              type: 'record',
              name: 'KsqlDataSourceSchema_S',
              fields: [
                {
                  name: 'T',
                  type: [
                    'null',
                    {
                      type: 'long',
                      'connect.version': 1,
                      'connect.name': 'org.apache.kafka.connect.data.Timestamp',
                      logicalType: 'timestamp-millis',
                    },
                  ],
                  default: null,
                },
              ],
              'connect.name': 'io.confluent.ksql.avro_schemas.KsqlDataSourceSchema_S',
            },
          ],
          default: null,
        },
      ],
      'connect.name': 'io.confluent.ksql.avro_schemas.KsqlDataSourceSchema',
    });
    const named = specOf('A INT', { properties: { fullSchemaName: 'org.shop.Order' } });
    expect(JSON.parse(schemaOf(named))).toMatchObject({ name: 'Order', namespace: 'org.shop' });
    expect(() => schemaOf(specOf('`a-b` INT'))).toThrow(
      'Schema is not compatible with Avro: Illegal character in: a-b',
    );
  });
});

const spec1 = [
  'INT',
  'BIGINT',
  'STRING',
  'DOUBLE',
  'DECIMAL(6, 2)',
  'ARRAY<STRING>',
  'STRUCT<A INT, B STRING>',
];

const record = (...fields: unknown[]): unknown => ({ type: 'record', name: 'R', namespace: 'n', fields });
const field = (name: string, type: unknown, rest: object = {}): unknown => ({ name, type, ...rest });

describe('Avro that others write', () => {
  it('is read by names, whatever their case; what is missing is null and what nobody asks for is passed over', () => {
    const schema = record(
      field('skipped', { type: 'map', values: { type: 'array', items: ['null', 'string', 'double'] } }),
      field('b', 'string'),
      field('deep', { type: 'record', name: 'Deep', fields: [field('x', 'int'), field('y', 'long')] }),
      field('a', 'int'),
    );
    const value = {
      skipped: { k: [null, 's', 1.5] },
      b: 'text',
      deep: { x: 1, y: 2 },
      a: 5,
    };
    expect(read(schema, 'A INT, MISSING STRING, B STRING, DEEP STRUCT<Y BIGINT, Z INT>', value)).toEqual([
      5,
      null,
      'text',
      [2, null],
    ]);
    const unread = { unread: new Set(['B']), trailingNulls: 2 };
    expect(read(schema, 'A INT, B STRING', value, unread)).toEqual([5, null, null, null]);
  });

  it('widens, and prints primitives as texts', () => {
    const schema = record(
      field('a', 'int'),
      field('b', 'float'),
      field('c', 'float'),
      field('d', 'double'),
      field('e', 'boolean'),
      field('f', 'long'),
      field('g', 'float'),
    );
    const value = { a: 3, b: 0.5, c: Math.fround(0.1), d: 4, e: true, f: 12, g: 125_606.3359375 };
    expect(
      read(schema, 'A BIGINT, B DOUBLE, C STRING, D STRING, E STRING, F STRING, G STRING', value),
    ).toEqual([3, 0.5, '0.1', '4.0', 'true', '12', '125606.336']);
  });

  it.each([
    ['long', 1, 'INT'],
    ['string', 'x', 'INT'],
    ['string', 'x', 'BYTES'],
    ['double', 1, 'BIGINT'],
    [{ type: 'array', items: 'int' }, [1], 'STRING'],
  ])('of %j %j is no %s', (type, value, column) => {
    expect(() => read(record(field('a', type)), `A ${column}`, { a: value })).toThrow(SerdeError);
  });

  it('has enums, fixed, decimals, entries of maps and unions', () => {
    const schema = record(
      field('suit', { type: 'enum', name: 'Suit', symbols: ['SPADES', 'HEARTS'] }),
      field('hash', { type: 'fixed', name: 'Hash', size: 4 }),
      field('price', {
        type: 'fixed',
        name: 'Price',
        size: 3,
        logicalType: 'decimal',
        precision: 6,
        scale: 2,
      }),
      field('either', ['null', 'int', { type: 'record', name: 'Other', fields: [field('s', 'string')] }]),
      field('day', { type: 'int', logicalType: 'date' }),
      field('moment', { type: 'long', logicalType: 'timestamp-micros' }),
    );
    const value = {
      suit: 'HEARTS',
      hash: Buffer.from('abcd'),
      price: Buffer.from('fffe0c', 'hex'),
      either: { s: 'x' },
      day: 10,
      moment: 1_000_000,
    };
    const columns =
      'SUIT STRING, HASH BYTES, PRICE DECIMAL(6, 2), EITHER STRUCT<INT INT, OTHER STRUCT<S STRING>>, DAY DATE, MOMENT BIGINT';
    expect(read(schema, columns, value)).toEqual([
      'HEARTS',
      Buffer.from('abcd'),
      new Decimal(-500n, 2),
      [null, ['x']],
      10,
      1_000_000,
    ]);
    const inferred = avroFormat.schemas?.toColumns(registered(schema), {
      side: 'value',
      features: new Set(),
      properties: {},
    });
    const declared = parseSchema(
      columns
        .replaceAll(/\b[A-Z]+\b(?= [A-Z])/g, (name) => `\`${name.toLowerCase()}\``)
        .replace('`other`', '`Other`'),
    ).columns.map(({ name, type }) => ({ name, type }));
    expect(inferred).toEqual(declared);
  });

  it('has no decimal without digits', () => {
    const price = { type: 'bytes', logicalType: 'decimal', precision: 6, scale: 2 };
    const empty = { a: Buffer.alloc(0) };
    expect(() => read(record(field('a', price)), 'A DECIMAL(6, 2)', empty)).toThrow('Zero length BigInteger');
  });

  it('may contain itself, where nobody looks at it', () => {
    const schema = record(field('a', 'int'), field('next', ['null', 'n.R']));
    const value = { a: 1, next: { a: 2, next: null } };
    expect(read(schema, 'A INT', value)).toEqual([1]);
    const infer = { side: 'value', features: new Set<never>(), properties: {} } as const;
    expect(avroFormat.schemas?.toColumns(registered(schema), infer).map(({ name }) => name)).toEqual(['a']);
  });

  it('is read by schemas that refer to others', () => {
    const schema = {
      ...registered(record(field('p', 'n.Point'))),
      dependencies: [
        {
          name: 'n.Point',
          schema: JSON.stringify({ ...(record(field('x', 'int')) as object), name: 'Point' }),
        },
      ],
    };
    const bytes = Buffer.from('000000000706', 'hex');
    expect(serdeBy(schema, specOf('P STRUCT<X INT>')).deserialize(bytes)).toEqual([[3]]);
  });

  it('is a row or a SerdeError, whatever the bytes are', () => {
    const spec = specOf(EVERY);
    const serde = serdeBy(registered(schemaOf(spec)), spec);
    const sample = serde.serialize(spec.columns.map(() => null)) ?? Buffer.alloc(0);
    const bytes = fc.oneof(
      fc
        .uint8Array({ maxLength: 60 })
        .map((array) => Buffer.concat([sample.subarray(0, ENVELOPE_BYTES), array])),
      fc
        .tuple(fc.tuple(...spec.columns.map((column) => valuesOf(column.type))), fc.nat(), fc.nat(255))
        .map(([row, at, byte]) => {
          const changed = Buffer.from(serde.serialize(row) ?? '');
          changed[ENVELOPE_BYTES + (at % (changed.length - ENVELOPE_BYTES))] = byte;
          return changed;
        }),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        try {
          expect(serde.deserialize(input)).toHaveLength(spec.columns.length);
        } catch (error) {
          expect(error).toBeInstanceOf(SerdeError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('Avro that is written by the schema of somebody else', () => {
  const schema = record(
    field('c2', 'int', { default: 100 }),
    field('C1', ['int', 'null']),
    field('in', {
      type: 'record',
      name: 'In',
      fields: [field('n', 'long', { default: 10 }), field('e', 'string')],
    }),
    field('opt', ['null', 'string']),
    field('m', { type: 'map', values: 'int' }),
  );
  const columns = 'C1 INT, `in` STRUCT<E STRING, N BIGINT>, M MAP<STRING, INT>';

  it('has columns by their names, defaults, and nulls where they may be', () => {
    const bytes = serdeBy(registered(schema), specOf(columns)).serialize([
      4,
      ['x', null],
      new Map([['k', 1]]),
    ]);
    const value: unknown = avro.Type.forSchema(schema as avro.Schema).fromBuffer(
      (bytes ?? Buffer.alloc(0)).subarray(ENVELOPE_BYTES),
    );
    expect(JSON.parse(JSON.stringify(value))).toEqual({
      c2: 100,
      C1: 4,
      in: { n: 10, e: 'x' },
      opt: null,
      m: { k: 1 },
    });
  });

  it('is refused where a field that has to be there is not', () => {
    const serde = serdeBy(registered(schema), specOf(columns));
    expect(() => serde.serialize([null, ['x', 1], null])).toThrow('Null value for the required field m');
    const missing = serdeBy(registered(record(field('x', 'int'))), specOf('A INT'));
    expect(() => missing.serialize([1])).toThrow('Missing default value for required Avro field: [x]');
  });
});
