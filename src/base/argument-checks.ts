/**
 * Checks of what comes in through the public functions. TypeScript's types end where a caller writes JavaScript or
 * casts: NaN, a misspelt word or a number in the place of a string is refused here, by the argument's name, instead of
 * becoming an endless wait or an error from deep inside.
 *
 * A {@link Check} is made once, of the parts below, and belongs to the entrance of a call; what runs once per record
 * (`Producer.send`) is written out by hand and throws the same error.
 */
import { ArgumentError } from './errors.ts';
import { nearestName } from './nearest-name.ts';
import { showValue } from './show-value.ts';

/** Throws an {@link ArgumentError} unless `value` is what `name` must be. */
export type Check = (value: unknown, name: string) => void;

/** One check per field of T: the compiler notices a field that was forgotten. */
export type FieldChecks<T> = { readonly [K in keyof Required<T>]: Check };

export const INT32_MAX = 0x7fffffff;

/** Strings of Kafka's protocol carry their length in 16 bits. */
const TEXT_LENGTH_MAX = 32_767;

export function wrongArgument(name: string, value: unknown, expected: string): ArgumentError {
  return new ArgumentError(name, {
    message: `invalid value ${showValue(value)} for ${name}: expected ${expected}`,
  });
}

function check(expected: string, holds: (value: unknown) => boolean): Check {
  return (value, name) => {
    if (!holds(value)) throw wrongArgument(name, value, expected);
  };
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= TEXT_LENGTH_MAX;

/** A string, also an empty one, that fits into the protocol. */
export const text = check(`a string of at most ${TEXT_LENGTH_MAX} characters`, isText);

export const nonEmptyText = check(
  `a string of 1 to ${TEXT_LENGTH_MAX} characters`,
  (value) => isText(value) && value !== '',
);

export const NAME_LENGTH_MAX = 249;

/** Whether a topic may be called so; Kafka Streams has the same rule for nodes and stores, which name topics. */
export function isTopicName(name: unknown): boolean {
  return (
    typeof name === 'string' &&
    name.length <= NAME_LENGTH_MAX &&
    /^[a-zA-Z0-9._-]+$/.test(name) &&
    name !== '.' &&
    name !== '..'
  );
}

export const topicName = check(
  `1 to ${NAME_LENGTH_MAX} of the characters a-z, A-Z, 0-9, ".", "_" and "-"`,
  isTopicName,
);

export const flag = check('true or false', (value) => typeof value === 'boolean');

export const callback = check('a function', (value) => typeof value === 'function');

/** Milliseconds, fractions and infinity included. */
export const duration = check(
  'a number of milliseconds, 0 or more',
  (value) => typeof value === 'number' && value >= 0,
);

export const pattern = check('an array of names, or a RegExp', (value) => value instanceof RegExp);

/** A whole number between two limits, both included. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): Check {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return check(
    `a whole number ${range}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
  );
}

export function oneOf(...values: readonly (string | number)[]): Check {
  return (value, argument) => {
    if (values.includes(value as string)) return;
    const wrong = wrongArgument(argument, value, `one of ${values.join(', ')}`);
    const suggestion = typeof value === 'string' ? nearestName(value, values.map(String)) : undefined;
    throw suggestion === undefined ? wrong : new ArgumentError(argument, { ...wrong.diagnostic, suggestion });
  };
}

/** Undefined is allowed, too. */
export function optional(inner: Check): Check {
  return (value, argument) => {
    if (value !== undefined) inner(value, argument);
  };
}

/** Null is allowed, too. */
export function nullable(inner: Check): Check {
  return (value, argument) => {
    if (value !== null) inner(value, argument);
  };
}

/** The first check for values that pass `when`, the other for the rest. */
export function either(when: (value: unknown) => boolean, first: Check, second: Check): Check {
  return (value, argument) => (when(value) ? first(value, argument) : second(value, argument));
}

export function arrayOf(inner: Check): Check {
  return (value, argument) => {
    if (!Array.isArray(value)) throw wrongArgument(argument, value, 'an array');
    // By index: an array may have holes, which iterators of arrays would skip or fill.
    for (let i = 0; i < value.length; i++) inner(value[i], `${argument}[${i}]`);
  };
}

export const object = check('an object', isObject);

/** An object whose fields pass their checks; what else it has does not matter, as in the answer of another call. */
export function objectOf<T>(fields: FieldChecks<T>): Check {
  const entries = Object.entries<Check>(fields);
  return (value, argument) => {
    if (!isObject(value)) throw wrongArgument(argument, value, 'an object');
    for (const [field, inner] of entries)
      inner((value as Record<string, unknown>)[field], `${argument}.${field}`);
  };
}

/** An object that has no other fields than these: a misspelt option is found. */
export function optionsOf<T>(fields: FieldChecks<T>): Check {
  const inner = objectOf(fields);
  const known = Object.keys(fields);
  return (value, argument) => {
    // First: who calls a field by another name is told so, and not that there is nothing where it belongs.
    if (isObject(value)) refuseUnknown(value, { known, argument });
    inner(value, argument);
  };
}

/** An object that may have other fields, as the answer of another call has, but none that is one of these misspelt. */
export function spelledObjectOf<T>(fields: FieldChecks<T>): Check {
  const inner = objectOf(fields);
  const known = Object.keys(fields);
  return (value, argument) => {
    // Where all are there none is misspelt: partitions are checked at each look at their positions.
    if (isObject(value) && !hasAll(value, known)) refuseMisspelt(value, { known, argument });
    inner(value, argument);
  };
}

function hasAll(value: object, fields: readonly string[]): boolean {
  return fields.every((field) => field in value);
}

/** An object with any keys, whose values pass the check. */
export function recordOf(inner: Check): Check {
  return (value, argument) => {
    if (!isObject(value)) throw wrongArgument(argument, value, 'an object');
    for (const [key, each] of Object.entries(value)) inner(each, `${argument}.${key}`);
  };
}

/** An object with these methods, such as an environment or a partitioner. */
export function withMethods(...methods: readonly string[]): Check {
  return (value, argument) => {
    if (!isObject(value)) throw wrongArgument(argument, value, 'an object');
    for (const method of methods)
      callback((value as Record<string, unknown>)[method], `${argument}.${method}`);
  };
}

/** @throws {ArgumentError} for a key that is none of the known ones, with the nearest of them. */
export function refuseUnknown(
  given: object,
  { known, argument }: { readonly known: readonly string[]; readonly argument: string },
): void {
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw unknownOption(key, { known, argument });
  }
}

/** @throws {ArgumentError} for a key that is close to a known one which is not there. */
export function refuseMisspelt(
  given: object,
  { known, argument }: { readonly known: readonly string[]; readonly argument: string },
): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const nearest = nearestName(key, known);
    if (nearest !== undefined && !Object.hasOwn(given, nearest))
      throw unknownOption(key, { known, argument });
  }
}

function unknownOption(
  key: string,
  { known, argument }: { readonly known: readonly string[]; readonly argument: string },
): ArgumentError {
  const suggestion = nearestName(key, known);
  return new ArgumentError(argument, {
    message: `unknown option ${key} in ${argument}`,
    ...(suggestion === undefined ? { hint: `known here: ${known.join(', ')}` } : { suggestion }),
  });
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
