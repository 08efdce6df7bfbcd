import { describe, expect, it } from 'vitest';
import { avroLanguage, InvalidSchemaError } from '../../../src/registry/index.ts';
import { AVRO_PAIRS } from './avro-pairs.ts';
import { differencesOf, normalizedText, parsed } from './language-cases.ts';

const avro = (json: unknown): ReturnType<typeof parsed> => parsed(avroLanguage, JSON.stringify(json));

describe('compatibility of Avro schemas', () => {
  it('is that of the table', () => {
    expect(AVRO_PAIRS.length).toBeGreaterThan(300);
    const found = AVRO_PAIRS.map((pair) => ({ ...pair, differences: differencesOf(avroLanguage, pair) }));
    expect(found).toEqual(AVRO_PAIRS);
  });

  it("is told in Confluent's words", () => {
    const reader = avro({ type: 'record', name: 'R', fields: [{ name: 'a', type: 'int' }] });
    const writer = avro({ type: 'record', name: 'R', fields: [] });
    expect(reader.differencesFrom(writer).map((difference) => difference.message('new', 'old'))).toEqual([
      "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'a' at path '/fields/0' in the new schema has " +
        "no default value and is missing in the old schema', additionalInfo:'a'}",
    ]);
  });
});

describe('the canonical text of an Avro schema', () => {
  it.each([
    ['{"type":"string"}', '"string"'],
    [
      ' { "type" : "long", "logicalType":"timestamp-millis" } ',
      '{"type":"long","logicalType":"timestamp-millis"}',
    ],
    [
      '{"name":"a.b.R","fields":[],"type":"record"}',
      '{"type":"record","name":"R","namespace":"a.b","fields":[]}',
    ],
    [
      '{"type":"record","name":"R","namespace":"a","aliases":["Q","b.Q"],"x":1.50,"doc":"d","fields":[{"type":{"type":"fixed","size":2,"name":"F"},"name":"f","order":"ignore"},{"name":"g","type":["null","F"],"default":null,"aliases":["h"],"doc":"D","y":[1]}]}',
      '{"type":"record","name":"R","namespace":"a","doc":"d","fields":[{"name":"f","type":{"type":"fixed","name":"F","size":2},"order":"ignore"},{"name":"g","type":["null","F"],"doc":"D","default":null,"aliases":["h"],"y":[1]}],"x":1.50,"aliases":["Q","b.Q"]}',
    ],
    [
      '{"type":"record","name":"R","namespace":"a","fields":[{"name":"e","type":{"type":"enum","name":"E","namespace":"","symbols":["A"],"default":"A"}}]}',
      '{"type":"record","name":"R","namespace":"a","fields":[{"name":"e","type":{"type":"enum","name":"E","namespace":"","symbols":["A"],"default":"A"}}]}',
    ],
  ])('of %s', (text, canonical) => {
    expect(parsed(avroLanguage, text).text).toBe(canonical);
  });

  it('sorts what has no order of its own when it is normalized', () => {
    const text =
      '{"type":"record","name":"R","doc":"","z":1,"a":{"d":1,"c":2},"aliases":["Q","P"],"fields":[{"name":"d","type":{"type":"bytes","a":1,"scale":2,"precision":4,"logicalType":"decimal"}}]}';
    expect(normalizedText(avroLanguage, text)).toBe(
      '{"type":"record","name":"R","fields":[{"name":"d","type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":2,"a":1}}],"a":{"c":2,"d":1},"z":1,"aliases":["P","Q"]}',
    );
  });

  it('names what references define, and has it in full when it is resolved', () => {
    const address = '{"type":"record","name":"Address","namespace":"a","fields":[]}';
    const schema = parsed(
      avroLanguage,
      '{"type":"record","name":"R","fields":[{"name":"f","type":"a.Address"}]}',
      {
        references: [{ name: 'a.Address', subject: 'address', version: 1 }],
        resolved: new Map([['a.Address', address]]),
      },
    );
    expect(schema.text).toBe('{"type":"record","name":"R","fields":[{"name":"f","type":"a.Address"}]}');
    expect(schema.format('resolved')).toBe(
      `{"type":"record","name":"R","fields":[{"name":"f","type":${address}}]}`,
    );
  });
});

describe('an Avro schema that is none', () => {
  it.each([
    ['string', 'not JSON: unexpected character s at line 1, column 1'],
    ['"strnig"', 'Undefined name: "strnig"'],
    ['{"name":"R"}', 'No type: {"name":"R"}'],
    ['{"type":"record","fields":[]}', 'No name in schema: {"type":"record","fields":[]}'],
    ['{"type":"record","name":"R"}', 'Record has no fields: {"type":"record","name":"R"}'],
    ['{"type":"record","name":"1R","fields":[]}', 'Illegal initial character: 1R'],
    ['{"type":"record","name":"R-1","fields":[]}', 'Illegal character in: R-1'],
    ['{"type":"enum","name":"E","symbols":["A","A"]}', 'Duplicate enum symbol: A'],
    [
      '{"type":"enum","name":"E","symbols":["A","B"],"default":"C"}',
      'The Enum Default: C is not in the enum symbol set: [A, B]',
    ],
    ['{"type":"fixed","name":"F"}', 'Invalid or no size: {"type":"fixed","name":"F"}'],
    ['["int","int"]', 'Duplicate in union:int'],
    ['["int",["null"]]', 'Nested union: ["int",["null"]]'],
    [
      '{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"x"}]}',
      'Invalid default for field a: "x" not a int',
    ],
    [
      '{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":2147483648}]}',
      'Invalid default for field a: 2147483648 not a int',
    ],
    [
      '{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}',
      'Duplicate field a in record R',
    ],
    [
      '[{"type":"fixed","name":"F","size":1},{"type":"array","items":{"type":"fixed","name":"F","size":1}}]',
      "Can't redefine: F",
    ],
  ])('%s', (text, message) => {
    expect(() => parsed(avroLanguage, text)).toThrow(new InvalidSchemaError(message));
  });

  it('is read all the same when it was registered with a default that does not fit', () => {
    const text = '{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"x"}]}';
    expect(parsed(avroLanguage, text, { isNew: false }).text).toBe(text);
  });
});
