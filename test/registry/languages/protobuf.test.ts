import { describe, expect, it } from 'vitest';
import { InvalidSchemaError, protobufLanguage } from '../../../src/registry/index.ts';
import { differencesOf, normalizedText, parsed } from './language-cases.ts';
import { PROTOBUF_PAIRS } from './protobuf-pairs.ts';

const proto = (text: string): ReturnType<typeof parsed> => parsed(protobufLanguage, text);

describe('compatibility of Protobuf schemas', () => {
  it('is that of the table', () => {
    expect(PROTOBUF_PAIRS.length).toBeGreaterThan(300);
    const found = PROTOBUF_PAIRS.map((pair) => ({
      ...pair,
      differences: differencesOf(protobufLanguage, pair),
    }));
    expect(found).toEqual(PROTOBUF_PAIRS);
  });

  it("is told in Confluent's words", () => {
    const reader = proto('syntax = "proto3"; message M { string a = 1; }');
    const writer = proto('syntax = "proto3"; message M { int32 a = 1; }');
    expect(reader.differencesFrom(writer).map((difference) => difference.message('new', 'old'))).toEqual([
      `{errorType:"FIELD_SCALAR_KIND_CHANGED", description:"The kind of a SCALAR field at path '#/M/1' in the new schema does ` +
        'not match its kind in the old schema"}',
    ]);
  });

  it('goes through what is imported in another version', () => {
    const using = (version: number, imported: string): ReturnType<typeof parsed> =>
      parsed(protobufLanguage, 'syntax = "proto3"; import "n.proto"; message M { N n = 1; }', {
        references: [{ name: 'n.proto', subject: 'n', version }],
        resolved: new Map([['n.proto', `syntax = "proto3"; message N { ${imported} a = 1; }`]]),
      });
    const types = (one: ReturnType<typeof parsed>, other: ReturnType<typeof parsed>): string[] =>
      one.differencesFrom(other).map(({ type, path }) => `${type} ${path}`);
    expect(types(using(2, 'string'), using(1, 'int32'))).toEqual([
      'FIELD_SCALAR_KIND_CHANGED #/N/1',
      'FIELD_NAMED_TYPE_CHANGED #/M/1',
    ]);
    expect(types(using(2, 'int64'), using(1, 'int32'))).toEqual([]);
  });
});

const WHOLE = `// A file with all there is.
syntax = 'proto3';
package shop.orders;
import "z.proto"; import public "google/protobuf/any.proto"; import "google/protobuf/timestamp.proto";
option java_package = "com.shop";
option (my.opt).part = { b: 1, a: [ "x", "y" ] };
/* an
   order */
message Order {
  reserved 20, 15 to 17; reserved "old", "older";
  option deprecated = true;
  repeated string names = 3 [packed = false, json_name = "n"];
  map<string, Line> lines = 2;
  optional Kind kind = 1 [deprecated = true];
  oneof which { string b = 5; int32 a = 4; }
  message Line { google.protobuf.Timestamp at = 1; }
  enum Kind { NONE = 0; SOME = 0x1; option allow_alias = true; ALIAS = 1; }
}
enum Outer { ZERO = 0; }
service Orders { rpc Place (stream Order) returns (Order.Line) { option idempotent = true; } }
`;

describe('the text of a Protobuf schema', () => {
  const reading = {
    references: [{ name: 'z.proto', subject: 'z', version: 1 }],
    resolved: new Map([['z.proto', 'syntax = "proto3";']]),
  };

  it("is Confluent's", () => {
    expect(parsed(protobufLanguage, WHOLE, reading).text).toBe(`syntax = "proto3";
package shop.orders;

import "z.proto";
import "google/protobuf/timestamp.proto";
import public "google/protobuf/any.proto";

option java_package = "com.shop";
option (my.opt).part = {
  b: 1,
  a: [
    "x",
    "y"
  ]
};

message Order {
  reserved 20, 15 to 17;
  reserved "old", "older";

  option deprecated = true;

  repeated string names = 3 [
    packed = false,
    json_name = "n"
  ];
  map<string, Line> lines = 2;
  optional Kind kind = 1 [deprecated = true];

  oneof which {
    string b = 5;
    int32 a = 4;
  }

  message Line {
    google.protobuf.Timestamp at = 1;
  }
  enum Kind {
    option allow_alias = true;
    NONE = 0;
    SOME = 1;
    ALIAS = 1;
  }
}
enum Outer {
  ZERO = 0;
}

service Orders {
  rpc Place (stream Order) returns (Order.Line) {
    option idempotent = true;
  };
}
`);
  });

  it('is the same when it is read again', () => {
    const { text } = parsed(protobufLanguage, WHOLE, reading);
    expect(parsed(protobufLanguage, text, reading).text).toBe(text);
    const normalized = normalizedText(protobufLanguage, WHOLE, reading);
    expect(normalizedText(protobufLanguage, normalized, reading)).toBe(normalized);
  });

  it('is sorted, with full names, when it is normalized', () => {
    const text = normalizedText(protobufLanguage, WHOLE, reading);
    expect(text).toContain(`
  reserved 15 to 17;
  reserved 20;
  reserved "old";
  reserved "older";

  option deprecated = true;

  optional .shop.orders.Order.Kind kind = 1 [deprecated = true];
  map<string, .shop.orders.Order.Line> lines = 2;
  repeated string names = 3 [
    json_name = "n",
    packed = false
  ];

  oneof which {
    int32 a = 4;
    string b = 5;
  }
`);
    expect(text).toContain('rpc Place (stream .shop.orders.Order) returns (.shop.orders.Order.Line)');
  });

  it('has maps for the messages that stand for their entries', () => {
    const text =
      'syntax = "proto3"; message M { repeated AEntry a = 1; message AEntry { option map_entry = true; string key = 1; int32 value = 2; } }';
    expect(normalizedText(protobufLanguage, text)).toBe(
      'syntax = "proto3";\n\nmessage M {\n  map<string, int32> a = 1;\n}\n',
    );
    const written = 'syntax = "proto3"; message M { map<string, int32> a = 1; }';
    expect(proto(text).differencesFrom(proto(written))).toEqual([]);
    expect(proto(written).differencesFrom(proto(text))).toEqual([]);
  });
});

describe('a Protobuf schema that is nested', () => {
  const nested = (levels: number): string =>
    `syntax = "proto3"; ${'message A {'.repeat(levels)}${'}'.repeat(levels)}`;
  const withOption = (levels: number): string =>
    `syntax = "proto3"; option (o) = ${'{a: '.repeat(levels)}1${'}'.repeat(levels)}; message A {}`;
  const tooDeep = /nested deeper than 64 levels/;

  it('is read to a depth', () => {
    expect(proto(nested(64)).text).toContain('message A {');
    expect(() => proto(nested(65))).toThrow(tooDeep);
    expect(() => proto(nested(5_000))).toThrow(tooDeep);
    expect(() => proto(withOption(5_000))).toThrow(tooDeep);
    expect(() => proto('message A { repeated group G = 1 {'.repeat(2_000))).toThrow(InvalidSchemaError);
  });

  it('is read to a depth also as a descriptor', () => {
    const message = (inner: Buffer, field: number): Buffer => {
      const length: number[] = [];
      for (let left = inner.length; ; left >>= 7) {
        length.push(left > 0x7f ? (left & 0x7f) | 0x80 : left);
        if (left <= 0x7f) break;
      }
      return Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), inner]);
    };
    let inner = Buffer.from([0x0a, 1, 0x41]);
    for (let level = 1; level < 2_000; level += 1) {
      inner = Buffer.concat([Buffer.from([0x0a, 1, 0x41]), message(inner, 3)]);
    }
    const file = Buffer.concat([message(inner, 4), message(Buffer.from('proto3'), 12)]);
    const padding = Buffer.concat([file, message(Buffer.alloc((3 - ((file.length + 2) % 3)) % 3), 100 & 15)]);
    expect(() => proto(padding.toString('base64'))).toThrow(tooDeep);
  });
});

describe('a Protobuf schema that is none', () => {
  it.each([
    ['message', "Syntax error in :1:8: expected a name but was 'the end of the text'"],
    ['message M {\n int32 a = x; }', "Syntax error in :2:12: expected an integer but was 'x'"],
    ['massage M {}', 'Syntax error in :1:1: unexpected label: massage'],
    ['syntax = "proto4"; message M {}', 'unexpected syntax: proto4'],
    ['message M { optional N n = 1; }', 'M.n: "N" is not defined'],
    ['import "n.proto"; message M {}', 'Could not resolve import: n.proto'],
    [
      'message M { optional int32 a = 1; optional int32 b = 1; }',
      'Field number 1 has already been used in "M"',
    ],
    ['message M { optional int32 a = 1; optional int32 a = 2; }', '"M.a" is already defined'],
    ['message M { optional int32 a = 0; }', 'Field number 0 of "M.a" is out of range'],
    [
      'message M { optional int32 a = 19000; }',
      'Field numbers 19000 through 19999 are reserved for the protocol buffer library',
    ],
    ['message M { reserved 1 to 3; optional int32 a = 2; }', 'Field "M.a" uses a reserved number 2'],
    [
      'message M { reserved 9, 1 to 100, 40 to 50, 200; optional int32 a = 150; optional int32 b = 60; }',
      'Field "M.b" uses a reserved number 60',
    ],
    [
      'message M { reserved 300 to max, 5; optional int32 a = 299; optional int32 b = 301; }',
      'Field "M.b" uses a reserved number 301',
    ],
    ['message M { reserved 2; reserved "a"; optional int32 a = 1; }', 'Field "M.a" uses a reserved name'],
    ['message M {} enum M { A = 0; }', '"M" is already defined'],
    ['syntax = "proto3"; enum E { A = 1; }', 'The first enum value must be zero in proto3: E'],
    ['syntax = "proto3"; message M { required int32 a = 1; }', 'Required fields are not allowed in proto3'],
    ['message M { map<double, int32> a = 1; }', '"double" cannot be the key of a map'],
  ])('%s', (text, message) => {
    expect(() => proto(text)).toThrow(new InvalidSchemaError(message));
  });
});
