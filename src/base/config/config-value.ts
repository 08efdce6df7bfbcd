/** Reads and checks the values of settings: from text, as files, environment and requests have them, and from code. */
import { isObject } from '../argument-checks.ts';
import type { ConfigKey, ConfigType, ConfigValues } from './config-key.ts';

/** Strings of Kafka's protocol carry their length in 16 bits. */
const TEXT_LENGTH_MAX = 32_767;

const INTEGERS = {
  short: { allowed: 'a whole number of 16 bits', max: 0x7fff },
  int: { allowed: 'a whole number of 32 bits', max: 0x7fffffff },
  long: { allowed: 'a whole number', max: 2 ** 63 },
} as const;

/** What the values of each type are, in the words of errors and of the reference. */
const TYPE_TEXTS = {
  boolean: 'true or false',
  string: `a text of at most ${TEXT_LENGTH_MAX} characters`,
  list: 'a list of texts, separated by commas',
  double: 'a number',
  short: INTEGERS.short.allowed,
  int: INTEGERS.int.allowed,
  long: INTEGERS.long.allowed,
} as const satisfies Record<ConfigType, string>;

/** What values a setting takes, as it completes "expected". */
export function allowedValues({ type, range }: ConfigKey): string {
  if (range === undefined) return TYPE_TEXTS[type];
  return type === 'string' || type === 'list' ? range.allowed : `${TYPE_TEXTS[type]}, ${range.allowed}`;
}

/** A value that was read, or what was expected in its place. */
type ReadResult<V> = { readonly value: V } | { readonly expected: string };

/** Reads a value from the text that stands for it in a file. */
export function readConfig<T extends ConfigType>(
  key: ConfigKey<T>,
  text: string,
): ReadResult<ConfigValues[T]> {
  const value = parse(key, text.trim()) as ConfigValues[T] | undefined;
  if (value !== undefined && whyInvalid(key, value) === undefined) return { value };
  return { expected: allowedValues(key) };
}

/** What was expected instead of a value that comes from code, in the type that the setting has there; else undefined. */
export function whyInvalid(key: ConfigKey, value: unknown): string | undefined {
  const { range } = key;
  // Of a setting with names for its values one may be a number in code, as `acks` has them.
  const isNamed = key.type === 'string' && range?.names !== undefined;
  const holds = (isNamed || hasType(key.type, value)) && (range?.contains(value as never) ?? true);
  return holds ? undefined : allowedValues(key);
}

function hasType(type: ConfigType, value: unknown): boolean {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return isText(value);
    case 'list':
      // By copy: an array may have holes, which iterators of arrays would skip. An item may also be what others name.
      return (
        Array.isArray(value) && Array.from<unknown>(value).every((item) => isText(item) || isObject(item))
      );
    case 'double':
      return typeof value === 'number' && Number.isFinite(value);
    default:
      return typeof value === 'number' && Number.isSafeInteger(value) && isWithin(value, INTEGERS[type].max);
  }
}

/** In two's complement the least number is one further from 0. */
const isWithin = (value: number, max: number): boolean => value <= max && value >= -max - 1;

const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= TEXT_LENGTH_MAX;

/** Undefined for a text that is no value of the type. */
function parse({ type, range }: ConfigKey, text: string): unknown {
  const aliased = (word: string): string | number =>
    range?.aliases !== undefined && Object.hasOwn(range.aliases, word) ? (range.aliases[word] ?? word) : word;
  switch (type) {
    case 'boolean':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined;
    case 'string':
      return aliased(text);
    case 'list':
      return text === '' ? [] : text.split(',').map((item) => aliased(item.trim()));
    case 'double':
      return text === '' ? undefined : Number(text);
    default:
      return parseInteger(text, INTEGERS[type].max);
  }
}

function parseInteger(text: string, max: number): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  if (!isWithin(value, max)) return undefined;
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
}
