/**
 * Kafka's property-style configuration (`bootstrap.servers`, `linger.ms`, ...) read into the options of the clients.
 */
import type { OptionKeys } from '../../base/config/config-key.ts';
import { optionsFromProperties, type Properties } from '../../base/config/options.ts';
import { DiagnosticError } from '../../base/errors.ts';
import type { AdminOptions, ConsumerOptions, ProducerOptions } from '../types.ts';
import { adminConfig } from './admin-config.ts';
import { consumerConfig } from './consumer-config.ts';
import { producerConfig } from './producer-config.ts';

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

function fromProperties(keys: OptionKeys, properties: Properties): object {
  const options = optionsFromProperties(keys, properties);
  if (options['bootstrapServers'] !== undefined) return options;
  throw new DiagnosticError({
    message: 'bootstrap.servers is missing',
    hint: 'name at least one broker, for example bootstrap.servers=localhost:9092',
  });
}
