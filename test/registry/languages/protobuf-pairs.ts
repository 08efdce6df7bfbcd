import type { CompatibilityPair } from './language-cases.ts';

/**
 * Pairs of Protobuf schemas by the rules of "Updating A Message Type" in the language guides, and by those that Confluent's
 * registry adds. The verdicts were written by hand for each rule.
 */

const SCALARS =
  'int32 int64 uint32 uint64 bool sint32 sint64 string bytes fixed32 sfixed32 fixed64 sfixed64 float double'.split(
    ' ',
  );

/** What has one form on the wire; the enum is one of the numbers. */
const ALIKE = [
  'int32 int64 uint32 uint64 bool Color',
  'sint32 sint64',
  'string bytes',
  'fixed32 sfixed32',
  'fixed64 sfixed64',
  'float',
  'double',
  'Other',
].map((kinds) => kinds.split(' '));

const TYPES = 'enum Color { RED = 0; } message Other {} message Third {}';
const file = (text: string): string => `syntax = "proto3"; package shop; ${text} ${TYPES}`;
const proto2 = (text: string): string => `syntax = "proto2"; package shop; ${text}`;

/** Where a field's type may stand, and the path to it. */
const PLACES: readonly (readonly [name: string, path: string, text: (type: string) => string])[] = [
  ['a field', '#/M/1', (type) => `message M { ${type} a = 1; }`],
  ['a repeated field', '#/M/7', (type) => `message M { repeated ${type} a = 7; }`],
  ['the value of a map', '#/M/1', (type) => `message M { map<string, ${type}> a = 1; }`],
  ['a member of a oneof', '#/M/one/1', (type) => `message M { oneof one { ${type} a = 1; } }`],
  ['a field of a nested message', '#/M/N/1', (type) => `message M { message N { ${type} a = 1; } }`],
];

const kinds: CompatibilityPair[] = PLACES.flatMap(([place, path, text]) =>
  [...SCALARS, 'Color', 'Other'].flatMap((reader) =>
    [...SCALARS, 'Color', 'Other'].map((writer) => {
      const isAlike = ALIKE.some((types) => types.includes(reader) && types.includes(writer));
      const rule = [reader, writer].includes('Other') ? 'FIELD_KIND_CHANGED' : 'FIELD_SCALAR_KIND_CHANGED';
      return {
        rule: `${writer} is read as ${reader} in ${place}`,
        reader: file(text(reader)),
        writer: file(text(writer)),
        differences: isAlike ? [] : [`${rule} ${path}`],
      };
    }),
  ),
);

interface Case {
  readonly rule: string;
  readonly reader: string;
  readonly writer: string;
  readonly differences?: readonly string[];
}

const proto3Cases: readonly Case[] = [
  { rule: 'the same', reader: 'message M { int32 a = 1; }', writer: 'message M { int32 a = 1; }' },
  {
    rule: 'a field more',
    reader: 'message M { int32 a = 1; string b = 2; }',
    writer: 'message M { int32 a = 1; }',
  },
  {
    rule: 'a field fewer',
    reader: 'message M { int32 a = 1; }',
    writer: 'message M { int32 a = 1; string b = 2; }',
  },
  {
    rule: 'a reserved field',
    reader: 'message M { reserved 2; int32 a = 1; }',
    writer: 'message M { int32 a = 1; string b = 2; }',
  },
  {
    rule: 'another name of a field',
    reader: 'message M { int32 b = 1; }',
    writer: 'message M { int32 a = 1; }',
  },
  {
    rule: 'another tag of a field',
    reader: 'message M { int32 a = 2; }',
    writer: 'message M { int32 a = 1; }',
  },
  {
    rule: 'fields in another order',
    reader: 'message M { string b = 2; int32 a = 1; }',
    writer: 'message M { int32 a = 1; string b = 2; }',
  },
  {
    rule: 'tags that are exchanged',
    reader: 'message M { int32 a = 2; string b = 1; }',
    writer: 'message M { int32 a = 1; string b = 2; }',
    differences: ['FIELD_SCALAR_KIND_CHANGED #/M/1', 'FIELD_SCALAR_KIND_CHANGED #/M/2'],
  },
  { rule: 'a message more', reader: 'message M {} message N {}', writer: 'message M {}' },
  {
    rule: 'a message fewer',
    reader: 'message M {}',
    writer: 'message M {} message N {}',
    differences: ['MESSAGE_REMOVED #/N'],
  },
  {
    rule: 'a nested message fewer',
    reader: 'message M {}',
    writer: 'message M { message N {} }',
    differences: ['MESSAGE_REMOVED #/M/N'],
  },
  {
    rule: 'a message that is nested now',
    reader: 'message M { message N {} }',
    writer: 'message M {} message N {}',
    differences: ['MESSAGE_REMOVED #/N'],
  },
  {
    rule: 'messages in another order',
    reader: 'message N {} message M {}',
    writer: 'message M {} message N {}',
  },
  {
    rule: 'a renamed message',
    reader: 'message N { int32 a = 1; }',
    writer: 'message M { int32 a = 1; }',
    differences: ['MESSAGE_REMOVED #/M'],
  },
  {
    rule: 'a renamed message and its use',
    reader: 'message M { P n = 1; } message P {}',
    writer: 'message M { N n = 1; } message N {}',
    differences: ['FIELD_NAMED_TYPE_CHANGED #/M/1', 'MESSAGE_REMOVED #/N'],
  },
  {
    rule: 'another message as type',
    reader: 'message M { Third o = 1; }',
    writer: 'message M { Other o = 1; }',
    differences: ['FIELD_NAMED_TYPE_CHANGED #/M/1'],
  },
  {
    rule: 'a full name of the same message',
    reader: 'message M { .shop.Other o = 1; }',
    writer: 'message M { Other o = 1; }',
  },
  {
    rule: 'a name with its package',
    reader: 'message M { shop.Other o = 1; }',
    writer: 'message M { Other o = 1; }',
  },
  {
    rule: 'a message instead of a map',
    reader: 'message M { Other a = 1; }',
    writer: 'message M { map<string, int32> a = 1; }',
    differences: ['FIELD_KIND_CHANGED #/M/1'],
  },
  {
    rule: 'a map instead of a scalar',
    reader: 'message M { map<string, int32> a = 1; }',
    writer: 'message M { int32 a = 1; }',
    differences: ['FIELD_KIND_CHANGED #/M/1'],
  },
  {
    rule: 'another type of keys',
    reader: 'message M { map<int32, int32> a = 1; }',
    writer: 'message M { map<string, int32> a = 1; }',
    differences: ['FIELD_SCALAR_KIND_CHANGED #/M/1'],
  },
  {
    rule: 'keys of one form',
    reader: 'message M { map<int32, int32> a = 1; }',
    writer: 'message M { map<int64, int32> a = 1; }',
  },
  { rule: 'an enum more', reader: 'message M {} enum E { A = 0; }', writer: 'message M {}' },
  { rule: 'an enum fewer', reader: 'message M {}', writer: 'message M {} enum E { A = 0; }' },
  { rule: 'a constant more', reader: 'enum E { A = 0; B = 1; }', writer: 'enum E { A = 0; }' },
  { rule: 'a constant fewer', reader: 'enum E { A = 0; }', writer: 'enum E { A = 0; B = 1; }' },
  { rule: 'a renamed constant', reader: 'enum E { A = 0; C = 1; }', writer: 'enum E { A = 0; B = 1; }' },
  { rule: 'a renumbered constant', reader: 'enum E { A = 0; B = 2; }', writer: 'enum E { A = 0; B = 1; }' },
  {
    rule: 'another enum',
    reader: 'message M { E e = 1; } enum E { A = 0; }',
    writer: 'message M { Color e = 1; }',
  },
  {
    rule: 'a number that may be left out',
    reader: 'message M { optional int32 a = 1; }',
    writer: 'message M { int32 a = 1; }',
  },
  {
    rule: 'numbers instead of a number',
    reader: 'message M { repeated int32 a = 1; }',
    writer: 'message M { int32 a = 1; }',
    differences: ['FIELD_NUMERIC_LABEL_CHANGED #/M/1'],
  },
  {
    rule: 'a number instead of numbers',
    reader: 'message M { double a = 1; }',
    writer: 'message M { repeated double a = 1; }',
    differences: ['FIELD_NUMERIC_LABEL_CHANGED #/M/1'],
  },
  {
    rule: 'constants instead of one',
    reader: 'message M { repeated Color a = 1; }',
    writer: 'message M { Color a = 1; }',
    differences: ['FIELD_NUMERIC_LABEL_CHANGED #/M/1'],
  },
  {
    rule: 'texts instead of a text',
    reader: 'message M { repeated string a = 1; }',
    writer: 'message M { string a = 1; }',
  },
  {
    rule: 'bytes instead of several',
    reader: 'message M { bytes a = 1; }',
    writer: 'message M { repeated bytes a = 1; }',
  },
  {
    rule: 'messages instead of one',
    reader: 'message M { repeated Other a = 1; }',
    writer: 'message M { Other a = 1; }',
  },
  { rule: 'a oneof more', reader: 'message M { oneof o { int32 a = 1; } }', writer: 'message M {}' },
  { rule: 'a oneof fewer', reader: 'message M {}', writer: 'message M { oneof o { int32 a = 1; } }' },
  {
    rule: 'a renamed oneof',
    reader: 'message M { oneof p { int32 a = 1; } }',
    writer: 'message M { oneof o { int32 a = 1; } }',
  },
  {
    rule: 'a renamed oneof whose member changed',
    reader: 'message M { oneof p { string a = 1; } }',
    writer: 'message M { oneof o { int32 a = 1; } }',
    differences: ['FIELD_SCALAR_KIND_CHANGED #/M/1'],
  },
  {
    rule: 'a member more',
    reader: 'message M { oneof o { int32 a = 1; string b = 2; } }',
    writer: 'message M { oneof o { int32 a = 1; } }',
  },
  {
    rule: 'a member fewer',
    reader: 'message M { oneof o { int32 a = 1; } }',
    writer: 'message M { oneof o { int32 a = 1; string b = 2; } }',
    differences: ['ONEOF_FIELD_REMOVED #/M/o/2'],
  },
  {
    rule: 'a member that is independent now',
    reader: 'message M { oneof o { int32 a = 1; } string b = 2; }',
    writer: 'message M { oneof o { int32 a = 1; string b = 2; } }',
  },
  {
    rule: 'a member that is independent now, and another type',
    reader: 'message M { oneof o { int32 a = 1; } int32 b = 2; }',
    writer: 'message M { oneof o { int32 a = 1; string b = 2; } }',
    differences: ['FIELD_SCALAR_KIND_CHANGED #/M/2'],
  },
  {
    rule: 'one field in a new oneof',
    reader: 'message M { oneof o { int32 a = 1; } }',
    writer: 'message M { int32 a = 1; }',
  },
  {
    rule: 'one field and a new one in a new oneof',
    reader: 'message M { oneof o { int32 a = 1; int32 b = 2; } }',
    writer: 'message M { int32 a = 1; }',
  },
  {
    rule: 'two fields in a new oneof',
    reader: 'message M { oneof o { int32 a = 1; int32 b = 2; } }',
    writer: 'message M { int32 a = 1; int32 b = 2; }',
    differences: ['MULTIPLE_FIELDS_MOVED_TO_ONEOF #/M/o'],
  },
  {
    rule: 'a field in an existing oneof',
    reader: 'message M { oneof o { int32 a = 1; int32 b = 2; } }',
    writer: 'message M { int32 a = 1; oneof o { int32 b = 2; } }',
    differences: ['FIELD_MOVED_TO_EXISTING_ONEOF #/M/o'],
  },
  {
    rule: 'a field of another type in a new oneof',
    reader: 'message M { oneof o { string a = 1; } }',
    writer: 'message M { int32 a = 1; }',
    differences: ['FIELD_SCALAR_KIND_CHANGED #/M/1'],
  },
  {
    rule: 'a message that holds itself',
    reader: 'message M { M m = 1; int32 a = 2; }',
    writer: 'message M { M m = 1; }',
  },
  {
    rule: 'a message that holds itself, and changed',
    reader: 'message M { M m = 1; string a = 2; }',
    writer: 'message M { M m = 1; int32 a = 2; }',
    differences: ['FIELD_SCALAR_KIND_CHANGED #/M/2'],
  },
  {
    rule: 'options and comments',
    reader: 'message M { /* all */ int32 a = 1 [deprecated = true]; }',
    writer: 'message M { int32 a = 1; } // end',
  },
  {
    rule: 'well-known types',
    reader: 'import "google/protobuf/timestamp.proto"; message M { google.protobuf.Timestamp t = 1; }',
    writer: 'import "google/protobuf/timestamp.proto"; message M { google.protobuf.Timestamp t = 1; }',
  },
  {
    rule: 'another well-known type',
    reader: 'import "google/protobuf/duration.proto"; message M { google.protobuf.Duration t = 1; }',
    writer: 'import "google/protobuf/timestamp.proto"; message M { google.protobuf.Timestamp t = 1; }',
    differences: ['FIELD_NAMED_TYPE_CHANGED #/M/1'],
  },
  {
    rule: 'services',
    reader: 'message M {} service S { rpc Call (M) returns (stream M); }',
    writer: 'message M {}',
  },
];

const proto2Cases: readonly Case[] = [
  {
    rule: 'a required field more',
    reader: 'message M { required int32 a = 1; }',
    writer: 'message M {}',
    differences: ['REQUIRED_FIELD_ADDED #/M/1'],
  },
  {
    rule: 'a required field fewer',
    reader: 'message M {}',
    writer: 'message M { required int32 a = 1; }',
    differences: ['REQUIRED_FIELD_REMOVED #/M/1'],
  },
  { rule: 'an optional field more', reader: 'message M { optional int32 a = 1; }', writer: 'message M {}' },
  { rule: 'an optional field fewer', reader: 'message M {}', writer: 'message M { optional int32 a = 1; }' },
  {
    rule: 'a number that is required now',
    reader: 'message M { required int32 a = 1; }',
    writer: 'message M { optional int32 a = 1; }',
    differences: ['FIELD_NUMERIC_LABEL_CHANGED #/M/1'],
  },
  {
    rule: 'a text that is required now',
    reader: 'message M { required string a = 1; }',
    writer: 'message M { optional string a = 1; }',
  },
  {
    rule: 'numbers instead of one that may be left out',
    reader: 'message M { repeated int32 a = 1; }',
    writer: 'message M { optional int32 a = 1; }',
    differences: ['FIELD_NUMERIC_LABEL_CHANGED #/M/1'],
  },
  {
    rule: 'another default',
    reader: 'message M { optional int32 a = 1 [default = 2]; }',
    writer: 'message M { optional int32 a = 1 [default = 1]; }',
  },
  {
    rule: 'groups',
    reader: 'message M { optional group G = 1 { optional int32 a = 2; } }',
    writer: 'message M { optional group G = 1 { optional int32 a = 2; } }',
  },
  {
    rule: 'extensions',
    reader: 'message M { extensions 100 to max; } extend M { optional int32 x = 100; }',
    writer: 'message M { extensions 100 to 200; }',
  },
];

export const PROTOBUF_PAIRS: readonly CompatibilityPair[] = [
  ...kinds,
  ...[
    ...proto3Cases.map((one) => ({ ...one, reader: file(one.reader), writer: file(one.writer) })),
    ...proto2Cases.map((one) => ({ ...one, reader: proto2(one.reader), writer: proto2(one.writer) })),
    {
      rule: 'another package',
      reader: 'syntax = "proto3"; package a; message M {}',
      writer: 'syntax = "proto3"; package b; message M {}',
      differences: ['PACKAGE_CHANGED #/'],
    },
    {
      rule: 'another package, and a type of its own',
      reader: 'syntax = "proto3"; package a; message M { N n = 1; } message N {}',
      writer: 'syntax = "proto3"; package b; message M { N n = 1; } message N {}',
      differences: ['PACKAGE_CHANGED #/'],
    },
    {
      rule: 'no package any more',
      reader: 'syntax = "proto3"; message M {}',
      writer: 'syntax = "proto3"; package b; message M {}',
      differences: ['PACKAGE_CHANGED #/'],
    },
    {
      rule: 'another syntax',
      reader: 'syntax = "proto3"; message M { optional int32 a = 1; }',
      writer: 'syntax = "proto2"; message M { optional int32 a = 1; }',
    },
  ].map(({ rule, reader, writer, differences = [] }) => ({
    rule,
    reader,
    writer,
    differences: [...differences].sort(),
  })),
];
