import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type AvroSchema,
  inMemorySchemaRegistry,
  RegistryError,
  type SchemaRegistryClient,
  type SchemaSerde,
  type SchemaSerdeOptions,
  SerdeError,
  Serdes,
  StreamsBuilder,
} from '../../src/streams/index.ts';
import { TopologyTestDriver } from '../../src/streams/testing/index.ts';

const ORDER = {
  type: 'record',
  name: 'Order',
  namespace: 'shop',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'amount', type: 'double' },
  ],
} as const;

const LATER = {
  ...ORDER,
  fields: [...ORDER.fields, { name: 'note', type: ['null', 'string'], default: null }],
} as const;

/** A registry that answers only with promises, as one by its URL does. */
function waitingRegistry(): SchemaRegistryClient {
  const registry = inMemorySchemaRegistry();
  return {
    register: (subject, schema) => registry.register(subject, schema),
    latest: (subject) => registry.latest(subject),
    versions: (subject) => registry.versions(subject),
    byId: (id) => registry.byId(id),
    lookup: (subject, schema) => registry.lookup(subject, schema),
    subjects: () => registry.subjects(),
    deleteSubject: (subject) => registry.deleteSubject(subject),
  };
}

const asText = (schema: unknown) =>
  ({ type: 'AVRO', schema: JSON.stringify(schema), references: [] }) as const;

describe('serdes of registered schemas', () => {
  it('have the types of their schema', () => {
    const options: SchemaSerdeOptions = { registry: inMemorySchemaRegistry() };
    const order = Serdes.avro(ORDER, options);
    expectTypeOf(order).toEqualTypeOf<SchemaSerde<{ readonly id: string; readonly amount: number }>>();
    const all = Serdes.avro(
      {
        type: 'record',
        name: 'All',
        fields: [
          { name: 'a', type: { type: 'array', items: ['null', 'int'] } },
          { name: 'b', type: { type: 'map', values: 'bytes' } },
          { name: 'c', type: { type: 'enum', name: 'E', symbols: ['X', 'Y'] } },
          { name: 'd', type: { type: 'fixed', name: 'F', size: 2 } },
          { name: 'e', type: 'E' },
          { name: 'f', type: { type: 'long', logicalType: 'timestamp-millis' } },
          {
            name: 'g',
            type: ['null', { type: 'record', name: 'In', fields: [{ name: 'v', type: 'boolean' }] }],
          },
          { name: 'h', type: ['string', 'In'] },
        ],
      },
      options,
    );
    expectTypeOf(all).toEqualTypeOf<
      SchemaSerde<{
        readonly a: readonly (number | null)[];
        readonly b: Readonly<Record<string, Buffer>>;
        readonly c: 'X' | 'Y';
        readonly d: Buffer;
        readonly e: 'X' | 'Y';
        readonly f: number;
        readonly g: { readonly v: boolean } | null;
        readonly h: string | { readonly v: boolean };
      }>
    >();
    interface List {
      readonly v: number;
      readonly next: List | null;
    }
    const list = Serdes.avro(
      {
        type: 'record',
        name: 'List',
        fields: [
          { name: 'v', type: 'int' },
          { name: 'next', type: ['null', 'List'] },
        ],
      },
      options,
    );
    const nested: List = list.deserialize(
      'l',
      list.serialize('l', { v: 1, next: { v: 2, next: null } }) ?? Buffer.of(),
    );
    expect(nested).toEqual({ v: 1, next: { v: 2, next: null } });
    const loaded: AvroSchema = ORDER;
    expectTypeOf(Serdes.avro(loaded, options)).toEqualTypeOf<SchemaSerde<unknown>>();
    const json = Serdes.jsonSchema(
      {
        type: 'object',
        properties: { id: { type: 'string' }, n: { type: ['integer', 'null'] }, k: { enum: ['a', 'b'] } },
        required: ['id', 'n'],
      },
      options,
    );
    const value = json.deserialize('j', json.serialize('j', { id: 'a', n: null }) ?? Buffer.of());
    expectTypeOf(value.id).toEqualTypeOf<string>();
    expectTypeOf(value.n).toEqualTypeOf<number | null>();
    expectTypeOf(value.k).toEqualTypeOf<'a' | 'b' | undefined>();
    expect(value).toEqual({ id: 'a', n: null });
  });

  it('write ids of subjects by topic and side, and register once', async () => {
    const registry = inMemorySchemaRegistry();
    const value = Serdes.avro(ORDER, { registry });
    const key = Serdes.avro('string', { registry, isKey: true });
    expect(value.serialize('orders', { id: 'a', amount: 1.5 })?.toString('hex')).toBe(
      '00000000010261000000000000f83f',
    );
    expect(key.serialize('orders', 'a')?.toString('hex')).toBe('00000000020261');
    value.serialize('orders', { id: 'b', amount: 1 });
    value.serialize('others', { id: 'b', amount: 1 });
    expect(await registry.subjects()).toEqual(['orders-key', 'orders-value', 'others-value']);
    expect(await registry.versions('orders-value')).toHaveLength(1);
  });

  it.each([
    ['RecordName', 'shop.Order'],
    ['TopicRecordName', 'orders-shop.Order'],
  ] as const)('call subjects by the strategy %s', async (subjectNameStrategy, subject) => {
    const registry = inMemorySchemaRegistry();
    Serdes.avro(ORDER, { registry, subjectNameStrategy }).serialize('orders', { id: 'a', amount: 1 });
    const proto = 'syntax = "proto3"; package shop; message Order { string id = 1; }';
    const other = inMemorySchemaRegistry();
    Serdes.protobuf(proto, { registry: other, subjectNameStrategy }).serialize('orders', { id: 'a' });
    expect([await registry.subjects(), await other.subjects()]).toEqual([[subject], [subject]]);
    expect(() => Serdes.avro('string', { registry, subjectNameStrategy })).toThrow('this schema names none');
  });

  it('read all schemas of a topic as their own', () => {
    const registry = inMemorySchemaRegistry();
    const earlier = Serdes.avro(ORDER, { registry });
    const later = Serdes.avro(LATER, { registry });
    const one = earlier.serialize('orders', { id: 'a', amount: 1 }) ?? Buffer.of();
    const two = later.serialize('orders', { id: 'b', amount: 2, note: 'n' }) ?? Buffer.of();
    expect([one.readUInt32BE(1), two.readUInt32BE(1)]).toEqual([1, 2]);
    expect([one, two, one].map((bytes) => later.deserialize('orders', bytes))).toEqual([
      { id: 'a', amount: 1, note: null },
      { id: 'b', amount: 2, note: 'n' },
      { id: 'a', amount: 1, note: null },
    ]);
    expect(earlier.deserialize('orders', two)).toEqual({ id: 'b', amount: 2 });
  });

  it('register nothing where they are not to, and write by the newest schema where they are', async () => {
    const registry = waitingRegistry();
    const strict = Serdes.avro(ORDER, { registry, autoRegisterSchemas: false });
    await expect(strict.prepareTopic('orders', 'sink')).rejects.toMatchObject({
      code: 'SCHEMA_REGISTRY',
      message: 'the schema registry has no such schema of orders-value',
    });
    await registry.register('orders-value', asText(ORDER));
    await strict.prepareTopic('orders', 'sink');
    expect(strict.serialize('orders', { id: 'a', amount: 1 })?.readUInt32BE(1)).toBe(1);
    await registry.register('orders-value', asText(LATER));
    const newest = Serdes.avro(ORDER, { registry, useLatestVersion: true });
    await newest.prepareTopic('orders', 'sink');
    const bytes = newest.serialize('orders', { id: 'a', amount: 1 }) ?? Buffer.of();
    expect(bytes.readUInt32BE(1)).toBe(2);
    await expect(newest.prepareTopic('none', 'sink')).rejects.toThrow(
      'the schema registry has no schema of none-value',
    );
    const reader = Serdes.avro(LATER, { registry });
    await reader.prepare(bytes);
    expect(reader.deserialize('orders', bytes)).toEqual({ id: 'a', amount: 1, note: null });
  });

  it('fail with what is missing', async () => {
    const registry = waitingRegistry();
    const serde = Serdes.avro(ORDER, { registry });
    expect(() => serde.serialize('orders', { id: 'a', amount: 1 })).toThrow(
      "no schema of orders-value was asked for yet: await prepareTopic('orders')",
    );
    const unknown = Buffer.from('00000000630261', 'hex');
    expect(() => serde.deserialize('orders', unknown)).toThrow('the schema with id 99 is not known yet');
    await serde.prepare(unknown);
    expect(() => serde.deserialize('orders', unknown)).toThrow('Schema 99 not found in the schema registry');
    expect(() => serde.deserialize('orders', Buffer.from('{}'))).toThrow('Unknown magic byte!');
    await registry.register('json', { type: 'JSON', schema: '{"type":"object"}', references: [] });
    const json = Buffer.from('00000000017b7d', 'hex');
    await serde.prepare(json);
    expect(() => serde.deserialize('orders', json)).toThrow('schema 1 is of the type JSON, and not AVRO');
    await registry.register('orders-value', asText({ ...ORDER, fields: [{ name: 'id', type: 'int' }] }));
    const refused = serde.prepareTopic('orders', 'sink');
    await expect(refused).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY', retriable: false });
    await expect(refused).rejects.toThrow('the schema registry does not give the schema of orders-value');
    expect(await refused?.catch((error: unknown) => (error as Error).cause)).toBeInstanceOf(RegistryError);
    expect(() =>
      Serdes.avro({ type: 'record', name: 'R', fields: [{ name: 'a', type: 'none' }] }, { registry }),
    ).toThrow(SerdeError);
  });

  it('are those of a topology, its stores and what it repartitions', () => {
    const registry = inMemorySchemaRegistry();
    const order = Serdes.avro(ORDER, { registry });
    const total = Serdes.protobuf<{ sum: number }>('syntax = "proto3"; message Total { double sum = 1; }', {
      registry,
    });
    const name = Serdes.jsonSchema({ type: 'string' }, { registry, isKey: true });
    const builder = new StreamsBuilder();
    builder
      .stream('orders', { keySerde: Serdes.string, valueSerde: order })
      .groupBy((_key, { id }) => id, { keySerde: name, valueSerde: order })
      .aggregate(
        () => ({ sum: 0 }),
        (_id, { amount }, { sum }) => ({ sum: sum + amount }),
        { keySerde: name, valueSerde: total },
      )
      .toStream()
      .to('totals', { keySerde: name, valueSerde: total });
    const driver = new TopologyTestDriver(builder.build());
    const orders = driver.createInputTopic('orders', { keySerde: Serdes.string, valueSerde: order });
    const totals = driver.createOutputTopic('totals', { keySerde: name, valueSerde: total });
    orders.pipeInput('x', { id: 'a', amount: 1.5 });
    orders.pipeInput('y', { id: 'a', amount: 2 });
    expect(totals.readKeyValues()).toEqual([
      ['a', { sum: 1.5 }],
      ['a', { sum: 3.5 }],
    ]);
    driver.close();
  });
});
