import { type MapTypes, type ProtoField, type ProtoLabel, SCALARS } from './file.ts';
import type { DefinedType, ProtoTypes } from './types.ts';

/** A field's type where it stands. */
export interface PlacedType {
  readonly type: string;
  readonly scope: string;
  readonly types: ProtoTypes;
}

/** What has one form on the wire, and may take each other's place: "Updating A Message Type" of the language guide. */
const WIRE_KINDS: readonly (readonly string[])[] = [
  ['int32', 'int64', 'uint32', 'uint64', 'bool', 'enum'],
  ['sint32', 'sint64'],
  ['string', 'bytes'],
  ['fixed32', 'sfixed32'],
  ['fixed64', 'sfixed64'],
  ['float'],
  ['double'],
];

export type FieldKind =
  | { readonly kind: 'scalar'; readonly type: string }
  | { readonly kind: 'map'; readonly map: MapTypes }
  | { readonly kind: 'message'; readonly name: string; readonly defined: DefinedType | undefined };

export function fieldKind({ type, scope, types }: PlacedType): FieldKind {
  if (SCALARS.has(type)) return { kind: 'scalar', type };
  const map = types.mapOf(type, scope);
  if (map !== undefined) return { kind: 'map', map };
  const name = types.resolve(type, scope);
  const defined = name === undefined ? undefined : types.get(name);
  if (defined?.type.kind === 'enum') return { kind: 'scalar', type: 'enum' };
  return { kind: 'message', name: name ?? type, defined };
}

export function isOneWireKind(one: string, other: string): boolean {
  return WIRE_KINDS.some((kinds) => kinds.includes(one) && kinds.includes(other));
}

export function isNumeric(type: string): boolean {
  return type !== 'string' && type !== 'bytes';
}

/**
 * Whether numbers of one label are not read with the other one: repeated numbers are packed. Between labels that are both
 * written, Confluent's registry lets numbers have no change at all.
 */
export function isOtherLabel(one: ProtoLabel | undefined, other: ProtoLabel | undefined): boolean {
  const isBothWritten = one !== undefined && other !== undefined;
  return isBothWritten ? one !== other : (one === 'repeated') !== (other === 'repeated');
}

export function byTag(fields: readonly ProtoField[]): Map<number, ProtoField> {
  return new Map(fields.map((field) => [field.tag, field]));
}
