import { assertDefined } from '../../src/base/assert.ts';
import { ConfigResourceType, configsOf, type MetadataImage } from './metadata-image.ts';
import { topicConfigs } from './topic-configs.ts';

/** Kafka's `DescribeConfigsResponse.ConfigSource`. */
export const ConfigSource = {
  TOPIC: 1,
  DYNAMIC_BROKER: 2,
  DYNAMIC_DEFAULT_BROKER: 3,
  STATIC_BROKER: 4,
  DEFAULT: 5,
} as const;

export interface EffectiveConfig {
  readonly name: string;
  readonly value: string;
  /** Of {@link ConfigSource}. */
  readonly source: number;
}

/** The value that holds for a topic's setting: its own, else that of the cluster, of the broker's file, the default. */
export function effectiveTopicConfig(
  image: MetadataImage,
  topic: string,
  name: string,
  staticDefaults: ReadonlyMap<string, string>,
): EffectiveConfig {
  const definition = assertDefined(topicConfigs[name], `${name} is a topic config`);
  const own = configsOf(image, ConfigResourceType.TOPIC, topic).get(name);
  if (own !== undefined) return { name, value: own, source: ConfigSource.TOPIC };
  if (definition.brokerName !== null) {
    const cluster = configsOf(image, ConfigResourceType.BROKER, '').get(definition.brokerName);
    if (cluster !== undefined) return { name, value: cluster, source: ConfigSource.DYNAMIC_DEFAULT_BROKER };
  }
  const fixed = staticDefaults.get(name);
  if (fixed !== undefined) return { name, value: fixed, source: ConfigSource.STATIC_BROKER };
  return { name, value: definition.default ?? '', source: ConfigSource.DEFAULT };
}

const NAMES = Object.keys(topicConfigs).sort();

/** All settings of a topic, sorted by name. */
export function effectiveTopicConfigs(
  image: MetadataImage,
  topic: string,
  staticDefaults: ReadonlyMap<string, string>,
): EffectiveConfig[] {
  return NAMES.map((name) => effectiveTopicConfig(image, topic, name, staticDefaults));
}
