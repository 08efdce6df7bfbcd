import { describe, expect, it } from 'vitest';
import { ZERO_UUID } from '../../src/base/bytes-reader.ts';
import { INT64_MAX } from '../../src/base/int64.ts';
import type { KeyedMessage, Message } from '../../src/protocol/message.ts';
import type { Field, Fields, FieldType } from '../../src/protocol/schema.ts';
import {
  includesVersion,
  intersectVersions,
  isEmptyRange,
  NO_VERSIONS,
  versionRange,
  type VersionRange,
} from '../../src/protocol/version-range.ts';
import { declaredApis, declaredMessages } from './declared-messages.ts';
import {
  haveReferenceMessages,
  referenceMessages,
  type ReferenceField,
  type ReferenceMessage,
} from './reference-messages.ts';

/** One field as both sides are brought to it: versions as the list of those in which something holds. */
interface Shape {
  readonly path: string;
  readonly type: string;
  readonly versions: readonly number[];
  readonly nullable: readonly number[];
  readonly tagged: readonly number[];
  readonly tag: number;
  readonly default: unknown;
  readonly ignorable: boolean;
  readonly neverFlexible: boolean;
}

function versionsIn(range: VersionRange, within: readonly number[]): readonly number[] {
  return within.filter((version) => includesVersion(range, version));
}

function allOf(range: VersionRange): readonly number[] {
  return Array.from({ length: range.max - range.min + 1 }, (_, i) => range.min + i);
}

function declaredShapes(fields: Fields, within: readonly number[], path: string): Shape[] {
  return Object.entries(fields).flatMap(([name, field]: [string, Field]) => {
    const versions = versionsIn(field.versions, within);
    const own = `${path}.${name}`;
    const inner = structOf(field.type);
    return [
      {
        path: own,
        type: typeName(field.type),
        versions,
        nullable: versionsIn(field.nullable, versions),
        tagged: versionsIn(field.tagged, versions),
        tag: field.tag,
        default: field.default,
        ignorable: field.ignorable,
        neverFlexible: field.neverFlexible,
      },
      ...(inner === undefined ? [] : declaredShapes(inner, versions, own)),
    ];
  });
}

function structOf(type: FieldType): Fields | undefined {
  if (type.kind === 'array') return structOf(type.element);
  return type.kind === 'struct' ? type.fields : undefined;
}

function typeName(type: FieldType): string {
  return type.kind === 'array' ? `[]${typeName(type.element)}` : type.kind;
}

const PRIMITIVES = new Set([
  'bool',
  'int8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'float64',
  'string',
  'uuid',
  'bytes',
  'records',
]);

function referenceShapes(
  message: ReferenceMessage,
  fields: readonly ReferenceField[],
  within: readonly number[],
  path: string,
): Shape[] {
  return fields.flatMap((field) => {
    const versions = versionsIn(rangeOf(field.versions ?? field.taggedVersions), within);
    const name = `${field.name.charAt(0).toLowerCase()}${field.name.slice(1)}`;
    const own = `${path}.${name}`;
    const isArray = field.type.startsWith('[]');
    const element = isArray ? field.type.slice(2) : field.type;
    const kind = PRIMITIVES.has(element) ? element : 'struct';
    const inner = field.fields ?? message.commonStructs?.find((common) => common.name === element)?.fields;
    return [
      {
        path: own,
        type: isArray ? `[]${kind}` : kind,
        versions,
        nullable: versionsIn(rangeOf(field.nullableVersions), versions),
        tagged: versionsIn(rangeOf(field.taggedVersions), versions),
        tag: field.tag ?? -1,
        default: defaultOf(field, isArray, kind),
        ignorable: String(field.ignorable) === 'true',
        neverFlexible: field.flexibleVersions === 'none',
      },
      ...(kind === 'struct' ? referenceShapes(message, inner ?? [], versions, own) : []),
    ];
  });
}

function rangeOf(text: string | undefined): VersionRange {
  return text === undefined ? NO_VERSIONS : versionRange(text);
}

/** Kafka's rules for defaults (README of the message definitions). */
function defaultOf(field: ReferenceField, isArray: boolean, kind: string): unknown {
  const given = field.default;
  // Only the string means null: a null of JSON is to Kafka's generator as if nothing were given.
  if (given === 'null') return null;
  if (isArray) return [];
  switch (kind) {
    case 'struct':
      return undefined;
    case 'records':
      return null;
    case 'bytes':
      return Buffer.alloc(0);
    case 'uuid':
      return ZERO_UUID;
    case 'string':
      return given ?? '';
    case 'bool':
      return String(given ?? 'false') === 'true';
    default:
      return String(given) === '9223372036854775807' ? INT64_MAX : Number(given ?? 0);
  }
}

const references = referenceMessages();

describe.skipIf(!haveReferenceMessages)("our declarations and Kafka's", () => {
  it('declares every message that Kafka defines, and no other', () => {
    expect([...declaredMessages.keys()].sort()).toEqual(references.map((message) => message.name).sort());
  });

  it.each(references.map((reference) => [reference.name, reference] as const))(
    '%s agrees field by field',
    (name, reference) => {
      const ours = declaredMessages.get(name) as Message;
      const valid = versionRange(reference.validVersions);
      expect(ours.versions).toEqual(valid);
      const flexible = intersectVersions(rangeOf(reference.flexibleVersions), valid);
      expect(intersectVersions(ours.flexible, valid)).toEqual(
        isEmptyRange(flexible) ? NO_VERSIONS : flexible,
      );
      const within = allOf(valid);
      expect(declaredShapes(ours.fields, within, name)).toEqual(
        referenceShapes(reference, reference.fields ?? [], within, name),
      );
      if (reference.type === 'metadata' || reference.type.startsWith('coordinator')) {
        expect((ours as KeyedMessage).key).toBe(reference.apiKey);
      }
    },
  );

  it('gives every API the key, the listeners and the stability that Kafka gives it', () => {
    for (const api of declaredApis) {
      const request = references.find((message) => message.name === `${api.name}Request`);
      expect(api.key, api.name).toBe(request?.apiKey);
      expect(api.listeners, api.name).toEqual(request?.listeners);
      expect(api.latestVersionUnstable, api.name).toBe(request?.latestVersionUnstable ?? false);
    }
  });
});

describe('advertised versions', () => {
  it('leaves out an unstable version, and offers the old Produce versions that librdkafka looks for', () => {
    const advertised = (key: number): VersionRange | undefined =>
      declaredApis.find((api) => api.key === key)?.advertised;
    expect(advertised(22)).toEqual({ min: 0, max: 5 });
    expect(advertised(0)).toEqual({ min: 0, max: 13 });
    expect(advertised(1)).toEqual({ min: 4, max: 18 });
  });
});
