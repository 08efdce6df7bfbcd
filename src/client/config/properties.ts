/**
 * Kafka's property-style configuration (`bootstrap.servers`, `linger.ms`, ...) read into the options of the clients.
 */
import { isObject, wrongArgument } from '../../base/argument-checks.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import type { AdminOptions, ConsumerOptions, ProducerOptions } from '../types.ts';
import { adminConfig } from './admin-config.ts';
import { consumerConfig } from './consumer-config.ts';
import {
  checkConfigValue,
  type ConfigDefinitions,
  type ConfigValue,
  parseConfigValue,
} from './definition.ts';
import { producerConfig } from './producer-config.ts';

const PROPERTY_TYPES: ReadonlySet<string> = new Set(['string', 'number', 'boolean']);

export type Properties = Readonly<Record<string, string | number | boolean>>;

type FromProperties<O extends { readonly bootstrapServers: unknown }> = Partial<
  Omit<O, 'environment' | 'bootstrapServers'>
> & { readonly bootstrapServers: readonly string[] };

/**
 * Options of a producer from Kafka's properties.
 *
 * ```ts
 * new Producer(producerOptionsFrom({ 'bootstrap.servers': 'localhost:9092', 'linger.ms': 20 }));
 * ```
 * @throws {DiagnosticError} for an unknown key (with the nearest known one) or a wrong value.
 */
export function producerOptionsFrom(properties: Properties): FromProperties<ProducerOptions> {
  return fromProperties(producerConfig, properties) as FromProperties<ProducerOptions>;
}

/** Options of a consumer from Kafka's properties; see {@link producerOptionsFrom}. */
export function consumerOptionsFrom(properties: Properties): FromProperties<ConsumerOptions> {
  return fromProperties(consumerConfig, properties) as FromProperties<ConsumerOptions>;
}

/** Options of an admin client from Kafka's properties; see {@link producerOptionsFrom}. */
export function adminOptionsFrom(properties: Properties): FromProperties<AdminOptions> {
  return fromProperties(adminConfig, properties) as FromProperties<AdminOptions>;
}

/** Reads properties by any set of definitions; `bootstrap.servers` must be among them. */
export function fromProperties(definitions: ConfigDefinitions, properties: Properties): object {
  if (!isObject(properties)) throw wrongArgument('properties', properties, 'an object');
  const optionOf = new Map(Object.entries(definitions).map(([option, { name }]) => [name, option]));
  const options: Record<string, ConfigValue> = {};
  for (const [name, text] of Object.entries(properties)) {
    const option = optionOf.get(name);
    const definition = option === undefined ? undefined : definitions[option];
    if (option === undefined || definition === undefined) throw unknownKey(name, optionOf.keys());
    if (!PROPERTY_TYPES.has(typeof text)) throw wrongArgument(name, text, 'a string, number or boolean');
    const value = parseConfigValue(definition, String(text));
    checkConfigValue(definition, value);
    options[option] = value;
  }
  if (options['bootstrapServers'] === undefined) {
    throw new DiagnosticError({
      message: 'bootstrap.servers is missing',
      hint: 'name at least one broker, for example bootstrap.servers=localhost:9092',
    });
  }
  return options;
}

function unknownKey(name: string, known: Iterable<string>): DiagnosticError {
  const suggestion = nearestName(name, known);
  return new DiagnosticError({
    message: `unknown config key ${name}`,
    ...(suggestion === undefined ? {} : { suggestion, hint: `did you mean ${suggestion}?` }),
  });
}
