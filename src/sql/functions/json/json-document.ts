import { printJson } from '../../../serde/json/text.ts';
import { parseExactJson, JsonNumber, type ExactJson } from '../../../serde/json/exact-parser.ts';

/** The JSON of a text, numbers as they were written; undefined where it is none. */
export function parseJson(text: string): ExactJson | undefined {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

export function isObject(json: ExactJson | undefined): json is { readonly [name: string]: ExactJson } {
  return json !== null && typeof json === 'object' && !Array.isArray(json) && !(json instanceof JsonNumber);
}

export function isArray(json: ExactJson | undefined): json is readonly ExactJson[] {
  return Array.isArray(json);
}

/** JSON as text, fields in the order that they have. */
export function jsonText(json: ExactJson): string {
  return json instanceof JsonNumber ? json.text : printJson(json);
}
