import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SerdeError } from '../../../src/serde/index.ts';
import { avroCodec } from '../../../src/serde/objects/avro-codec.ts';
import type { RegisteredSchema } from '../../../src/serde/schemas/registered-schema.ts';

type Schema = avsc.Schema;

const registered = (schema: unknown, id = 7): RegisteredSchema => ({
  id,
  type: 'AVRO',
  schema: JSON.stringify(schema),
  references: [],
  dependencies: [],
});

const codecOf = (schema: unknown) => avroCodec(JSON.stringify(schema));
const write = (schema: unknown, value: unknown): Buffer => codecOf(schema).writer(registered(schema))(value);
const read = (bytes: Buffer, written: unknown, wanted: unknown = written): unknown =>
  codecOf(wanted).reader(registered(written))(bytes);
const record = (...fields: readonly unknown[]) => ({ type: 'record', name: 'R', namespace: 'n', fields });
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });

const NESTED = record(
  field('id', 'long'),
  field('name', 'string'),
  field('ratio', 'double'),
  field('small', 'float'),
  field('count', 'int'),
  field('flag', 'boolean'),
  field('raw', 'bytes'),
  field('hash', { type: 'fixed', name: 'Hash', size: 4 }),
  field('state', { type: 'enum', name: 'State', symbols: ['ON', 'OFF'] }),
  field('tags', { type: 'array', items: ['null', 'string'] }),
  field('by', { type: 'map', values: { type: 'record', name: 'In', fields: [field('v', 'int')] } }),
  field('other', ['null', 'In']),
  field('choice', ['null', 'string', 'int', 'boolean']),
  field('next', ['null', 'n.R']),
);

const values = fc.letrec((tie) => ({
  value: fc.record({
    // What avsc reads exactly.
    id: fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }),
    name: fc.string({ unit: 'grapheme', maxLength: 40 }),
    ratio: fc.double({ noNaN: true }),
    small: fc.float({ noNaN: true }),
    count: fc.integer(),
    flag: fc.boolean(),
    raw: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    hash: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
    state: fc.constantFrom('ON', 'OFF'),
    tags: fc.array(fc.option(fc.string())),
    by: fc.dictionary(fc.constantFrom('a', 'b', 'ü'), fc.record({ v: fc.integer() })),
    other: fc.option(fc.record({ v: fc.integer() })),
    choice: fc.option(fc.oneof(fc.string(), fc.integer(), fc.boolean())),
    next: fc.option(tie('value'), { depthIdentifier: 'next', maxDepth: 2 }),
  }),
})).value;

/** What avsc has of the same schema: plain objects, unions of several types unwrapped. */
const independent = avsc.Type.forSchema(NESTED as unknown as Schema, { wrapUnions: false });

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('Avro values', () => {
  it('are read and written as an independent library does', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = write(NESTED, value);
        expect(bytes.readUInt32BE(1)).toBe(7);
        expect(plain(independent.fromBuffer(bytes.subarray(5)))).toEqual(plain(value));
        const others = Buffer.concat([bytes.subarray(0, 5), independent.toBuffer(value)]);
        expect(plain(read(others, NESTED))).toEqual(plain(value));
        expect(read(bytes, NESTED)).toEqual(value);
      }),
      { numRuns: 80 },
    );
  });

  it.each([
    ['a wider number', field('a', 'int'), field('a', 'double'), 3, 3],
    ['a long as a float', field('a', 'long'), field('a', 'float'), 2 ** 40, 2 ** 40],
    ['text as bytes', field('a', 'string'), field('a', 'bytes'), 'é', Buffer.from('é')],
    ['bytes as text', field('a', 'bytes'), field('a', 'string'), Buffer.from('é'), 'é'],
    ['what has become nullable', field('a', 'int'), field('a', ['null', 'long']), 3, 3],
    ['what was nullable', field('a', ['null', 'int']), field('a', 'int'), 3, 3],
    ['a renamed field', field('a', 'int'), field('b', 'int', { aliases: ['a'] }), 3, 3],
    [
      'a symbol that is gone',
      field('a', { type: 'enum', name: 'E', symbols: ['A', 'B'] }),
      field('a', { type: 'enum', name: 'E', symbols: ['A', 'C'], default: 'C' }),
      'B',
      'C',
    ],
    ['the branch of its own type', field('a', 'string'), field('a', ['null', 'bytes', 'string']), 'x', 'x'],
    [
      'a record of another name',
      field('a', { type: 'record', name: 'X', fields: [field('v', 'int')] }),
      field('a', { type: 'record', name: 'Y', fields: [field('v', 'long')] }),
      { v: 1 },
      { v: 1 },
    ],
  ])('that are read by another schema: %s', (_name, written, wanted, value, expected) => {
    const bytes = write(record(field('z', 'string'), written), { z: 'skipped', [written.name]: value });
    expect(read(bytes, record(field('z', 'string'), written), record(wanted))).toEqual({
      [wanted.name]: expected,
    });
  });

  it('have defaults for what was not written, each value its own', () => {
    const wanted = record(
      field('a', 'int'),
      field('n', ['null', 'string'], { default: null }),
      field('t', 'string', { default: 'x' }),
      field('l', { type: 'array', items: 'int' }, { default: [1] }),
      field('b', 'bytes', { default: '\u00ff' }),
      field('r', { type: 'record', name: 'I', fields: [field('v', 'int', { default: 5 })] }, { default: {} }),
    );
    const written = record(field('a', 'int'));
    const reader = codecOf(wanted).reader(registered(written));
    const bytes = write(written, { a: 1 });
    const expected = { a: 1, n: null, t: 'x', l: [1], b: Buffer.from([255]), r: { v: 5 } };
    const first = reader(bytes) as { l: number[] };
    first.l.push(2);
    expect(reader(bytes)).toEqual(expected);
    expect(read(write(wanted, { a: 1 }), wanted)).toEqual(expected);
  });

  it.each([
    [
      'a field without a default',
      record(field('b', 'int')),
      record(field('a', 'int')),
      { b: 1 },
      'n.R was written without its field a',
    ],
    [
      'another type',
      record(field('a', 'string')),
      record(field('a', 'int')),
      { a: 'x' },
      'written as string cannot be read as int',
    ],
    [
      'another branch',
      record(field('a', ['int', 'string'])),
      record(field('a', 'int')),
      { a: 'x' },
      'written as string cannot be read as int',
    ],
    [
      'a symbol',
      { type: 'enum', name: 'E', symbols: ['A', 'B'] },
      { type: 'enum', name: 'E', symbols: ['A'] },
      'B',
      'a symbol that the enum E of the reader does not have',
    ],
    ['a long', 'long', 'long', 2n ** 60n, 'is beyond 2^53'],
  ])('that cannot be read are refused: %s', (_name, written, wanted, value, message) => {
    const bytes = write(written, value);
    expect(() => read(bytes, written, wanted)).toThrow(SerdeError);
    expect(() => read(bytes, written, wanted)).toThrow(message);
  });

  it.each([
    [{ a: '1' }, 'a takes int, and not "1"'],
    [{ a: 1.5 }, 'a takes int, and not 1.5'],
    [{ a: 2 ** 31 }, 'a takes int, and not 2147483648'],
    [{}, 'a takes int, and not undefined'],
    [{ a: 1, l: [1, 'x'] }, 'an item of l takes int, and not "x"'],
    [{ a: 1, l: [], r: { v: null } }, 'I.v takes string, and not null'],
    [{ a: 1, l: [], r: { v: '' }, u: {} }, 'u takes one of string, int, and not an object'],
    [{ a: 1, l: [], r: { v: '' }, u: 1, e: 'C' }, 'e takes enum, and not "C"'],
    [null, 'the value takes record, and not null'],
  ])('that the schema does not allow are refused: %j', (value, message) => {
    const schema = record(
      field('a', 'int'),
      field('l', { type: 'array', items: 'int' }),
      field('r', { type: 'record', name: 'I', fields: [field('v', 'string')] }),
      field('u', ['string', 'int']),
      field('e', { type: 'enum', name: 'E', symbols: ['A'] }),
    );
    expect(() => write(schema, value)).toThrow(new SerdeError(message));
  });

  it('are whole numbers up to 2^53, and written up to 2^63', () => {
    for (const value of [Number.MIN_SAFE_INTEGER, -(2 ** 52) - 1, -1, 2 ** 52, Number.MAX_SAFE_INTEGER]) {
      expect(read(write('long', value), 'long')).toBe(value);
    }
    expect(
      write('long', -(2n ** 63n))
        .subarray(5)
        .toString('hex'),
    ).toBe('ffffffffffffffffff01');
    expect(() => write('long', 2n ** 63n)).toThrow('the value takes long, and not 9223372036854775808');
  });

  it('have keys and fields of any name', () => {
    const schema = record(field('__proto__', { type: 'map', values: 'int' }));
    const value: unknown = JSON.parse('{"__proto__":{"__proto__":1,"toString":2}}');
    const found = read(write(schema, value), schema);
    expect(JSON.stringify(found)).toBe('{"__proto__":{"__proto__":1,"toString":2}}');
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
  });

  it('that end too early, or too late, are refused', () => {
    const bytes = write(NESTED, fc.sample(values, { numRuns: 1, seed: 1 })[0]);
    expect(() => read(bytes.subarray(0, -1), NESTED)).toThrow(SerdeError);
    expect(() => read(Buffer.concat([bytes, Buffer.alloc(1)]), NESTED)).toThrow('1 bytes are left');
  });

  it('of a type that contains itself may be deep, and end in an error where they are too deep', () => {
    const list = record(field('next', ['null', 'n.R']));
    const deep = Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), Buffer.alloc(1_000_000, 2), Buffer.from([0])]);
    expect(() => read(deep, list)).toThrow(SerdeError);
  });
});
