import type { MetadataImage } from '../metadata/metadata-image.ts';
import { ConfigResourceType, configsOf } from '../metadata/metadata-image.ts';
import type { BrokerConfig } from './broker-config.ts';
import { topicConfigs } from '../metadata/topic-configs.ts';
import { type BrokerPropertyName, brokerProperties } from './broker-properties.ts';
import { topicPropertySynonyms } from './topic-properties.ts';

/** Kafka's `ConfigSource` of DescribeConfigs. */
export const ConfigSource = {
  DYNAMIC_TOPIC: 1,
  DYNAMIC_BROKER: 2,
  DYNAMIC_DEFAULT_BROKER: 3,
  STATIC_BROKER: 4,
  DEFAULT: 5,
} as const;
export type ConfigSourceId = (typeof ConfigSource)[keyof typeof ConfigSource];

/** One place that gives a setting a value; a setting has the value of the first of its places. */
export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSourceId;
}

export interface ConfigContext {
  readonly image: MetadataImage;
  readonly config: BrokerConfig;
  readonly nodeId: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { hours: 3_600_000, minutes: 60_000 };

/** All places that give a topic's setting a value, the one that counts first. */
export function topicConfigSynonyms(
  name: string,
  topic: string,
  context: ConfigContext,
): readonly ConfigSynonym[] {
  const override = configsOf(context.image, ConfigResourceType.TOPIC, topic).get(name);
  const places: ConfigSynonym[] = [];
  if (override !== undefined) places.push({ name, value: override, source: ConfigSource.DYNAMIC_TOPIC });
  const synonyms = topicPropertySynonyms[name] ?? [];
  for (const synonym of synonyms) {
    for (const place of brokerConfigSynonyms(synonym as BrokerPropertyName, context)) {
      if (place.value !== null && place.source !== ConfigSource.DEFAULT)
        places.push(inTopicUnits(place, synonym));
    }
  }
  // Kafka tells the default by the name of the broker's property.
  const value = topicConfigs[name]?.default ?? null;
  places.push({ name: synonyms[0] ?? name, value, source: ConfigSource.DEFAULT });
  return places;
}

/** The same for a broker's setting: per broker, for all brokers, static, default. */
export function brokerConfigSynonyms(
  name: BrokerPropertyName,
  context: ConfigContext,
): readonly ConfigSynonym[] {
  const { image, config, nodeId } = context;
  const places: ConfigSynonym[] = [];
  const own = configsOf(image, ConfigResourceType.BROKER, String(nodeId)).get(name);
  if (own !== undefined) places.push({ name, value: own, source: ConfigSource.DYNAMIC_BROKER });
  const all = configsOf(image, ConfigResourceType.BROKER, '').get(name);
  if (all !== undefined) places.push({ name, value: all, source: ConfigSource.DYNAMIC_DEFAULT_BROKER });
  const { text, origin } = config.textOf(name);
  if (origin !== 'default') places.push({ name, value: text, source: ConfigSource.STATIC_BROKER });
  places.push({ name, value: brokerProperties[name].default, source: ConfigSource.DEFAULT });
  return places;
}

/** The value of a topic's setting as text. */
export function topicConfigValue(name: string, topic: string, context: ConfigContext): string {
  return topicConfigSynonyms(name, topic, context)[0]?.value ?? '';
}

/** The broker's static values of topic settings, by topic config name, for the controller. */
export function staticTopicDefaults(config: BrokerConfig): ReadonlyMap<string, string> {
  const defaults = new Map<string, string>();
  for (const [name, synonyms] of Object.entries(topicPropertySynonyms)) {
    for (const synonym of synonyms) {
      const { text, origin } = config.textOf(synonym as BrokerPropertyName);
      if (text === null || origin === 'default') continue;
      defaults.set(name, toTopicUnits(text, synonym));
      break;
    }
  }
  return defaults;
}

function inTopicUnits(place: ConfigSynonym, synonym: string): ConfigSynonym {
  return place.value === null ? place : { ...place, value: toTopicUnits(place.value, synonym) };
}

/** Topics count in milliseconds what brokers may count in minutes or hours. */
function toTopicUnits(value: string, synonym: string): string {
  const unitMs = UNIT_MS[synonym.slice(synonym.lastIndexOf('.') + 1)];
  const number = Number(value);
  return unitMs === undefined || number < 0 ? value : String(number * unitMs);
}
