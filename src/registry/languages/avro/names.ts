import { InvalidSchemaError } from '../invalid-schema.ts';
import { type JsonObject, printJson } from '../json-text.ts';
import type { AvroName } from './schema.ts';

/**
 * Returns a name as it was given.
 * @throws {InvalidSchemaError} where it does not begin with a letter or an underscore and go on with those and digits. Java's
 * Avro takes the letters of all alphabets, beyond the specification, and its schemas are to be read.
 */
export function checkName(name: string): string {
  if (name === '') throw new InvalidSchemaError('Empty name');
  if (!/^[\p{L}_]/u.test(name)) throw new InvalidSchemaError(`Illegal initial character: ${name}`);
  if (!/^[\p{L}\p{Nd}_]+$/u.test(name)) throw new InvalidSchemaError(`Illegal character in: ${name}`);
  return name;
}

/** A name as it stands in a schema: with dots it is a full one, without it is in the given namespace. */
export function splitName(text: string, namespace: string | undefined): AvroName {
  const dot = text.lastIndexOf('.');
  if (dot === -1) return { name: text, namespace: namespace === '' ? undefined : namespace };
  return { name: text.slice(dot + 1), namespace: dot === 0 ? undefined : text.slice(0, dot) };
}

/** The name of a definition, of its own `namespace` or of the one around it. */
export function nameOf(text: string, own: string | undefined, enclosing: string | undefined): AvroName {
  const name = splitName(text, own ?? enclosing);
  checkName(name.name);
  return name;
}

export function requiredName(json: JsonObject): string {
  const name = json.get('name');
  if (typeof name !== 'string') throw new InvalidSchemaError(`No name in schema: ${printJson(json)}`);
  return name;
}
