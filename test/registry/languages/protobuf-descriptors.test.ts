import { describe, expect, it } from 'vitest';
import { protobufLanguage } from '../../../src/registry/index.ts';
import { normalizedText, parsed } from './language-cases.ts';

/** The descriptor of `google/protobuf/timestamp.proto`, as Python's protobuf serializes it. */
const TIMESTAMP =
  'Ch9nb29nbGUvcHJvdG9idWYvdGltZXN0YW1wLnByb3RvEg9nb29nbGUucHJvdG9idWYiOwoJVGltZXN0YW1wEhgKB3NlY29uZHMYASABKANSB3NlY29u' +
  'ZHMSFAoFbmFub3MYAiABKAVSBW5hbm9zQoUBChNjb20uZ29vZ2xlLnByb3RvYnVmQg5UaW1lc3RhbXBQcm90b1ABWjJnb29nbGUuZ29sYW5nLm9yZy9w' +
  'cm90b2J1Zi90eXBlcy9rbm93bi90aW1lc3RhbXBwYvgBAaICA0dQQqoCHkdvb2dsZS5Qcm90b2J1Zi5XZWxsS25vd25UeXBlc2IGcHJvdG8z';

const TEXT = `syntax = "proto3";
package google.protobuf;

option java_package = "com.google.protobuf";
option java_outer_classname = "TimestampProto";
option java_multiple_files = true;
option go_package = "google.golang.org/protobuf/types/known/timestamppb";
option cc_enable_arenas = true;
option objc_class_prefix = "GPB";
option csharp_namespace = "Google.Protobuf.WellKnownTypes";

message Timestamp {
  int64 seconds = 1;
  int32 nanos = 2;
}
`;

const WHOLE = `syntax = "proto2";
package a.b;

import "google/protobuf/timestamp.proto";
import public "google/protobuf/any.proto";

message M {
  reserved 5, 7 to 9;
  reserved "old";

  option deprecated = true;

  required .a.b.M.Kind kind = 1 [default = ONE];
  repeated string names = 2 [json_name = "n"];
  optional .google.protobuf.Timestamp at = 3 [deprecated = true];

  oneof which {
    bytes x = 10 [default = "y"];
    double z = 11;
  }

  extensions 100 to 536870911;

  message N {
    repeated sint64 values = 1 [packed = true];
  }
  enum Kind {
    option allow_alias = true;
    NONE = 0;
    ONE = 1;
    UNO = 1;
    LESS = -1;
  }
}

extend .a.b.M {
  optional int32 more = 100;
}

service S {
  rpc Call (stream .a.b.M) returns (.a.b.M.N);
}
`;

describe('descriptors of Protobuf schemas', () => {
  it('are read in the place of a text', () => {
    expect(parsed(protobufLanguage, TIMESTAMP).text).toBe(TEXT);
  });

  it.each([
    ['of proto3', TEXT],
    ['of proto2', WHOLE],
  ])('say all that a text says: one %s', (_name, text) => {
    const schema = parsed(protobufLanguage, text);
    expect(schema.text).toBe(text);
    expect(parsed(protobufLanguage, schema.format('serialized')).text).toBe(text);
  });

  it('have messages for the entries of maps, and oneofs for what may be left out', () => {
    const text =
      'syntax = "proto3"; message M { optional int32 a = 1; map<string, M> b_c = 2; oneof o { int32 d = 3; } }';
    const schema = parsed(protobufLanguage, text);
    const read = parsed(protobufLanguage, schema.format('serialized'));
    expect(read.text).toContain(
      '  optional int32 a = 1;\n  repeated .M.BCEntry b_c = 2;\n\n  oneof o {\n    int32 d = 3;\n  }\n',
    );
    expect(normalizedText(protobufLanguage, read.text)).toBe(normalizedText(protobufLanguage, text));
    expect(schema.differencesFrom(read)).toEqual([]);
  });
});
