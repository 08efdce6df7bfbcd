import fc from 'fast-check';
import { INT64_MAX } from '../../src/base/int64.ts';
import type { Message } from '../../src/protocol/message.ts';
import type { Field, Fields, FieldType } from '../../src/protocol/schema.ts';
import { includesVersion } from '../../src/protocol/version-range.ts';

/** Values of a message as a decoder answers them in one version: fields that the version lacks have their defaults. */
export function messageArbitrary(message: Message, version: number): fc.Arbitrary<unknown> {
  return structArbitrary(message.fields, version);
}

function structArbitrary(fields: Fields, version: number): fc.Arbitrary<unknown> {
  return fc.record(
    Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldArbitrary(field, version)])),
    { noNullPrototype: true },
  );
}

function fieldArbitrary(field: Field, version: number): fc.Arbitrary<unknown> {
  if (!includesVersion(field.versions, version)) return fc.constant(defaultValue(field));
  const value = typeArbitrary(field.type, version);
  const nullable = includesVersion(field.nullable, version)
    ? fc.option(value, { nil: null, freq: 4 })
    : value;
  // A null of a version that does not allow it cannot be encoded; the default is worth being met often.
  const canBeDefault = field.default !== null || includesVersion(field.nullable, version);
  return canBeDefault
    ? fc.oneof({ weight: 4, arbitrary: nullable }, fc.constant(defaultValue(field)))
    : nullable;
}

export function defaultValue(field: Field): unknown {
  if (field.type.kind !== 'struct' || field.default !== undefined) return field.default;
  return Object.fromEntries(
    Object.entries(field.type.fields).map(([name, inner]) => [name, defaultValue(inner)]),
  );
}

function typeArbitrary(type: FieldType, version: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'bool':
      return fc.boolean();
    case 'int8':
      return fc.integer({ min: -128, max: 127 });
    case 'int16':
      return fc.integer({ min: -32768, max: 32767 });
    case 'uint16':
      return fc.integer({ min: 0, max: 65535 });
    case 'int32':
      return fc.integer();
    case 'uint32':
      return fc.integer({ min: 0, max: 0xffffffff });
    case 'int64':
      return fc.oneof(
        fc.maxSafeInteger(),
        fc.constantFrom(INT64_MAX, -(2 ** 53) + 1, 2 ** 32, -(2 ** 32), -1),
      );
    case 'float64':
      return fc.double({ noNaN: true });
    case 'string':
      return fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string({ maxLength: 300 }));
    case 'uuid':
      return fc
        .uint8Array({ minLength: 16, maxLength: 16 })
        .map((raw) => Buffer.from(raw).toString('base64url'));
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 }).map((raw) => Buffer.from(raw));
    case 'records':
      return fc.uint8Array({ maxLength: 700 }).map((raw) => Buffer.from(raw));
    case 'array':
      return fc.array(typeArbitrary(type.element, version), { maxLength: 3 });
    case 'struct':
      return structArbitrary(type.fields, version);
  }
}
