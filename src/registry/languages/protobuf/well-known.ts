import { InvalidSchemaError } from '../invalid-schema.ts';
import type { ProtoFile } from './file.ts';
import { parseProto } from './parse.ts';

/**
 * Files that every schema may import without a reference to them, as far as names and wire types go: those that come with
 * protoc, and the two that Confluent's registry adds.
 */
const TEXTS: Readonly<Record<string, string>> = {
  'google/protobuf/any.proto': wellKnown('message Any { string type_url = 1; bytes value = 2; }'),
  'google/protobuf/timestamp.proto': wellKnown('message Timestamp { int64 seconds = 1; int32 nanos = 2; }'),
  'google/protobuf/duration.proto': wellKnown('message Duration { int64 seconds = 1; int32 nanos = 2; }'),
  'google/protobuf/empty.proto': wellKnown('message Empty {}'),
  'google/protobuf/field_mask.proto': wellKnown('message FieldMask { repeated string paths = 1; }'),
  'google/protobuf/source_context.proto': wellKnown('message SourceContext { string file_name = 1; }'),
  'google/protobuf/struct.proto': wellKnown(`
    message Struct { map<string, Value> fields = 1; }
    message Value {
      oneof kind {
        NullValue null_value = 1;
        double number_value = 2;
        string string_value = 3;
        bool bool_value = 4;
        Struct struct_value = 5;
        ListValue list_value = 6;
      }
    }
    enum NullValue { NULL_VALUE = 0; }
    message ListValue { repeated Value values = 1; }`),
  'google/protobuf/wrappers.proto': wellKnown(`
    message DoubleValue { double value = 1; }
    message FloatValue { float value = 1; }
    message Int64Value { int64 value = 1; }
    message UInt64Value { uint64 value = 1; }
    message Int32Value { int32 value = 1; }
    message UInt32Value { uint32 value = 1; }
    message BoolValue { bool value = 1; }
    message StringValue { string value = 1; }
    message BytesValue { bytes value = 1; }`),
  'google/protobuf/descriptor.proto': wellKnown(
    ['File', 'Message', 'Field', 'Oneof', 'Enum', 'EnumValue', 'Service', 'Method']
      .map((name) => `message ${name}Options { extensions 1000 to max; }`)
      .join('\n'),
  ),
  'google/type/date.proto': wellKnown(
    'message Date { int32 year = 1; int32 month = 2; int32 day = 3; }',
    'google.type',
  ),
  'google/type/timeofday.proto': wellKnown(
    'message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }',
    'google.type',
  ),
  'confluent/type/decimal.proto': wellKnown(
    'message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }',
    'confluent.type',
  ),
  'confluent/meta.proto': wellKnown(
    'message Meta { string doc = 1; map<string, string> params = 2; repeated string tags = 3; }',
    'confluent',
  ),
};

function wellKnown(types: string, packageName = 'google.protobuf'): string {
  return `syntax = "proto3"; package ${packageName}; ${types}`;
}

const files = new Map<string, ProtoFile>();

/** The well-known file of a path of an import. @throws {InvalidSchemaError} where there is none. */
export function wellKnownFile(importPath: string): ProtoFile {
  const known = files.get(importPath);
  if (known !== undefined) return known;
  const text = TEXTS[importPath];
  if (text === undefined) throw new InvalidSchemaError(`Could not resolve import: ${importPath}`);
  const file = parseProto(text);
  files.set(importPath, file);
  return file;
}
