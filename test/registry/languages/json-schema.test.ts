import { describe, expect, it } from 'vitest';
import { InvalidSchemaError, jsonLanguage } from '../../../src/registry/index.ts';
import { JSON_PAIRS } from './json-pairs.ts';
import { differencesOf, normalizedText, parsed } from './language-cases.ts';

const json = (schema: unknown): ReturnType<typeof parsed> => parsed(jsonLanguage, JSON.stringify(schema));

describe('compatibility of JSON schemas', () => {
  it('is that of the table', () => {
    expect(JSON_PAIRS.length).toBeGreaterThan(300);
    const found = JSON_PAIRS.map((pair) => ({ ...pair, differences: differencesOf(jsonLanguage, pair) }));
    expect(found).toEqual(JSON_PAIRS);
  });

  it("is told in Confluent's words", () => {
    const reader = json({ type: 'object', properties: { a: { type: 'string' } }, required: ['a'] });
    const writer = json({ type: 'object', properties: { a: { type: 'string' } } });
    expect(reader.differencesFrom(writer).map((difference) => difference.message('new', 'old'))).toEqual([
      `{errorType:"REQUIRED_ATTRIBUTE_ADDED", description:"The keyword at path '#/required/a' in the new schema is not present ` +
        'in the old schema"}',
    ]);
  });

  it('follows references to other texts', () => {
    const using = (type: string): ReturnType<typeof parsed> =>
      parsed(jsonLanguage, '{"properties":{"p":{"$ref":"part.json#/definitions/P"}}}', {
        references: [{ name: 'part.json', subject: 'part', version: 1 }],
        resolved: new Map([
          ['part.json', `{"definitions":{"P":{"$ref":"#/definitions/Q"},"Q":{"type":"${type}"}}}`],
        ]),
      });
    expect(using('number').differencesFrom(using('integer'))).toEqual([]);
    expect(
      using('integer')
        .differencesFrom(using('string'))
        .map(({ path }) => path),
    ).toEqual(['#/properties/p']);
  });

  it('does not go by what was assumed on the way to a choice that is not taken', () => {
    const ref = (name: string): object => ({ $ref: `#/definitions/${name}` });
    const schema = (type: string, a: object): ReturnType<typeof parsed> =>
      json({
        definitions: { X: { properties: { y: ref('Y'), v: { type } } }, Y: { properties: { x: ref('X') } } },
        properties: { a, b: ref('Y') },
      });
    const reader = schema('integer', { anyOf: [ref('X'), { type: 'object' }] });
    // For `a`, Y was compared while X was taken to be compatible, which it is not.
    expect(reader.differencesFrom(schema('string', ref('X')))).toMatchObject([
      { type: 'TYPE_CHANGED', path: '#/properties/b/properties/x/properties/v' },
    ]);
  });

  it('ends for schemas whose parts refer to each other in many ways', () => {
    const names = Array.from({ length: 12 }, (_, index) => `d${index}`);
    const all = names.map((name) => ({ $ref: `#/definitions/${name}` }));
    const schema = (type: string): ReturnType<typeof parsed> =>
      json({
        definitions: Object.fromEntries(
          names.map((name) => [
            name,
            { type: 'object', properties: { [name]: { oneOf: [...all, { type }] } } },
          ]),
        ),
        oneOf: all,
      });
    expect(schema('string').differencesFrom(schema('string'))).toEqual([]);
  });
});

describe('the text of a JSON schema', () => {
  it('keeps order and numbers, without spaces', () => {
    const text = '{ "type" : "number", "multipleOf": 0.10, "2": 1e2, "1": 12345678901234567890 }';
    expect(parsed(jsonLanguage, text).text).toBe(
      '{"type":"number","multipleOf":0.10,"2":1e2,"1":12345678901234567890}',
    );
  });

  it('is sorted when it is normalized', () => {
    expect(normalizedText(jsonLanguage, '{"b":{"d":1,"c":[{"f":1,"e":2}]},"a":1}')).toBe(
      '{"a":1,"b":{"c":[{"e":2,"f":1}],"d":1}}',
    );
  });
});

describe('a JSON schema that is none', () => {
  it.each([
    ['{', 'not JSON: unexpected end of the text at line 1, column 2'],
    ['1', 'a schema is neither an object nor a boolean'],
    ['{"type":"strnig"}', 'unknown type: [strnig]'],
    ['{"properties":[]}', 'properties: expected an object'],
    ['{"type":"string","maxLength":"1"}', 'maxLength: expected a number'],
    ['{"properties":{"a":1}}', 'a schema is neither an object nor a boolean'],
    ['{"$ref":"#/definitions/a"}', 'could not resolve the reference "#/definitions/a"'],
    ['{"items":{"$ref":"other.json"}}', 'could not resolve the reference "other.json"'],
  ])('%s', (text, message) => {
    expect(() => parsed(jsonLanguage, text)).toThrow(new InvalidSchemaError(message));
  });
});
