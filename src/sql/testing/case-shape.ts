import { nearestName } from '../../base/nearest-name.ts';
import { isArray, isObject, type Json, JsonNumber, type JsonObject, printJson } from './lossless-json.ts';

/** What a part of a case must be; answers the first thing that is wrong, behind the path of the part. */
export type Shape = (value: Json, path: string) => string | undefined;

/** Keys that only people read, which may stand in any object. */
const COMMENTS = [
  'comment',
  'comments',
  'description',
  'extraCoverage',
  'issue',
  'issues',
  'note',
  'notes',
  'tracked by',
];

const SHOWN_MAX = 60;

function unlike(path: string, expected: string, value: Json): string {
  const text = printJson(value);
  return `${path}: expected ${expected}, got ${text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)} ...` : text}`;
}

export const anything: Shape = () => undefined;

export const text: Shape = (value, path) =>
  typeof value === 'string' ? undefined : unlike(path, 'a text', value);

export const flag: Shape = (value, path) =>
  typeof value === 'boolean' ? undefined : unlike(path, 'true or false', value);

export const wholeNumber: Shape = (value, path) =>
  value instanceof JsonNumber && value.isInteger ? undefined : unlike(path, 'a whole number', value);

export function listOf(item: Shape): Shape {
  return (value, path) =>
    isArray(value)
      ? firstOf(value.map((each, index) => () => item(each, `${path}[${index}]`)))
      : unlike(path, 'a list', value);
}

/** A text that is one of these; another is refused with the nearest. */
export function oneOf(known: readonly string[], what: string): Shape {
  return (value, path) => {
    if (typeof value !== 'string') return unlike(path, 'a text', value);
    return known.includes(value) ? undefined : `${path}: ${value} is ${what}${meant(value, known)}`;
  };
}

export function either(scalar: Shape, object: Shape): Shape {
  return (value, path) => (isObject(value) ? object : scalar)(value, path);
}

/** An object of any keys, whose values are of one shape each. */
export function mapOf(check: (name: string, value: Json, path: string) => string | undefined): Shape {
  return (value, path) =>
    isObject(value)
      ? firstOf(
          Object.entries(value).map(
            ([name, item]) =>
              () =>
                check(name, item, `${path}.${name}`),
          ),
        )
      : unlike(path, 'an object', value);
}

interface ObjectOptions {
  readonly required?: readonly string[];
  /**
   * Whether an unknown key is let through where it cannot be a slip of a known one: nothing that is required is missing,
   * and no known name is near.
   */
  readonly isLenient?: boolean;
}

/** An object of these keys, and of comments. An unknown key is refused with the nearest name; null stands for a key that is left out. */
export function objectOf(fields: Readonly<Record<string, Shape>>, options: ObjectOptions = {}): Shape {
  const { required = [], isLenient = false } = options;
  const known = [...Object.keys(fields), ...COMMENTS];
  return (value, path) => {
    if (!isObject(value)) return unlike(path, 'an object', value);
    const missing = required.find((name) => !Object.hasOwn(value, name));
    return (
      unknownKey(value, known, { path, isLenient: isLenient && missing === undefined }) ??
      (missing === undefined ? undefined : `${path}: ${missing} is missing`) ??
      firstOf(
        Object.entries(value)
          .filter(([name]) => Object.hasOwn(fields, name))
          .map(
            ([name, item]) =>
              () =>
                item === null && !required.includes(name)
                  ? undefined
                  : fields[name]?.(item, `${path}.${name}`),
          ),
      )
    );
  };
}

function unknownKey(
  value: JsonObject,
  known: readonly string[],
  { path, isLenient }: { readonly path: string; readonly isLenient: boolean },
): string | undefined {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const hint = meant(name, known);
    if (hint === '' && isLenient) continue;
    return `${path}: the key ${name} is not known${hint}`;
  }
  return undefined;
}

function meant(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

function firstOf(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const problem = check();
    if (problem !== undefined) return problem;
  }
  return undefined;
}
