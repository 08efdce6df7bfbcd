/** Kafka Streams' properties (`commit.interval.ms`, `consumer.max.poll.records`) read into options of an application. */
import type { ConfigKey, ConfigKeys, OptionKeys } from '../../base/config/config-key.ts';
import { optionsFromProperties, type Properties } from '../../base/config/options.ts';
import { consumerConfig } from '../../client/config/consumer-config.ts';
import { producerConfig } from '../../client/config/producer-config.ts';
import { operatorConfig } from '../operators/operator-config.ts';
import type { StreamsAppOptions } from './streams-app-options.ts';
import { streamsConfig } from './streams-config.ts';

/** What Streams itself decides of its clients. */
const OWN_OPTIONS = [
  'bootstrapServers',
  'clientId',
  'groupId',
  'groupInstanceId',
  'transactionalId',
] as const;
const OWN_CONSUMER_OPTIONS = [
  ...OWN_OPTIONS,
  'assignors',
  'autoCommit',
  'autoCommitIntervalMs',
  'autoOffsetReset',
];

const consumerKeys = without(consumerConfig, OWN_CONSUMER_OPTIONS);
const producerKeys = without(producerConfig, OWN_OPTIONS);
/** What one application of several in a process may have of its own. */
const applicationKeys = without(streamsConfig, ['applicationId', 'bootstrapServers', 'stateDir', 'clientId']);

/** Names of older versions of Kafka Streams. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  'cache.max.bytes.buffering': 'statestore.cache.max.bytes',
};

/** A property that has been found, and which part of an application's options it belongs to. */
interface Found {
  readonly part: 'streams' | 'consumer' | 'producer' | 'operator';
  /** Without the prefix of the part. */
  readonly name: string;
  readonly key: ConfigKey;
}

/** Returns the name that a property has in this version. */
export function currentName(given: string): string {
  return (Object.hasOwn(OLD_NAMES, given) ? OLD_NAMES[given] : undefined) ?? given;
}

/** Returns the setting that a property of an application names, or undefined. */
export function streamsProperty(given: string): Found | undefined {
  const name = currentName(given);
  const [, prefix, inner] = /^(consumer|main\.consumer|producer)\.(.+)$/.exec(name) ?? [];
  if (prefix !== undefined && inner !== undefined) {
    const part = prefix === 'producer' ? 'producer' : 'consumer';
    // Only the consumer has it, and there it is a setting of the application.
    if (part === 'consumer' && inner === 'auto.offset.reset') return find('streams', inner);
    return find(part, inner);
  }
  // As in Kafka Streams: without a prefix a client's property is meant for all clients that have it.
  return find('streams', name) ?? find('operator', name) ?? find('consumer', name) ?? find('producer', name);
}

/** All names that {@link streamsProperty} finds without a prefix. */
export const streamsPropertyNames: readonly string[] = [
  ...new Set([
    ...[applicationKeys, consumerKeys, producerKeys].flatMap((keys) =>
      Object.values(keys).map(({ name }) => name),
    ),
    ...Object.keys(operatorConfig),
  ]),
];

/** What a property can stand for: no function, and no object of this process. */
export type OptionsOfProperties = Omit<
  StreamsAppOptions,
  'environment' | 'topology' | 'host' | 'logger' | 'onFailure' | 'onUncaught' | 'backPressure'
>;

/**
 * Returns the options that properties stand for; names that are none are left out. As in Kafka Streams, what is set for one
 * client counts more than what is set for all, and a new name more than an old one, in whichever order they are given.
 * @throws {ArgumentError} for a value that is not allowed.
 */
export function optionsOfProperties(properties: Properties): Partial<OptionsOfProperties> {
  const parts: Record<Found['part'], Record<string, string | number | boolean>> = {
    streams: {},
    consumer: {},
    producer: {},
    operator: {},
  };
  const entries = Object.entries(properties).toSorted(([a], [b]) => precedenceOf(a) - precedenceOf(b));
  for (const [given, value] of entries) {
    const found = streamsProperty(given);
    if (found === undefined) continue;
    parts[found.part][found.name] = value;
    const isForAll = found.part === 'consumer' && !given.includes('consumer.');
    if (isForAll && find('producer', found.name) !== undefined) parts.producer[found.name] = value;
  }
  return {
    ...optionsFromProperties(applicationKeys, parts.streams),
    consumer: optionsFromProperties(consumerKeys, parts.consumer),
    producer: optionsFromProperties(producerKeys, parts.producer),
    config: parts.operator,
  };
}

function precedenceOf(given: string): number {
  if (given.startsWith('main.consumer.')) return 3;
  if (given.startsWith('consumer.') || given.startsWith('producer.')) return 2;
  return currentName(given) === given ? 1 : 0;
}

function find(part: Found['part'], name: string): Found | undefined {
  const operators: ConfigKeys = operatorConfig;
  const key =
    part !== 'operator'
      ? Object.values(KEYS[part]).find((each) => each.name === name)
      : Object.hasOwn(operators, name)
        ? operators[name]
        : undefined;
  return key === undefined ? undefined : { part, name, key };
}

const KEYS = { streams: applicationKeys, consumer: consumerKeys, producer: producerKeys } as const;

function without(keys: OptionKeys, options: readonly string[]): OptionKeys {
  return Object.fromEntries(Object.entries(keys).filter(([name]) => !options.includes(name)));
}
