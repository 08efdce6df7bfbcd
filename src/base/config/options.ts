/** Options of clients and of Streams, read from Kafka's properties and filled in with their defaults. */
import { isObject, wrongArgument } from '../argument-checks.ts';
import { invalidConfig, unknownConfig } from './config-errors.ts';
import type { ConfigKey, OptionKey, OptionKeys } from './config-key.ts';
import { readConfig, whyInvalid } from './config-value.ts';

const PROPERTY_TYPES: ReadonlySet<string> = new Set(['string', 'number', 'boolean']);

/** Settings under Kafka's names, such as `linger.ms`. */
export type Properties = Readonly<Record<string, string | number | boolean>>;

/**
 * Returns the options that properties stand for.
 * @throws {ArgumentError} for an unknown name (with the nearest known one) or a value that is not allowed.
 */
export function optionsFromProperties(keys: OptionKeys, properties: Properties): Record<string, unknown> {
  if (!isObject(properties)) throw wrongArgument('properties', properties, 'an object');
  const byName = new Map(Object.entries(keys).map(([name, key]) => [key.name, { option: name, key }]));
  const options: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(properties)) {
    const known = byName.get(name);
    if (known === undefined) throw unknownConfig(name, byName.keys());
    if (!PROPERTY_TYPES.has(typeof given)) throw wrongArgument(name, given, 'a string, number or boolean');
    options[known.option] = read(known.key, String(given), name);
  }
  return options;
}

/**
 * Returns all options that `keys` describe: those that are given, checked, and the defaults of the others; null where
 * there is no default.
 * @throws {ArgumentError} for a value that is not allowed.
 */
export function withDefaults(
  keys: OptionKeys,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(keys).map(([name, key]) => {
      const value = given[name] ?? undefined;
      if (value === undefined) return [name, defaultOf(key)];
      // A list may be given in Kafka's form, separated by commas.
      if (key.type === 'list' && typeof value === 'string') return [name, read(key, value, name)];
      if (whyInvalid(key, value) !== undefined) throw invalidConfig(name, value, { key });
      return [name, value];
    }),
  );
}

/** The default of an option in the type that it has in code; null where there is none. */
function defaultOf(key: OptionKey): unknown {
  return key.default === null ? null : read(key, key.default, key.name);
}

function read(key: ConfigKey, text: string, name: string): unknown {
  const result = readConfig(key, text);
  if ('value' in result) return result.value;
  throw invalidConfig(name, text, { key });
}
