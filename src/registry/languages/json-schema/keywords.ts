import { InvalidSchemaError } from '../invalid-schema.ts';
import { isJsonArray, isJsonObject, JsonNumber, type JsonObject, type JsonValue } from '../json-text.ts';

/** The values of keywords: one that has another type than it may have is refused by its name. */

export function textOf(json: JsonObject, name: string): string | undefined {
  const value = json.get(name);
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(json: JsonObject, name: string): JsonNumber | undefined {
  const value = json.get(name);
  if (value === undefined || value instanceof JsonNumber) return value;
  throw new InvalidSchemaError(`${name}: expected a number`);
}

/** The number of letters, items or properties. */
export function countOf(json: JsonObject, name: string): number | undefined {
  return numberOf(json, name)?.value;
}

export function entriesOf(json: JsonObject, name: string): readonly (readonly [string, JsonValue])[] {
  const value = json.get(name);
  if (value === undefined) return [];
  if (!isJsonObject(value)) throw new InvalidSchemaError(`${name}: expected an object`);
  return [...value];
}

export function textSet(value: JsonValue | undefined): ReadonlySet<string> {
  if (!isJsonArray(value)) return new Set();
  return new Set(value.filter((item) => typeof item === 'string'));
}

/** The limits of numbers: up to draft 4, `exclusive…` says that the other limit is one that is not reached. */
export function limitsOf(
  json: JsonObject,
  name: 'maximum' | 'minimum',
): { readonly limit: JsonNumber | undefined; readonly exclusive: JsonNumber | undefined } {
  const exclusiveName = name === 'maximum' ? 'exclusiveMaximum' : 'exclusiveMinimum';
  const exclusive = json.get(exclusiveName);
  const limit = numberOf(json, name);
  if (exclusive === true) return { limit: undefined, exclusive: limit };
  if (exclusive === false) return { limit, exclusive: undefined };
  return { limit, exclusive: numberOf(json, exclusiveName) };
}
