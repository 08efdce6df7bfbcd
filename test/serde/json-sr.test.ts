import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonSchemaFormat } from '../../src/serde/json-sr/format.ts';
import { SerdeError } from '../../src/serde/index.ts';
import { MemoryRegistry } from '../../src/sql/testing/memory-registry.ts';
import { parseSchema } from '../../src/sql/types/index.ts';
import { serdeOf, valuesOf } from './harness.ts';

const columnsOf = (text: string) => parseSchema(text).columns.map(({ name, type }) => ({ name, type }));

/** A serde that writes by a JSON Schema. */
function serdeBy(schema: unknown, columns: string) {
  const registry = new MemoryRegistry();
  const written = registry.registerNow('t-value', {
    type: 'JSON',
    schema: JSON.stringify(schema),
    references: [],
  });
  const spec = {
    columns: columnsOf(columns),
    side: 'value',
    features: new Set<never>(),
    properties: {},
  } as const;
  return jsonSchemaFormat.createSerde(spec, {
    lookup: { byId: (id) => registry.byIdNow(id) },
    written: () => written,
  });
}

const inferred = (schema: unknown, side: 'key' | 'value' = 'value') =>
  jsonSchemaFormat.schemas?.toColumns(
    { id: 1, type: 'JSON', schema: JSON.stringify(schema), references: [], dependencies: [] },
    { side, features: new Set(side === 'key' ? ['UNWRAP_SINGLES'] : []), properties: {} },
  );

describe('JSON_SR', () => {
  it('is read as it was written', () => {
    const text =
      'A INT, B BIGINT, C STRING, D BYTES, E DECIMAL(9, 3), F ARRAY<BOOLEAN>, G MAP<STRING, INT>, H STRUCT<X DATE>';
    const serde = serdeOf('JSON_SR', text);
    fc.assert(
      fc.property(fc.tuple(...columnsOf(text).map(({ type }) => valuesOf(type))), (row) => {
        expect(serde.deserialize(serde.serialize(row))).toEqual(row);
      }),
      { numRuns: 200 },
    );
  });

  it('is JSON behind an envelope', () => {
    const bytes = serdeOf('JSON_SR', 'A INT, M MAP<STRING, INT>').serialize([1, new Map([['k', 2]])]);
    expect(bytes?.toString('latin1')).toBe('\0\0\0\0\u0001{"A":1,"M":[{"key":"k","value":2}]}');
    expect(() => serdeOf('JSON_SR', 'A INT').deserialize(Buffer.from('{"A":1}'))).toThrow(SerdeError);
  });

  it('is written by the schema of somebody else', () => {
    const schema = {
      type: 'object',
      properties: {
        b: { type: 'string' },
        a: { type: 'integer' },
        m: { type: 'object', additionalProperties: { type: 'integer' } },
        d: { type: 'integer', default: 7 },
      },
      required: ['a'],
    };
    const bytes = serdeBy(schema, 'A BIGINT, M MAP<STRING, BIGINT>').serialize([1, new Map([['k', 2]])]);
    expect(JSON.parse(bytes?.subarray(5).toString() ?? '')).toEqual({ a: 1, m: { k: 2 }, b: null, d: 7 });
    const missing = serdeBy({ ...schema, required: ['b'] }, 'A BIGINT');
    expect(() => missing.serialize([1])).toThrow('Missing value for the required field b');
  });

  it('has values of several types as structs of one field each', () => {
    const schema = {
      type: 'object',
      properties: {
        u: {
          oneOf: [
            { type: 'null' },
            { type: 'integer' },
            { type: 'string' },
            { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } },
            { type: 'object', properties: { a: { type: 'integer' }, c: { type: 'string' } } },
          ],
        },
        l: { type: 'array', items: { anyOf: [{ type: 'boolean' }, { type: 'number' }] } },
      },
    };
    const names = ['0', '1', '2', '3'].map((at) => `\`io.confluent.connect.json.OneOf.field.${at}\``);
    const [n, t, ab, ac] = names;
    const columns =
      `\`u\` STRUCT<${n} BIGINT, ${t} STRING, ${ab} STRUCT<\`a\` BIGINT, \`b\` BIGINT>, ` +
      `${ac} STRUCT<\`a\` BIGINT, \`c\` STRING>>, \`l\` ARRAY<STRUCT<${n} BOOLEAN, ${t} DOUBLE>>`;
    expect(inferred(schema)).toEqual(columnsOf(columns));
    for (const spelled of [columns, columns.toUpperCase()]) {
      const serde = serdeBy(schema, spelled);
      const rows: readonly (readonly [string, unknown])[] = [
        [
          '{"u":5,"l":[true,null,1.5]}',
          [
            [5, null, null, null],
            [[true, null], null, [null, 1.5]],
          ],
        ],
        ['{"u":"five","l":null}', [[null, 'five', null, null], null]],
        ['{"u":{"a":1,"b":2},"l":[]}', [[null, null, [1, 2], null], []]],
        ['{"u":{"a":1,"c":"x"},"l":[]}', [[null, null, null, [1, 'x']], []]],
        ['{"u":null,"l":[]}', [null, []]],
        ['{"u":9007199254740993,"l":[]}', [[9007199254740993n, null, null, null], []]],
      ];
      for (const [json, row] of rows) {
        const bytes = Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), Buffer.from(json)]);
        const read = serde.deserialize(bytes);
        expect(read).toEqual(row);
        expect(JSON.parse(serde.serialize(read)?.toString('utf8', 5) ?? '')).toEqual(JSON.parse(json));
      }
      const none = Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), Buffer.from('{"u":true}')]);
      expect(() => serde.deserialize(none)).toThrow(
        new SerdeError('Did not find matching oneof field for data: true'),
      );
    }
  });

  it('has the columns of its schema, in the order of Connect', () => {
    const int = { oneOf: [{ type: 'null' }, { type: 'integer', 'connect.type': 'int32' }] };
    const columns = inferred({
      type: 'object',
      properties: {
        last: { ...int, 'connect.index': 3 },
        first: { $ref: '#/definitions/text', 'connect.index': 0 },
        list: { type: ['array', 'null'], items: { type: 'number' }, 'connect.index': 1 },
        price: {
          'connect.index': 2,
          type: 'number',
          title: 'org.apache.kafka.connect.data.Decimal',
          'connect.parameters': { scale: '2', 'connect.decimal.precision': '5' },
        },
      },
      definitions: { text: { type: 'string' } },
    });
    expect(columns).toEqual(
      columnsOf('`last` INT, `first` STRING, `list` ARRAY<DOUBLE>, `price` DECIMAL(5, 2)').toSorted(
        (a, b) => order(a.name) - order(b.name),
      ),
    );
    expect(inferred(int, 'key')).toEqual(columnsOf('ROWKEY INT'));
    expect(inferred({ type: 'object', additionalProperties: { type: 'integer' } }, 'key')).toEqual(
      columnsOf('ROWKEY MAP<STRING, BIGINT>'),
    );
    const choice = { type: 'object', oneOf: [{ type: 'integer' }, { type: 'string' }] };
    expect(inferred(choice)?.map(({ name }) => name.split('.').at(-1))).toEqual(['0', '1']);
    expect(() => inferred({ type: 'integer' })).toThrow('must be structured');
    expect(() => inferred({ type: 'object', additionalProperties: { type: 'integer' } })).toThrow(
      'must be structured',
    );
  });
});

const order = (name: string): number => ['first', 'list', 'price', 'last'].indexOf(name);
