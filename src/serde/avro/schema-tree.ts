import { SerdeError } from '../model/serde-error.ts';
import type { RegisteredSchema } from '../schemas/registered-schema.ts';

/** A parsed Avro schema. Names are resolved: a type that is used twice, or within itself, is one object. */
export type AvroType =
  | AvroPrimitive
  | { readonly kind: 'fixed'; readonly name: string; readonly size: number; readonly notes: AvroNotes }
  | {
      readonly kind: 'enum';
      readonly name: string;
      readonly symbols: readonly string[];
      /** What a symbol is read as that the enum does not have. */
      readonly fallback?: string;
    }
  | { readonly kind: 'array'; readonly items: AvroType; readonly notes: AvroNotes }
  | { readonly kind: 'map'; readonly values: AvroType }
  | AvroRecord
  | AvroUnion;

type PrimitiveName = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string';

interface AvroPrimitive {
  readonly kind: PrimitiveName;
  readonly notes: AvroNotes;
}

export interface AvroRecord {
  readonly kind: 'record';
  /** With its namespace. */
  readonly name: string;
  /** Filled when the record's own fields have been parsed. */
  readonly fields: readonly AvroField[];
  readonly notes: AvroNotes;
}

interface AvroUnion {
  readonly kind: 'union';
  readonly branches: readonly AvroType[];
}

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  /** As JSON; undefined where there is none. */
  readonly fallback: unknown;
  /** Names that the field had in schemas of before. */
  readonly aliases: readonly string[];
}

/** What is noted of a type beside how it is written. */
export interface AvroNotes {
  readonly logicalType?: string;
  readonly precision?: number;
  readonly scale?: number;
  /** What Connect calls it. */
  readonly connectName?: string;
  /** An entry of a map whose keys are not strings, or may be null. */
  readonly isMapEntry?: boolean;
}

const PRIMITIVES: ReadonlySet<string> = new Set<PrimitiveName>([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
]);

const CONNECT_NAMESPACE = 'io.confluent.connect.avro';
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Parses a registered schema, and what it refers to. @throws {SerdeError} for what is no Avro schema. */
export function parseAvro({
  schema,
  dependencies,
}: Pick<RegisteredSchema, 'schema' | 'dependencies'>): AvroType {
  const parser = new AvroParser();
  for (const each of dependencies) parser.parse(each.schema);
  return parser.parse(schema);
}

type JsonObject = Readonly<Record<string, unknown>>;

class AvroParser {
  readonly #named = new Map<string, AvroType>();

  parse(text: string): AvroType {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      // A name alone is a schema, too, in Confluent's registry.
      if (!/^[A-Za-z_][A-Za-z0-9_.]*$/.test(text)) throw invalid(`not JSON: ${text}`, error);
      json = text;
    }
    return this.#type(json, '');
  }

  #type(json: unknown, namespace: string): AvroType {
    if (typeof json === 'string') return this.#name(json, namespace, {});
    if (Array.isArray(json)) {
      return { kind: 'union', branches: json.map((branch: unknown) => this.#type(branch, namespace)) };
    }
    if (!isObject(json)) throw invalid(`no schema: ${JSON.stringify(json)}`);
    const { type } = json;
    if (typeof type !== 'string') return this.#type(type, namespace);
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(json, namespace);
      case 'enum':
        return this.#enum(json, namespace);
      case 'fixed': {
        const { size } = json;
        if (typeof size !== 'number') throw invalid(`a fixed without a size: ${JSON.stringify(json)}`);
        const name = fullName(json, namespace);
        return this.#define(name, { kind: 'fixed', name, size, notes: notesOf(json) });
      }
      case 'array':
        return { kind: 'array', items: this.#type(json['items'], namespace), notes: notesOf(json) };
      case 'map':
        return { kind: 'map', values: this.#type(json['values'], namespace) };
      default:
        return this.#name(type, namespace, notesOf(json));
    }
  }

  #name(name: string, namespace: string, notes: AvroNotes): AvroType {
    if (isPrimitive(name)) return { kind: name, notes };
    const named =
      (name.includes('.') || namespace === '' ? undefined : this.#named.get(`${namespace}.${name}`)) ??
      this.#named.get(name);
    if (named === undefined) throw invalid(`"${name}" is not a defined name`);
    return named;
  }

  #record(json: JsonObject, namespace: string): AvroType {
    const name = fullName(json, namespace);
    const { fields: declared } = json;
    if (!Array.isArray(declared)) throw invalid(`a record without fields: ${name}`);
    const fields: AvroField[] = [];
    const isMapEntry =
      name === `${CONNECT_NAMESPACE}.MapEntry` || json['connect.internal.type'] === 'MapEntry';
    const record: AvroRecord = { kind: 'record', name, fields, notes: { ...notesOf(json), isMapEntry } };
    this.#define(name, record);
    const list: readonly unknown[] = declared;
    for (const field of list) {
      if (!isObject(field) || typeof field['name'] !== 'string')
        throw invalid(`a field of ${name} without a name`);
      checkName(field['name']);
      fields.push({
        name: field['name'],
        type: this.#type(field['type'], namespaceOf(name)),
        fallback: field['default'],
        aliases: textsOf(field['aliases']),
      });
    }
    return record;
  }

  #enum(json: JsonObject, namespace: string): AvroType {
    const name = fullName(json, namespace);
    const { symbols, default: fallback } = json;
    if (!Array.isArray(symbols)) throw invalid(`an enum without symbols: ${name}`);
    return this.#define(name, {
      kind: 'enum',
      name,
      symbols: symbols.map(String),
      ...(typeof fallback === 'string' ? { fallback } : {}),
    });
  }

  #define(name: string, type: AvroType): AvroType {
    if (this.#named.has(name)) throw invalid(`Can't redefine: ${name}`);
    this.#named.set(name, type);
    return type;
  }
}

const textsOf = (json: unknown): readonly string[] =>
  Array.isArray(json) ? json.filter((each) => typeof each === 'string') : [];

function notesOf(json: JsonObject): AvroNotes {
  const { logicalType, precision, scale } = json;
  const connectName = json['connect.name'];
  return {
    ...(typeof logicalType === 'string' ? { logicalType } : {}),
    ...(typeof precision === 'number' ? { precision } : {}),
    ...(typeof scale === 'number' ? { scale } : {}),
    ...(typeof connectName === 'string' ? { connectName } : {}),
  };
}

function fullName(json: JsonObject, namespace: string): string {
  const { name, namespace: own } = json;
  if (typeof name !== 'string') throw invalid(`No name in schema: ${JSON.stringify(json)}`);
  const simple = name.slice(name.lastIndexOf('.') + 1);
  checkName(simple);
  if (name.includes('.')) return name;
  const within = typeof own === 'string' ? own : namespace;
  return within === '' ? name : `${within}.${name}`;
}

/** @throws {SerdeError} in the words of Avro's Java classes. */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  if (name === '') throw new SerdeError('Empty name');
  throw new SerdeError(
    /^[A-Za-z_]/.test(name) ? `Illegal character in: ${name}` : `Illegal initial character: ${name}`,
  );
}

/** The part of a full name behind its namespace. */
export const simpleName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

const namespaceOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.')));

const isPrimitive = (name: string): name is PrimitiveName => PRIMITIVES.has(name);

function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function invalid(reason: string, cause?: unknown): SerdeError {
  return new SerdeError(`not an Avro schema: ${reason}`, { cause });
}
