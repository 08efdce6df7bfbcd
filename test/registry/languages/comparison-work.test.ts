import { describe, expect, it } from 'vitest';
import {
  avroLanguage,
  InvalidSchemaError,
  jsonLanguage,
  protobufLanguage,
  RegistryRefusal,
} from '../../../src/registry/index.ts';
import { ComparisonWork } from '../../../src/registry/languages/comparison-work.ts';
import { parsed } from './language-cases.ts';

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const avro = (json: unknown) => parsed(avroLanguage, JSON.stringify(json));
const json = (schema: unknown) => parsed(jsonLanguage, JSON.stringify(schema));

const record = (name: string, fields: readonly unknown[], others: object = {}): object => ({
  type: 'record',
  name,
  fields,
  ...others,
});
const recordUnion = (count: number) =>
  avro(times(count, (index) => record(`R${index}`, [{ name: 'a', type: 'int' }])));
const wideRecord = (count: number) =>
  avro(
    record(
      'R',
      times(count, (index) => ({ name: `f${index}`, type: 'string', default: '' })),
    ),
  );
const symbols = (count: number) =>
  avro({ type: 'enum', name: 'E', symbols: times(count, (index) => `S${index}`) });
const object = (name: string): object => ({ type: 'object', properties: { [name]: { enum: [1, 2] } } });
const oneOf = (count: number, first = 0) =>
  json({ oneOf: times(count, (index) => object(`a${first + index}`)) });
const strings = (count: number) => json({ enum: times(count, (index) => `s${index}`) });
const message = (count: number) =>
  parsed(
    protobufLanguage,
    `syntax="proto3";message M{${times(count, (index) => `string f${index}=${index + 1};`).join('')}}`,
  );

/** The code that a comparison is refused with. */
function code(compare: () => unknown): unknown {
  try {
    compare();
  } catch (error) {
    if (error instanceof RegistryRefusal) return error.code;
    throw error;
  }
  return 'not refused';
}

describe('the work of comparing schemas', () => {
  it.each([
    ['an Avro union of records', recordUnion],
    ['an Avro record of fields', wideRecord],
    ['an Avro enum', symbols],
    ['a JSON oneOf', oneOf],
    ['a JSON enum', strings],
    ['a Protobuf message', message],
  ])('grows with the size of %s, not with its square', (_what, schema) => {
    const [larger, smaller] = [schema(1_001), schema(1_000)];
    expect(larger.differencesFrom(smaller, new ComparisonWork(20_000))).toEqual([]);
  });

  it('finds partners of what was moved, changed and replaced', () => {
    const types = (list: readonly unknown[]) => json({ oneOf: list });
    const [number, integer, text, short] = [
      { type: 'number' },
      { type: 'integer' },
      { type: 'string' },
      { type: 'string', maxLength: 3 },
    ];
    const rules = (reader: readonly unknown[], writer: readonly unknown[]) =>
      types(reader)
        .differencesFrom(types(writer))
        .map(({ type }) => type);
    expect(rules([text, number], [number, text])).toEqual([]);
    // Each of them goes with the wider one; both need one.
    expect(rules([integer, number], [integer, integer])).toEqual([]);
    expect(rules([number, integer], [integer, number])).toEqual([]);
    expect(rules([number, text, text], [integer, short, text])).toEqual([]);
    expect(rules([number, short], [number, text])).toEqual(['COMBINED_TYPE_SUBSCHEMAS_CHANGED']);
    expect(rules([text], [number, text])).toEqual(['SUM_TYPE_NARROWED']);
    expect(oneOf(801, 1).differencesFrom(oneOf(800), new ComparisonWork(20_000))).toMatchObject([
      { type: 'COMBINED_TYPE_SUBSCHEMAS_CHANGED' },
    ]);
  });

  it('is bounded: what has no short way is refused', () => {
    // One simple name in a thousand namespaces, each of which may read each.
    const spaces = (type: string) =>
      avro(
        times(1_200, (index) =>
          record('R', [{ name: 'a', type: index === 0 ? type : 'int' }], { namespace: `n${index}` }),
        ),
      );
    expect(
      code(() =>
        spaces('int').differencesFrom(
          avro(
            times(1_200, (index) => record('R', [{ name: 'a', type: 'string' }], { namespace: `m${index}` })),
          ),
        ),
      ),
    ).toBe(422);
    // Twice as many differences with each level.
    const doubling = (type: string) =>
      avro([
        record('R0', [{ name: 'a', type }]),
        ...times(60, (index) =>
          record(`R${index + 1}`, [
            { name: 'a', type: `R${index}` },
            { name: 'b', type: `R${index}` },
          ]),
        ),
      ]);
    const root = (type: string) => avro(record('X', [{ name: 'a', type: JSON.parse(doubling(type).text) }]));
    expect(root('int').differencesFrom(root('int'))).toEqual([]);
    const numbers = (sign: string) =>
      parsed(jsonLanguage, `{"enum":[${times(5_000, (index) => `${index}${sign}`).join()}]}`);
    expect(code(() => numbers('').differencesFrom(numbers('.0')))).toBe(422);
  });

  it('is bounded also for patterns of names', () => {
    const closed = (pattern: string, names: readonly string[]) =>
      json({
        properties: Object.fromEntries(names.map((name) => [name, {}])),
        patternProperties: { [pattern]: {} },
        additionalProperties: false,
      });
    const added = (pattern: string, ...names: string[]) =>
      closed(pattern, names).differencesFrom(closed(pattern, []));
    const removed = (pattern: string, ...names: string[]) =>
      closed(pattern, []).differencesFrom(closed(pattern, names));
    const long = `${'a'.repeat(60)}!`;
    // 2 to the power of 60 ways.
    expect(code(() => added('^(a+)+$', long))).toBe(422);
    expect(code(() => removed('^(?=a)(a|a)+$', long))).toBe(422);
    expect(code(() => removed('^(a+)+$', ...times(1_000, (index) => `${'a'.repeat(15)}${index}`)))).toBe(422);
    expect(removed('^(a+)+$', 'aaa')).toEqual([]);
    expect(removed('^(?!x-)[a-z]+-[0-9]+$', `${'a'.repeat(60)}-1`)).toEqual([]);
    expect(removed('^x-', ...times(2_000, (index) => `x-${index}`))).toEqual([]);
    expect(removed('^x-', 'y')).toMatchObject([{ type: 'PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL' }]);
  });

  it('is bounded in depth, also by names', () => {
    // What one side defines aside is not compared before it is met through the last of them.
    const chain = (aside: string, count: number) => {
      const links = times(count, (index) =>
        record(`R${index}`, [{ name: 'a', type: index === 0 ? 'int' : `R${index - 1}` }]),
      );
      return avro(
        record('X', [
          { name: aside, type: ['null', ...links], default: null },
          { name: 'last', type: `R${count - 1}` },
        ]),
      );
    };
    expect(chain('a', 100).differencesFrom(chain('b', 100))).toEqual([]);
    expect(code(() => chain('a', 5_000).differencesFrom(chain('b', 5_000)))).toBe(422);
  });
});

describe('defaults of Avro fields', () => {
  it('are tried with a bounded number of types', () => {
    const items = times(1_000, (index) => record(`R${index}`, []));
    const list = (count: number) =>
      avro(record('X', [{ name: 'a', type: { type: 'array', items }, default: times(count, () => ({})) }]));
    expect(list(10).type).toBe('AVRO');
    const numbers = times(1_000, (index) => index);
    const refused = record('X', [
      { name: 'a', type: { type: 'array', items: [...items, 'int'] }, default: numbers },
    ]);
    expect(() => avro(refused)).toThrow(new InvalidSchemaError('defaults are too large to be checked'));
  });

  it('are checked once each, and may not be made of themselves', () => {
    const itself = record('R', [{ name: 'f', type: 'R', default: {} }]);
    expect(() => avro(itself)).toThrow(InvalidSchemaError);
    const doubling = times(60, (index) =>
      record(`R${index}`, [
        ...(index === 0
          ? [{ name: 'a', type: 'int', default: 0 }]
          : ['a', 'b'].map((name) => ({ name, type: `R${index - 1}`, default: {} }))),
      ]),
    );
    expect(avro(doubling).type).toBe('AVRO');
  });
});
