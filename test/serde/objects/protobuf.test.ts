import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { SerdeError } from '../../../src/serde/index.ts';
import { protobufCodec } from '../../../src/serde/objects/protobuf-codec.ts';
import type { RegisteredSchema } from '../../../src/serde/schemas/registered-schema.ts';

const registered = (schema: string, id = 7): RegisteredSchema => ({
  id,
  type: 'PROTOBUF',
  schema,
  references: [],
  dependencies: [],
});

const ORDER = `syntax = "proto3"; package shop;
message Other { int32 x = 1; }
message Order {
  enum State { NEW = 0; PAID = 1; }
  message Item { string name = 1; sint64 amount = 2; Item part = 3; }
  string id = 1; double price = 2; float weight = 3; int32 count = 4; int64 at = 5; uint32 u = 6; uint64 big = 7;
  bool gift = 8; bytes raw = 9; State state = 10; repeated Item items = 11; repeated int32 sizes = 12; repeated string tags = 13;
  map<string, int32> stock = 14; map<int32, Item> by_place = 15; optional string note = 16; Item main = 17;
  oneof how { string card = 18; Item swap = 19; } fixed32 f = 20; sfixed64 g = 21; map<bool, string> yes_no = 22;
}`;

const write = (value: unknown, schema = ORDER, message = 'shop.Order'): Buffer =>
  protobufCodec(schema, message).writer(registered(schema))(value);
const read = (bytes: Buffer, written = ORDER, schema = ORDER, message = 'shop.Order'): unknown =>
  protobufCodec(schema, message).reader(registered(written))(bytes);

const item = fc.letrec((tie) => ({
  item: fc.record(
    {
      name: fc.string({ unit: 'grapheme' }),
      amount: fc.maxSafeInteger(),
      part: tie('item'),
    },
    { requiredKeys: ['name', 'amount'], noNullPrototype: true },
  ),
})).item;

const order = fc
  .record(
    {
      id: fc.string({ unit: 'grapheme', maxLength: 200 }),
      price: fc.double({ noNaN: true }),
      weight: fc.float({ noNaN: true }),
      count: fc.integer(),
      at: fc.maxSafeInteger(),
      u: fc.nat(),
      big: fc.maxSafeNat(),
      gift: fc.boolean(),
      raw: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      state: fc.constantFrom('NEW', 'PAID'),
      items: fc.array(item, { maxLength: 3 }),
      sizes: fc.array(fc.integer()),
      tags: fc.array(fc.string()),
      stock: fc.dictionary(fc.string(), fc.integer(), { noNullPrototype: true }),
      by_place: fc.dictionary(fc.integer().map(String), item, { maxKeys: 3, noNullPrototype: true }),
      note: fc.string(),
      main: item,
      swap: item,
      f: fc.nat(),
      g: fc.maxSafeInteger(),
      yes_no: fc.dictionary(fc.constantFrom('true', 'false'), fc.string(), { noNullPrototype: true }),
    },
    { noNullPrototype: true },
  )
  .filter((value) => !Object.hasOwn(value.stock ?? {}, '__proto__'));

/** Fields that are in every value that is read. */
const DEFAULTS = {
  ...{
    id: '',
    price: 0,
    weight: 0,
    count: 0,
    at: 0,
    u: 0,
    big: 0,
    gift: false,
    raw: Buffer.alloc(0),
    state: 'NEW',
  },
  ...{ items: [], sizes: [], tags: [], stock: {}, by_place: {}, f: 0, g: 0, yes_no: {} },
};

const root = protobuf.parse(ORDER, { keepCase: true }).root;
const independent = root.lookupType('shop.Order');

describe('Protobuf values', () => {
  it('are read and written as an independent library does', () => {
    fc.assert(
      fc.property(order, (value) => {
        const whole = { ...DEFAULTS, ...value };
        const bytes = write(value);
        // The path of the second message of the file: one index, 1.
        expect(bytes.subarray(0, 7).toString('hex')).toBe('00000000070202');
        const theirs = independent.toObject(independent.decode(bytes.subarray(7)), {
          longs: Number,
          enums: String,
          bytes: Buffer,
          defaults: true,
        });
        expect(JSON.parse(JSON.stringify(theirs))).toMatchObject(
          JSON.parse(JSON.stringify({ ...whole, raw: undefined })),
        );
        expect(read(bytes)).toEqual(whole);
        const others = independent.encode(independent.fromObject(value)).finish();
        expect(read(Buffer.concat([bytes.subarray(0, 7), others]))).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('leave out what is the default anyway, as Java does', () => {
    expect(write({ ...DEFAULTS })).toHaveLength(7);
    expect(
      write({ note: '', main: { name: '', amount: 0 } })
        .subarray(7)
        .toString('hex'),
    ).toBe('8201008a0100');
  });

  it('have the last member of a oneof', () => {
    const one = protobuf.Writer.create()
      .uint32((18 << 3) | 2)
      .string('card');
    const bytes = one
      .uint32((19 << 3) | 2)
      .fork()
      .uint32(10)
      .string('n')
      .ldelim()
      .finish();
    expect(read(Buffer.concat([Buffer.from('00000000070202', 'hex'), bytes]))).toEqual({
      ...DEFAULTS,
      swap: { name: 'n', amount: 0 },
    });
  });

  it('are read by a later schema, by the numbers of fields', () => {
    const later = `syntax = "proto3"; package shop; message Order { string identifier = 1; int64 count = 4; string added = 90; }`;
    expect(read(write({ id: 'a', count: 3, price: 1.5 }), ORDER, later)).toEqual({
      identifier: 'a',
      count: 3,
      added: '',
    });
  });

  it.each([
    [{ count: 1.5 }, 'count takes int32, and not 1.5'],
    [{ u: -1 }, 'u takes uint32, and not -1'],
    [{ id: 5 }, 'id takes string, and not 5'],
    [{ sizes: 5 }, 'sizes takes an array, and not 5'],
    [{ sizes: [null] }, 'an item of sizes takes int32, and not null'],
    [{ main: { name: 5 } }, 'Item.name takes string, and not 5'],
    [{ main: 5 }, 'main takes an object, and not 5'],
    [{ stock: { a: 'x' } }, 'a value of stock takes int32, and not "x"'],
    [{ by_place: { a: {} } }, 'the key of a map is no whole number: a'],
    [{ state: 'GONE' }, 'GONE is no value of the enum State'],
  ])('that the message does not allow are refused: %j', (value, message) => {
    expect(() => write(value)).toThrow(new SerdeError(message));
  });

  it('that are those of another message, or none, are refused', () => {
    expect(() => read(write({ x: 1 }, ORDER, 'shop.Other'))).toThrow(
      'the record holds shop.Other, and not shop.Order',
    );
    expect(() => read(write({ id: 'abc' }).subarray(0, -1))).toThrow(SerdeError);
    expect(() => read(write({ big: 2n ** 63n }))).toThrow('9223372036854775808 is beyond 2^53');
    expect(() => protobufCodec(ORDER, 'shop.None')).toThrow('no message with name: shop.None');
    expect(() => protobufCodec('nonsense')).toThrow(SerdeError);
  });
});
