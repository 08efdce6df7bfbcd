import { Decimal } from '../../serde/model/decimal.ts';
import { isArray, isObject, type Json, JsonDouble, JsonNumber, printJson } from './lossless-json.ts';

/**
 * Compares what a topic holds with what a case expects, by the rules of ksqlDB's test tool. Answers the first
 * difference, or undefined.
 */
export function difference(expected: Json, actual: Json, path: string, exact: boolean): string | undefined {
  const differs = (): string => `${path}: expected ${printJson(expected)}, got ${printJson(actual)}`;
  if (expected === null || typeof expected === 'boolean') return expected === actual ? undefined : differs();
  if (typeof expected === 'string') return sameText(expected, actual) ? undefined : differs();
  if (expected instanceof JsonNumber) return sameNumber(expected, actual, exact) ? undefined : differs();
  if (isArray(expected)) {
    if (!isArray(actual) || actual.length !== expected.length) return differs();
    return firstOf(
      expected.map((item, index) => difference(item, actual[index] ?? null, `${path}[${index}]`, exact)),
    );
  }
  if (!isObject(actual) || Object.keys(actual).length !== Object.keys(expected).length) return differs();
  return firstOf(
    Object.entries(expected).map(([name, field]) => {
      // A field that is not there by this very name is null to the tool.
      if (field === null && !(name in actual)) return undefined;
      const key = name in actual ? name : name.toUpperCase();
      if (!(key in actual)) return `${path}.${name}: missing`;
      return difference(field, actual[key] ?? null, `${path}.${name}`, exact);
    }),
  );
}

function firstOf(differences: readonly (string | undefined)[]): string | undefined {
  return differences.find((found) => found !== undefined);
}

function sameText(expected: string, actual: Json): boolean {
  if (typeof actual === 'string') return actual === expected;
  // A decimal may be expected as text, so that its scale is plain.
  if (!(actual instanceof JsonNumber) || actual.isInteger) return false;
  const [a, b] = [Decimal.parse(expected), Decimal.parse(actual.text)];
  return a !== undefined && b !== undefined && a.equals(b);
}

function sameNumber(expected: JsonNumber, actual: Json, exact: boolean): boolean {
  if (!(actual instanceof JsonNumber)) return false;
  if (!exact || actual instanceof JsonDouble)
    return Math.abs(Number(expected.text) - Number(actual.text)) < 1e-6;
  const [a, b] = [Decimal.parse(expected.text), Decimal.parse(actual.text)];
  if (a === undefined || b === undefined) return expected.text === actual.text;
  if (actual.isInteger) return truncate(a) === b.unscaled;
  if (expected.isInteger) return b.scale <= 0 && truncate(b) === a.unscaled;
  return a.equals(b);
}

function truncate(decimal: Decimal): bigint {
  return decimal.withScale(0, 'DOWN').unscaled;
}
