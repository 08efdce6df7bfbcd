import type { Message } from './message.ts';
import type { Field, Fields, FieldType } from './schema.ts';
import { includesVersion, intersectVersions, isEmptyRange, type VersionRange } from './version-range.ts';

/**
 * What the generators of the encoder and of the decoder share: conditions on the version, simplified by what is known
 * of it, and one function name per declared struct.
 *
 * In generated code `v` is the version and `f` whether it is flexible.
 */
export class StructNames {
  readonly #names = new Map<Fields, string>();
  /** Structs whose function is yet to be generated. */
  readonly pending: { readonly name: string; readonly fields: Fields }[] = [];

  /** The name of the struct's function; the first time, the struct is put on the list to generate. */
  of(fields: Fields): string {
    const known = this.#names.get(fields);
    if (known !== undefined) return known;
    const name = `struct${this.#names.size}`;
    this.#names.set(fields, name);
    this.pending.push({ name, fields });
    return name;
  }
}

/** An expression for "the version is in `range`", given that it is in `known`: `true` and `false` where that decides. */
export function versionIn(range: VersionRange, known: VersionRange): string {
  const both = intersectVersions(range, known);
  if (isEmptyRange(both)) return 'false';
  const conditions: string[] = [];
  if (both.min > known.min) conditions.push(`v >= ${both.min}`);
  if (both.max < known.max) conditions.push(`v <= ${both.max}`);
  return conditions.length === 0 ? 'true' : conditions.join(' && ');
}

/** `condition ? yes : no`, or one of the two where the condition is known. */
export function choose(condition: string, yes: string, no: string): string {
  if (condition === 'true' || yes === no) return yes;
  return condition === 'false' ? no : `(${condition} ? ${yes} : ${no})`;
}

/** `if (condition) { yes } else { no }`, or one of the two where the condition is known. */
export function branch(condition: string, yes: string, no: string): string {
  if (condition === 'true' || yes === no) return yes;
  if (condition === 'false') return no;
  if (no === '') return `if (${condition}) {\n${yes}\n}`;
  return yes === '' ? `if (!(${condition})) {\n${no}\n}` : `if (${condition}) {\n${yes}\n} else {\n${no}\n}`;
}

/** The expression for "the message is flexible": a constant where all its versions agree, else the variable `f`. */
export function flexibleCondition(message: Message): string {
  const condition = versionIn(message.flexible, message.versions);
  return condition === 'true' || condition === 'false' ? condition : 'f';
}

/** Declares `f` at the top of a generated function. */
export function flexibleVariable(message: Message): string {
  return flexibleCondition(message) === 'f'
    ? `const f = ${versionIn(message.flexible, message.versions)};\n`
    : '';
}

/** The fields that are tagged in some version, by ascending tag: the order in which they must be written. */
export function taggedFields(
  fields: Fields,
  versions: VersionRange,
): readonly { readonly name: string; readonly field: Field }[] {
  return Object.entries(fields)
    .filter(([, field]) => !isEmptyRange(intersectVersions(field.tagged, versions)))
    .map(([name, field]) => ({ name, field }))
    .sort((a, b) => a.field.tag - b.field.tag);
}

/**
 * Fewest bytes that a value of the type takes, version by version: what an array's length is checked against, so that a
 * length that lies is refused before anything is allocated for it.
 */
export function bytesMinByVersion(type: FieldType, message: Message): readonly number[] {
  const { min, max } = message.versions;
  return Array.from({ length: max - min + 1 }, (_, i) =>
    Math.max(1, bytesMin(type, min + i, includesVersion(message.flexible, min + i))),
  );
}

function bytesMin(type: FieldType, version: number, isFlexible: boolean): number {
  switch (type.kind) {
    case 'bool':
    case 'int8':
      return 1;
    case 'int16':
    case 'uint16':
      return 2;
    case 'int32':
    case 'uint32':
      return 4;
    case 'int64':
    case 'float64':
      return 8;
    case 'uuid':
      return 16;
    case 'string':
      return isFlexible ? 1 : 2;
    case 'bytes':
    case 'records':
    case 'array':
      return isFlexible ? 1 : 4;
    case 'struct':
      return structBytesMin(type.fields, version, isFlexible);
  }
}

function structBytesMin(fields: Fields, version: number, isFlexible: boolean): number {
  let sum = isFlexible ? 1 : 0;
  for (const field of Object.values(fields)) {
    if (!includesVersion(field.versions, version) || includesVersion(field.tagged, version)) continue;
    const isNullableStruct = field.type.kind === 'struct' && includesVersion(field.nullable, version);
    sum += isNullableStruct ? 1 : bytesMin(field.type, version, isFlexible);
  }
  return sum;
}
