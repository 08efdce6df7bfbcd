import { printDouble } from '../model/java-double.ts';
import { type ExactJson, type ExactObject, fieldNames, JsonNumber } from './exact-parser.ts';
import { Decimal } from '../model/decimal.ts';

// oxlint-disable-next-line no-control-regex -- these are the characters that JSON escapes
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** One escape of `JSON.stringify`; the digits of one by code. */
const ESCAPE = /\\(?:u([0-9a-f]{4})|.)/g;

/** A string in JSON's quotes, control characters by Jackson's capital digits. */
export function quoteJson(text: string): string {
  if (!ESCAPED.test(text)) return `"${text}"`;
  const quoted = JSON.stringify(text);
  // Quotes, backslashes and line ends have escapes of their own, and other control characters are in hardly any text.
  if (!quoted.includes('\\u')) return quoted;
  return quoted.replace(ESCAPE, (escape, digits: string | undefined) =>
    digits === undefined ? escape : `\\u${digits.toUpperCase()}`,
  );
}

/** A double as Jackson writes it: Java's digits, what is no number in quotes. */
export function doubleJson(value: number): string {
  const text = printDouble(value);
  return Number.isFinite(value) ? text : `"${text}"`;
}

/** JSON of a parsed tree, as Jackson prints a tree: no spaces, numbers as BigDecimal prints them. */
export function printJson(value: ExactJson, printNumber = printJsonNumber): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoteJson(value);
  if (value instanceof JsonNumber) return printNumber(value.text);
  if (Array.isArray(value)) {
    return `[${value.map((element: ExactJson) => printJson(element, printNumber)).join(',')}]`;
  }
  const object = value as ExactObject;
  return `{${fieldNames(object)
    .map((name) => `${quoteJson(name)}:${printJson(object[name] ?? null, printNumber)}`)
    .join(',')}}`;
}

/** A JSON number as text, in Java's form of it: whole numbers as they are, others as BigDecimal prints them. */
export function printJsonNumber(text: string): string {
  if (/^-?[0-9]+$/.test(text)) return text === '-0' ? '0' : text;
  return Decimal.parse(text)?.toString() ?? text;
}
