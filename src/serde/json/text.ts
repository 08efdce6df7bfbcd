import { printDouble } from '../model/java-double.ts';
import { type ExactJson, JsonNumber } from './exact-parser.ts';
import { Decimal } from '../model/decimal.ts';

// oxlint-disable-next-line no-control-regex -- these are the characters that JSON escapes
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A string in JSON's quotes. */
export function quoteJson(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** A double as Jackson writes it: Java's digits, what is no number in quotes. */
export function doubleJson(value: number): string {
  const text = printDouble(value);
  return Number.isFinite(value) ? text : `"${text}"`;
}

/** JSON of a parsed tree, as Jackson prints a tree: no spaces, numbers as BigDecimal prints them. */
export function printJson(value: ExactJson): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoteJson(value);
  if (value instanceof JsonNumber) return printJsonNumber(value.text);
  if (Array.isArray(value)) {
    return `[${value.map((element: ExactJson) => printJson(element)).join(',')}]`;
  }
  const entries = Object.entries(value as { readonly [name: string]: ExactJson });
  return `{${entries.map(([name, field]) => `${quoteJson(name)}:${printJson(field)}`).join(',')}}`;
}

/** A JSON number as text, in Java's form of it: whole numbers as they are, others as BigDecimal prints them. */
export function printJsonNumber(text: string): string {
  if (/^-?[0-9]+$/.test(text)) return text;
  return Decimal.parse(text)?.toString() ?? text;
}
