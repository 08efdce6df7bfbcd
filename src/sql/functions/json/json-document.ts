import { printJson } from '../../../serde/json/text.ts';
import {
  type ExactJson,
  type ExactObject,
  exactJsonElements,
  JsonNumber,
  leadingExactJson,
} from '../../../serde/json/exact-parser.ts';
import { Decimal } from '../../../serde/model/decimal.ts';

/**
 * The JSON value that a text begins with, numbers as they were written; undefined where there is nothing but white
 * space. What follows the value is not read, as in Jackson's `readTree`.
 * @throws {SerdeError} where the text does not begin with JSON.
 */
export function parseJson(text: string): ExactJson | undefined {
  return leadingExactJson(text);
}

/**
 * The elements of the JSON array that a text begins with, one after the other, so that one in front of a mistake is
 * found. None where the text begins with another value.
 * @throws {SerdeError} at the place where the text is no JSON.
 */
export function arrayElements(text: string): Iterable<ExactJson> {
  return exactJsonElements(text);
}

export function isObject(json: ExactJson | undefined): json is ExactObject {
  return json !== null && typeof json === 'object' && !Array.isArray(json) && !(json instanceof JsonNumber);
}

export function isArray(json: ExactJson | undefined): json is readonly ExactJson[] {
  return Array.isArray(json);
}

/** JSON as text, fields in the order that they have; numbers as BigDecimal's `toString` has them (`1E+10`). */
export function jsonText(json: ExactJson): string {
  return printJson(json);
}

/** The same with numbers written out (`10000000000`), as JSON that is made, and not found, is written. */
export function plainJsonText(json: ExactJson): string {
  return printJson(json, plainNumber);
}

function plainNumber(text: string): string {
  return Decimal.parse(text)?.toPlainString() ?? text;
}

/** A field or an element as a text of SQL: strings without their quotes, all else as JSON. */
export function looseText(json: ExactJson): string {
  return typeof json === 'string' ? json : jsonText(json);
}
