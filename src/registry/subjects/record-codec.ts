import {
  isJsonArray,
  isJsonObject,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  parseJson,
  printJson,
} from '../languages/json-text.ts';
import { isSchemaType } from './languages.ts';
import type { SchemaReference } from '../languages/parsed-schema.ts';
import type { RegistryRecord } from './records.ts';
import { compatibilityLevel, modeNamed, type SubjectConfig } from './settings.ts';
import type { StoredSchema } from './stored-schema.ts';

/**
 * The bytes of records, as Confluent's registry writes them into `_schemas`: JSON in this order of names, with a key type and a
 * magic byte in the key. Either registry reads what the other one has left.
 */

export interface RecordBytes {
  readonly key: Buffer;
  /** Null deletes what the key stands for. */
  readonly value: Buffer | null;
}

export function encodeRecord(record: RegistryRecord): RecordBytes {
  const value = valueOf(record);
  return {
    key: Buffer.from(printJson(keyOf(record))),
    value: value === undefined ? null : Buffer.from(printJson(value)),
  };
}

function keyOf(record: RegistryRecord): JsonObject {
  const magic = (value: number): [string, JsonValue] => ['magic', integer(value)];
  const keytype: [string, JsonValue] = ['keytype', record.kind];
  switch (record.kind) {
    case 'SCHEMA':
      return new Map([keytype, ['subject', record.subject], ['version', integer(record.version)], magic(1)]);
    case 'CONFIG':
    case 'MODE':
      return new Map([keytype, ['subject', record.subject ?? null], magic(0)]);
    case 'DELETE_SUBJECT':
    case 'CLEAR_SUBJECT':
      return new Map([keytype, ['subject', record.subject], magic(0)]);
    case 'NOOP':
      return new Map([keytype, magic(0)]);
  }
}

function valueOf(record: RegistryRecord): JsonObject | undefined {
  switch (record.kind) {
    case 'SCHEMA':
      return record.value === undefined ? undefined : schemaValue(record.value);
    case 'CONFIG':
      return record.value === undefined ? undefined : configValue(record.subject, record.value);
    case 'MODE':
      return record.value === undefined
        ? undefined
        : new Map([...named('subject', record.subject), ['mode', record.value]]);
    case 'DELETE_SUBJECT':
      return record.version === undefined
        ? undefined
        : new Map<string, JsonValue>([
            ['subject', record.subject],
            ['version', integer(record.version)],
          ]);
    case 'CLEAR_SUBJECT':
      return new Map([['subject', record.subject]]);
    case 'NOOP':
      return undefined;
  }
}

function schemaValue(schema: StoredSchema): JsonObject {
  const { metadata, ruleSet } = schema;
  return new Map<string, JsonValue>([
    ['subject', schema.subject],
    ['version', integer(schema.version)],
    ['id', integer(schema.id)],
    // Avro has none in what older registries have written.
    ...named('schemaType', schema.type === 'AVRO' ? undefined : schema.type),
    ...named(
      'references',
      schema.references.length === 0 ? undefined : schema.references.map(referenceValue),
    ),
    ...named('metadata', metadata),
    ...named('ruleSet', ruleSet),
    ['schema', schema.schema],
    ['deleted', schema.isDeleted],
  ]);
}

function referenceValue({ name, subject, version }: SchemaReference): JsonObject {
  return new Map<string, JsonValue>([
    ['name', name],
    ['subject', subject],
    ['version', integer(version)],
  ]);
}

function configValue(subject: string | undefined, config: SubjectConfig): JsonObject {
  return new Map<string, JsonValue>([
    ...named('subject', subject),
    ...named('compatibilityLevel', config.compatibilityLevel),
    ...named('normalize', config.normalize),
    ...config.others,
  ]);
}

/** @returns undefined for bytes that are no record of a registry: newer ones have other kinds. */
export function decodeRecord(keyBytes: Buffer | null, valueBytes: Buffer | null): RegistryRecord | undefined {
  const key = jsonOf(keyBytes);
  const value = jsonOf(valueBytes);
  if (key === undefined) return undefined;
  // Null, or what was left by a tool that writes empty values.
  if (value === undefined && valueBytes !== null && valueBytes.length > 0) return undefined;
  const subject = key.get('subject');
  const name = typeof subject === 'string' ? subject : undefined;
  switch (key.get('keytype')) {
    case 'SCHEMA': {
      const version = numberOf(key.get('version'));
      if (name === undefined || version === undefined) return undefined;
      if (value === undefined) return { kind: 'SCHEMA', subject: name, version, value: undefined };
      const schema = storedSchema(value, { subject: name, version });
      return schema === undefined ? undefined : { kind: 'SCHEMA', subject: name, version, value: schema };
    }
    case 'CONFIG':
      return { kind: 'CONFIG', subject: name, value: value === undefined ? undefined : subjectConfig(value) };
    case 'MODE': {
      const mode = value?.get('mode');
      return { kind: 'MODE', subject: name, value: typeof mode === 'string' ? modeNamed(mode) : undefined };
    }
    case 'DELETE_SUBJECT':
      if (name === undefined) return undefined;
      return { kind: 'DELETE_SUBJECT', subject: name, version: numberOf(value?.get('version')) };
    case 'CLEAR_SUBJECT':
      return name === undefined ? undefined : { kind: 'CLEAR_SUBJECT', subject: name };
    case 'NOOP':
      return { kind: 'NOOP' };
    default:
      return undefined;
  }
}

function storedSchema(
  value: JsonObject,
  { subject, version }: { readonly subject: string; readonly version: number },
): StoredSchema | undefined {
  const [id, schema, type] = [
    numberOf(value.get('id')),
    value.get('schema'),
    value.get('schemaType') ?? 'AVRO',
  ];
  if (id === undefined || typeof schema !== 'string') return undefined;
  if (typeof type !== 'string' || !isSchemaType(type)) return undefined;
  return {
    ...{ subject, version, id, type, schema },
    references: referencesOf(value.get('references')),
    metadata: value.get('metadata') ?? undefined,
    ruleSet: value.get('ruleSet') ?? undefined,
    isDeleted: value.get('deleted') === true,
  };
}

/** Reads a list of references. @returns those that are complete. */
export function referencesOf(value: JsonValue | undefined): readonly SchemaReference[] {
  if (!isJsonArray(value)) return [];
  return value.flatMap((item) => {
    if (!isJsonObject(item)) return [];
    const [name, subject, version] = [item.get('name'), item.get('subject'), numberOf(item.get('version'))];
    const isComplete = typeof name === 'string' && typeof subject === 'string' && version !== undefined;
    return isComplete ? [{ name, subject, version }] : [];
  });
}

const CONFIG_NAMES = new Set(['subject', 'compatibilityLevel', 'normalize']);

export function subjectConfig(value: JsonObject): SubjectConfig {
  const [level, normalize] = [value.get('compatibilityLevel'), value.get('normalize')];
  const known = typeof level === 'string' ? compatibilityLevel(level) : undefined;
  return {
    ...(known === undefined ? {} : { compatibilityLevel: known }),
    ...(typeof normalize === 'boolean' ? { normalize } : {}),
    others: new Map([...value].filter(([name]) => !CONFIG_NAMES.has(name))),
  };
}

function jsonOf(bytes: Buffer | null): JsonObject | undefined {
  if (bytes === null || bytes.length === 0) return undefined;
  try {
    const json = parseJson(bytes.toString());
    return isJsonObject(json) ? json : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function numberOf(value: JsonValue | undefined): number | undefined {
  return value instanceof JsonNumber && value.isIntegral ? value.value : undefined;
}

function integer(value: number): JsonNumber {
  return new JsonNumber(String(value));
}

function named(name: string, value: JsonValue | undefined): readonly [string, JsonValue][] {
  return value === undefined ? [] : [[name, value]];
}
