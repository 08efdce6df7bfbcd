import { type ExactJson, JsonNumber, parseExactJson } from '../../serde/json/exact-parser.ts';

export { JsonNumber } from '../../serde/json/exact-parser.ts';

/** A double of a format that has binary ones: it is compared as a number, not as the text that it prints as. */
export class JsonDouble extends JsonNumber {}

/**
 * JSON with comments, numbers kept as they are written: conformance cases hold integers beyond 2^53 and decimals whose
 * scale counts. `JSON.parse` would lose both.
 */
export type Json = ExactJson;

export interface JsonObject {
  readonly [name: string]: Json;
}

/** A string, or a comment. */
const STRING_OR_COMMENT = /"(?:[^"\\]|\\[^])*"|\/\/[^\n]*|\/\*[^]*?\*\//g;

/** @throws {SerdeError} with the place of what is no JSON. */
export function parseJson(text: string): Json {
  // Comments become blanks of their length, so that places stay; some files have tabs in their strings.
  const plain = text.replaceAll(STRING_OR_COMMENT, (match) =>
    match.startsWith('"') ? match.replaceAll('\t', '\\t') : match.replaceAll(/[^\n]/g, ' '),
  );
  return parseExactJson(plain);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
  );
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** JSON text again, for messages. */
export function printJson(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value instanceof JsonNumber) return value.text;
  if (isArray(value)) return `[${value.map(printJson).join(',')}]`;
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([name, field]) => `${JSON.stringify(name)}:${printJson(field)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}
