import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { Decimal, type FormatColumn, formatOf, printType, type RowSerde } from '../../src/serde/index.ts';
import type { RegisteredSchema } from '../../src/serde/schemas/registered-schema.ts';
import { parseSchema } from '../../src/sql/types/index.ts';

type Dependencies = RegisteredSchema['dependencies'];

const registered = (schema: string, id = 7, dependencies: Dependencies = []): RegisteredSchema => ({
  type: 'PROTOBUF',
  schema,
  id,
  references: [],
  dependencies,
});

/** The columns that are inferred of a schema, as SQL prints them. */
function inferred(
  schema: string,
  {
    dependencies,
    ...properties
  }: { readonly fullSchemaName?: string; readonly dependencies?: Dependencies } = {},
): readonly string[] {
  const columns = formatOf('PROTOBUF').schemas?.toColumns(registered(schema, 7, dependencies), {
    side: 'value',
    features: new Set(),
    properties,
  });
  return (columns ?? []).map(({ name, type }) => `${name} ${printType(type)}`);
}

function serdeOf(
  columns: readonly FormatColumn[],
  schemas: readonly RegisteredSchema[],
  properties: Readonly<Record<string, string>> = {},
): RowSerde {
  const [written] = schemas;
  return formatOf('PROTOBUF').createSerde(
    { columns, side: 'value', features: new Set(), properties },
    {
      lookup: { byId: (id) => schemas.find((each) => each.id === id) },
      written: () => written ?? registered(''),
    },
  );
}

const columnsOf = (schema: string): readonly FormatColumn[] => parseSchema(schema).columns;

const EVERYTHING = `
  syntax = "proto3";
  package shop.orders;
  import "google/protobuf/timestamp.proto";
  import "google/protobuf/wrappers.proto";
  import "google/type/date.proto";
  import "confluent/meta.proto";
  import "confluent/type/decimal.proto";
  enum Kind { NONE = 0; BIG = 1; HUGE = -5; }
  message Order {
    message Line { string sku = 1; repeated uint32 counts = 2; }
    oneof payment { string card = 4; Line gift = 5; }
    int32 i32 = 1; sint32 s32 = 2; sfixed32 f32 = 3;
    uint32 u32 = 6; fixed32 x32 = 7; int64 i64 = 8; uint64 u64 = 9; sint64 s64 = 10; fixed64 x64 = 11; sfixed64 f64 = 12;
    float fl = 13; double db = 14; bool b = 15; string st = 16; bytes by = 17;
    Kind kind = 18; repeated Kind kinds = 19; Line line = 20; repeated Line lines = 21;
    map<string, Line> by_sku = 22; map<int32, double> rates = 23;
    google.protobuf.Timestamp at = 24; google.type.Date day = 25; google.protobuf.Int32Value maybe = 26;
    confluent.type.Decimal price = 27 [(confluent.field_meta) = { params: [{ key: "precision", value: "9" }, { key: "scale", value: "2" }] }];
    optional int32 opt = 28; repeated int64 spread = 29 [packed = false]; google.protobuf.StringValue note = 1000;
  }`;

const EVERYTHING_COLUMNS = [
  'payment_0 STRUCT<`card` STRING, `gift` STRUCT<`sku` STRING, `counts` ARRAY<BIGINT>>>',
  ...['i32', 's32', 'f32'].map((name) => `${name} INTEGER`),
  ...['u32', 'x32', 'i64', 'u64', 's64', 'x64', 'f64'].map((name) => `${name} BIGINT`),
  'fl DOUBLE',
  'db DOUBLE',
  'b BOOLEAN',
  'st STRING',
  'by BYTES',
  'kind STRING',
  'kinds ARRAY<STRING>',
  'line STRUCT<`sku` STRING, `counts` ARRAY<BIGINT>>',
  'lines ARRAY<STRUCT<`sku` STRING, `counts` ARRAY<BIGINT>>>',
  'by_sku MAP<STRING, STRUCT<`sku` STRING, `counts` ARRAY<BIGINT>>>',
  'rates MAP<STRING, DOUBLE>',
  'at TIMESTAMP',
  'day DATE',
  'maybe INTEGER',
  'price DECIMAL(9, 2)',
  'opt INTEGER',
  'spread ARRAY<BIGINT>',
  'note STRING',
];

describe('columns of a schema', () => {
  it('has one for every field, with Connect’s types', () => {
    expect(inferred(EVERYTHING)).toEqual(EVERYTHING_COLUMNS);
  });

  it('takes the message of a name, within others too, and the first one else', () => {
    const schema =
      'syntax = "proto3"; package p; message A { int32 a = 1; message B { string b = 1; } } message C { bool c = 1; }';
    expect(inferred(schema)).toEqual(['a INTEGER']);
    expect(inferred(schema, { fullSchemaName: 'p.C' })).toEqual(['c BOOLEAN']);
    expect(inferred(schema, { fullSchemaName: 'p.A.B' })).toEqual(['b STRING']);
    expect(inferred(schema, { fullSchemaName: 'ConnectDefault1' })).toEqual(['a INTEGER']);
    expect(() => inferred(schema, { fullSchemaName: 'p.D' })).toThrow('no message with name: p.D');
  });

  it('reads what is imported, of the same package too', () => {
    const dependencies = [
      { name: 'unit.proto', schema: 'syntax = "proto3"; package p; message Unit { string code = 1; }' },
      {
        name: 'event.proto',
        schema:
          'syntax = "proto3"; package p; import "unit.proto"; message Event { int64 at = 1; Unit unit = 2; }',
      },
    ];
    const schema = 'syntax = "proto3"; package p; import "event.proto"; message Log { Event event = 1; }';
    expect(inferred(schema, { dependencies })).toEqual([
      'event STRUCT<`at` BIGINT, `unit` STRUCT<`code` STRING>>',
    ]);
    expect(() => inferred(schema)).toThrow('Could not parse Protobuf');
  });

  it('of proto2: groups have no column', () => {
    const schema =
      'syntax = "proto2"; message M { required int32 r = 1; optional string o = 2 [default = "x"]; optional group G = 3 { optional int32 z = 1; } }';
    expect(inferred(schema)).toEqual(['r INTEGER', 'o STRING']);
  });

  it('refuses a message that holds itself, and what is no schema', () => {
    expect(() => inferred('syntax = "proto3"; message T { repeated T children = 1; }')).toThrow(
      'holds itself',
    );
    expect(() => inferred('message {')).toThrow('Could not parse Protobuf');
  });
});

describe('records', () => {
  const schema = registered(EVERYTHING);
  const columns = columnsOf(EVERYTHING_COLUMNS.map((column) => column.replace(/^(\S+)/, '`$1`')).join(', '));
  const row = [
    [null, ['g', [1, 4294967295]]],
    ...[-1, -2, -3, 4294967295, 7, -9007199254740993n, 9, -10, 11, -12],
    1.5,
    -0.25,
    true,
    'é',
    Buffer.from([1, 255]),
    'HUGE',
    ['BIG', 'NONE'],
    ['x', []],
    [
      ['y', [2]],
      ['', []],
    ],
    new Map([['k', ['z', [300]]]]),
    new Map([['-4', 0.5]]),
    -1,
    -1,
    0,
    new Decimal(-123n, 2),
    0,
    [1, 300],
    '',
  ];

  it('come back as they went, and are what protobufjs reads', () => {
    const serde = serdeOf(columns, [schema]);
    const bytes = serde.serialize(row) ?? Buffer.alloc(0);
    expect(bytes.subarray(0, 6).toString('hex')).toBe('000000000700');
    expect(serde.deserialize(bytes)).toEqual(row);
    const found = reflected(EVERYTHING, 'shop.orders.Order').decode(bytes.subarray(6)).toJSON();
    expect(found).toMatchObject({
      u32: 4294967295,
      u64: '9',
      kind: 'HUGE',
      rates: { '-4': 0.5 },
      gift: { sku: 'g' },
    });
    expect(found).toMatchObject({
      day: { year: 1969, month: 12, day: 31 },
      maybe: {},
      opt: 0,
      spread: ['1', '300'],
    });
  });

  it('that protobufjs wrote are read, and what they lack is the default, or null where that can be told', () => {
    const bytes = Buffer.from(reflected(EVERYTHING, 'shop.orders.Order').encode({}).finish());
    const empty = serdeOf(columns, [schema]).deserialize(
      Buffer.concat([Buffer.from('000000000700', 'hex'), bytes]),
    );
    expect(empty).toEqual([
      null,
      ...Array.from({ length: 12 }, () => 0),
      false,
      '',
      Buffer.alloc(0),
      'NONE',
      [],
      null,
      [],
      new Map(),
      new Map(),
      null,
      null,
      null,
      null,
      null,
      [],
      null,
    ]);
  });

  const TWO =
    'syntax = "proto3"; message A { int32 v = 1; message B { message C { string v = 3; } } } message D { bool w = 1; int64 v = 2; }';

  it('of another message than the first have its path', () => {
    const read = serdeOf(columnsOf('V STRING'), [registered(TWO)]);
    const write = (fullSchemaName: string, schema_: string): Buffer =>
      serdeOf(columnsOf(schema_), [registered(TWO)], { fullSchemaName }).serialize(
        schema_.includes('STRING') ? ['x'] : [5],
      ) ?? Buffer.alloc(0);
    const nested = write('A.B.C', 'v STRING');
    expect(nested.toString('hex')).toBe('0000000007060000001a0178');
    expect(read.deserialize(nested)).toEqual(['x']);
    const second = write('D', 'V BIGINT');
    expect(second.toString('hex')).toBe('000000000702021005');
    expect(read.deserialize(second)).toEqual(['5']);
    expect(() => read.deserialize(Buffer.from('0000000007020c', 'hex'))).toThrow('no message at 6');
  });

  it('of several schemas are read by their own', () => {
    const serde = serdeOf(columnsOf('A INT, B STRING'), [
      registered('syntax = "proto3"; message M { int32 a = 1; }', 1),
      registered('syntax = "proto3"; message M { string b = 1; int32 A = 2; }', 2),
      registered('syntax = "proto3"; message M { double c = 9; }', 3),
    ]);
    const read = (hex: string): unknown => serde.deserialize(Buffer.from(hex, 'hex'));
    expect(read('0000000001000805')).toEqual([5, null]);
    expect(read('0000000002000a01781007')).toEqual([7, 'x']);
    expect(read('000000000300490000000000000000')).toEqual([null, null]);
    expect(() => read('000000000400')).toThrow('the schema with id 4 is not known');
    expect(() => read('0800')).toThrow('Unknown magic byte!');
  });

  it('have the column of their very name, where others differ by their letters alone', () => {
    const schema = registered('syntax = "proto3"; message M { int32 A = 1; int32 a = 2; int32 bC = 3; }', 1);
    const serde = serdeOf(columnsOf('A INT, `Bc` INT'), [schema]);
    expect(serde.deserialize(Buffer.from('000000000100080510061807', 'hex'))).toEqual([5, 7]);
  });

  it.each([
    ['int64 v = 1', 'V INT', 'Cannot deserialize type int64 as type int32 for path: ->V'],
    ['bytes v = 1', 'V STRING', 'Cannot deserialize type bytes as type string for path: ->V'],
    ['repeated int32 v = 1', 'V INT', 'Cannot deserialize type array as type int32 for path: ->V'],
    ['map<string, int32> v = 1', 'V ARRAY<INT>', 'Cannot deserialize type map as type array for path: ->V'],
    ['string v = 1', 'V DECIMAL(4, 2)', 'Cannot deserialize type string as type bytes for path: ->V'],
    ['M v = 1', 'V STRUCT<V INT>', 'Cannot deserialize type struct as type int32 for path: ->V->V'],
  ])('with %s are no %s', (field, column, message) => {
    const hex = field.startsWith('M') ? '0000000001000a00' : '000000000100';
    const serde = serdeOf(columnsOf(column), [registered(`syntax = "proto3"; message M { ${field}; }`, 1)]);
    expect(() => serde.deserialize(Buffer.from(hex, 'hex'))).toThrow(message);
  });

  it('of proto2 have their defaults, and required fields are always written', () => {
    const schema_ = registered(
      'syntax = "proto2"; enum E { P = 3; Q = 4; } message M { required int32 r = 1; optional string o = 2 [default = "x"]; required E e = 3; required bool b = 4 [default = true]; }',
      1,
    );
    const serde = serdeOf(columnsOf('R INT, O STRING, E STRING, B BOOLEAN'), [schema_]);
    expect(serde.deserialize(Buffer.from('000000000100', 'hex'))).toEqual([0, null, 'P', true]);
    expect(serde.serialize([0, null, 'P', false])?.toString('hex')).toBe('000000000100080018032000');
    expect(() => serde.serialize([null, null, 'P', false])).toThrow('a required field cannot be null: ->R');
    expect(() => serde.serialize([1, null, 'Z', false])).toThrow('Z is no value of the enum E');
  });

  it('are refused where a column has no field', () => {
    const serde = serdeOf(columnsOf('A INT, B INT'), [
      registered('syntax = "proto3"; message M { int32 a = 1; }', 1),
    ]);
    expect(() => serde.serialize([1, 2])).toThrow('Schema from Schema Registry misses field with name: B');
  });
});

describe('the schema of columns', () => {
  const textOf = (schema: string, properties: Readonly<Record<string, string>>): string | undefined =>
    formatOf('PROTOBUF').schemas?.toSchema({
      columns: columnsOf(schema),
      side: 'value',
      features: new Set(),
      properties,
    }).schema;

  it('has the name that it is given, and its package', () => {
    expect(textOf('A INT, S STRUCT<B STRING>', { fullSchemaName: 'io.test.Value' })).toBe(
      'syntax = "proto3";\npackage io.test;\n\nmessage Value {\n  int32 A = 1;\n  ConnectDefault1 S = 2;\n\n' +
        '  message ConnectDefault1 {\n    string B = 1;\n  }\n}\n',
    );
  });

  it('tells precision and scale', () => {
    expect(textOf('D DECIMAL(4, 2)', { nullableRepresentation: 'optional' })).toBe(
      'syntax = "proto3";\n\nimport "confluent/type/decimal.proto";\n\nmessage ConnectDefault1 {\n' +
        '  optional confluent.type.Decimal D = 1 [(confluent.field_meta) = {\n    params: [\n' +
        '      {\n        value: "4",\n        key: "precision"\n      },\n' +
        '      {\n        value: "2",\n        key: "scale"\n      }\n    ]\n  }];\n}\n',
    );
  });

  it('gives the columns again', () => {
    const schema =
      'I INT, L BIGINT, D DOUBLE, B BOOLEAN, S STRING, BYT BYTES, A ARRAY<STRING>, M MAP<STRING, STRUCT<X DATE>>, ' +
      'DE DECIMAL(9, 3), T TIME, TS TIMESTAMP, ST STRUCT<Y ARRAY<STRUCT<Z INT>>>';
    for (const properties of [
      {},
      { nullableRepresentation: 'OPTIONAL' },
      { nullableRepresentation: 'WRAPPER' },
    ]) {
      expect(inferred(textOf(schema, properties) ?? '')).toEqual(
        columnsOf(schema).map(({ name, type }) => `${name} ${printType(type)}`),
      );
    }
  });
});

function reflected(schema: string, name: string): protobuf.Type {
  const root = new protobuf.Root();
  protobuf.parse(schema, root, { keepCase: true });
  protobuf.parse(
    'syntax = "proto3"; package google.type; message Date { int32 year = 1; int32 month = 2; int32 day = 3; }',
    root,
  );
  protobuf.parse(
    'syntax = "proto3"; package confluent.type; message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }',
    root,
  );
  for (const file of ['timestamp', 'wrappers']) {
    const nested = protobuf.common.get(`google/protobuf/${file}.proto`)?.nested;
    if (nested !== undefined) root.addJSON(nested);
  }
  return root.resolveAll().lookupType(name);
}
