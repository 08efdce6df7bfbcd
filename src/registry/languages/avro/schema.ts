import type { JsonObject, JsonValue } from '../json-text.ts';

/**
 * Avro schemas as a tree. A type that is named again is the same object again, so a tree can lead back into itself.
 * Apache Avro's specification, "Schema Declaration".
 */

export const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
type PrimitiveKind = (typeof PRIMITIVES)[number];

/** A name and the namespace that it is in. */
export interface AvroName {
  readonly name: string;
  /** Undefined for none. */
  readonly namespace: string | undefined;
}

interface AvroPrimitive {
  readonly kind: PrimitiveKind;
  readonly properties: JsonObject;
}

interface AvroArray {
  readonly kind: 'array';
  readonly items: AvroType;
  readonly properties: JsonObject;
}

interface AvroMap {
  readonly kind: 'map';
  readonly values: AvroType;
  readonly properties: JsonObject;
}

export interface AvroUnion {
  readonly kind: 'union';
  readonly branches: readonly AvroType[];
}

interface NamedType {
  readonly name: AvroName;
  readonly aliases: readonly AvroName[];
  readonly doc: string | undefined;
  /** What the specification does not reserve, logical types among it. */
  readonly properties: JsonObject;
}

export interface AvroRecord extends NamedType {
  readonly kind: 'record';
  readonly isError: boolean;
  readonly fields: readonly AvroField[];
}

export interface AvroEnum extends NamedType {
  readonly kind: 'enum';
  readonly symbols: readonly string[];
  /** What a reader takes for a symbol that it does not know. */
  readonly default: string | undefined;
}

export interface AvroFixed extends NamedType {
  readonly kind: 'fixed';
  /** In bytes. */
  readonly size: number;
}

export type AvroNamed = AvroRecord | AvroEnum | AvroFixed;
export type AvroType = AvroPrimitive | AvroArray | AvroMap | AvroUnion | AvroNamed;

export type FieldOrder = 'ascending' | 'descending' | 'ignore';

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly doc: string | undefined;
  /** Undefined for none, which is not the default null. */
  readonly default: JsonValue | undefined;
  readonly order: FieldOrder;
  readonly aliases: readonly string[];
  readonly properties: JsonObject;
}

export function fullName({ name, namespace }: AvroName): string {
  return namespace === undefined ? name : `${namespace}.${name}`;
}

export function isNamed(type: AvroType): type is AvroNamed {
  return type.kind === 'record' || type.kind === 'enum' || type.kind === 'fixed';
}

/** A primitive type's own name, or a named type's full one: what may be in a union once. */
export function branchName(type: AvroType): string {
  return isNamed(type) ? fullName(type.name) : type.kind;
}
