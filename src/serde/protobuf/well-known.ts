import type { MessageField, MessageType, ScalarKind } from './message-type.ts';

/**
 * Messages that Connect reads as one value: dates and times of Google's, Confluent's decimal, and the wrappers of scalars
 * that may be null.
 */
export const DECIMAL = 'confluent.type.Decimal';
export const DATE = 'google.type.Date';
export const TIME_OF_DAY = 'google.type.TimeOfDay';
export const TIMESTAMP = 'google.protobuf.Timestamp';

/** Of the years 1 and 9999: what a timestamp may hold. */
export const TIMESTAMP_SECONDS = { min: -62_135_596_800, max: 253_402_300_799 } as const;

/** The scalar that a wrapper holds, by the wrapper's full name. */
export const wrappedKinds: ReadonlyMap<string, ScalarKind> = new Map([
  ['google.protobuf.DoubleValue', 'double'],
  ['google.protobuf.FloatValue', 'float'],
  ['google.protobuf.Int64Value', 'int64'],
  ['google.protobuf.UInt64Value', 'uint64'],
  ['google.protobuf.Int32Value', 'int32'],
  ['google.protobuf.UInt32Value', 'uint32'],
  ['google.protobuf.BoolValue', 'bool'],
  ['google.protobuf.StringValue', 'string'],
  ['google.protobuf.BytesValue', 'bytes'],
]);

const WRAPPERS_FILE = 'google/protobuf/wrappers.proto';

/** Where the messages are declared, by their full names. */
export const fileOfWellKnown: ReadonlyMap<string, string> = new Map([
  [DECIMAL, 'confluent/type/decimal.proto'],
  [DATE, 'google/type/date.proto'],
  [TIME_OF_DAY, 'google/type/timeofday.proto'],
  [TIMESTAMP, 'google/protobuf/timestamp.proto'],
  ...[...wrappedKinds.keys()].map((name): [string, string] => [name, WRAPPERS_FILE]),
]);

const message = (fullName: string, fields: readonly (readonly [string, ScalarKind])[]): MessageType => ({
  name: fullName.slice(fullName.lastIndexOf('.') + 1),
  fullName,
  nested: [],
  fields: fields.map(
    ([name, kind], index): MessageField => ({
      name,
      number: index + 1,
      kind,
      repeated: false,
      packed: false,
      hasPresence: false,
    }),
  ),
});

/** The messages themselves, by their full names. */
export const wellKnownMessages: ReadonlyMap<string, MessageType> = new Map(
  [
    message(DECIMAL, [
      ['value', 'bytes'],
      ['precision', 'uint32'],
      ['scale', 'int32'],
    ]),
    message(DATE, [
      ['year', 'int32'],
      ['month', 'int32'],
      ['day', 'int32'],
    ]),
    message(TIME_OF_DAY, [
      ['hours', 'int32'],
      ['minutes', 'int32'],
      ['seconds', 'int32'],
      ['nanos', 'int32'],
    ]),
    message(TIMESTAMP, [
      ['seconds', 'int64'],
      ['nanos', 'int32'],
    ]),
    ...[...wrappedKinds].map(([name, kind]) => message(name, [['value', kind]])),
  ].map((each) => [each.fullName, each]),
);
