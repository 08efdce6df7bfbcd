import type { ConfigPlace, ConfigSource } from '../../src/base/config/config-source.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { ConfigResourceType, configsOf, EMPTY_IMAGE } from '../metadata/metadata-image.ts';
import { topicConfigs } from './topic-configs.ts';
import type { BrokerConfig } from './broker-config.ts';
import { type BrokerPropertyName, brokerProperties } from './broker-properties.ts';
import { topicPropertySynonyms } from './topic-properties.ts';

export interface ConfigContext {
  readonly image: MetadataImage;
  readonly config: BrokerConfig;
  /** The broker whose own dynamic settings count; null for none, as where the controller decides for all. */
  readonly nodeId: number | null;
}

const UNIT_MS: Readonly<Record<string, number>> = { hours: 3_600_000, minutes: 60_000 };

/** All places that give a topic's setting a value, the one that counts first. */
export function topicConfigPlaces(
  name: string,
  topic: string,
  context: ConfigContext,
): readonly ConfigPlace[] {
  const override = configsOf(context.image, ConfigResourceType.TOPIC, topic).get(name);
  const places: ConfigPlace[] = [];
  if (override !== undefined) places.push({ name, value: override, source: 'topic' });
  const synonyms = topicPropertySynonyms[name] ?? [];
  for (const synonym of synonyms) {
    for (const place of brokerConfigPlaces(synonym, context)) {
      if (place.value !== null && place.source !== 'default') places.push(inTopicUnits(place, synonym));
    }
  }
  // Kafka tells the default by the name of the broker's property.
  const value = topicConfigs[name]?.default ?? null;
  places.push({ name: synonyms[0] ?? name, value, source: 'default' });
  return places;
}

/** The same for a broker's setting: per broker, for all brokers, static, default. */
export function brokerConfigPlaces(name: BrokerPropertyName, context: ConfigContext): readonly ConfigPlace[] {
  const { image, config, nodeId } = context;
  const places: ConfigPlace[] = [];
  const own =
    nodeId === null ? undefined : configsOf(image, ConfigResourceType.BROKER, String(nodeId)).get(name);
  if (own !== undefined) places.push({ name, value: own, source: 'broker' });
  const all = configsOf(image, ConfigResourceType.BROKER, '').get(name);
  if (all !== undefined) places.push({ name, value: all, source: 'cluster' });
  const start = config.placeOf(name);
  if (start.source !== 'default') places.push(start);
  places.push({ name, value: brokerProperties[name].default, source: 'default' });
  return places;
}

/** A setting with the value that holds, and where that comes from. */
export interface EffectiveConfig {
  readonly name: string;
  readonly value: string;
  readonly source: ConfigSource;
  /** The broker's property that gives it. */
  readonly from?: string;
}

const TOPIC_CONFIG_NAMES = Object.keys(topicConfigs).sort();

/** What topics have that set nothing themselves, sorted by name: by a broker's configuration, or also by a cluster's. */
export function topicDefaults(
  config: BrokerConfig,
  image: MetadataImage = EMPTY_IMAGE,
): readonly EffectiveConfig[] {
  return TOPIC_CONFIG_NAMES.map((name) => {
    const [first] = topicConfigPlaces(name, '', { image, config, nodeId: null });
    const { value = '', source = 'default' } = first ?? {};
    const from = source === 'default' ? undefined : first?.name;
    return { name, value: value ?? '', source, ...(from === undefined ? {} : { from }) };
  });
}

/** The value of a topic's setting as text. */
export function topicConfigValue(name: string, topic: string, context: ConfigContext): string {
  return topicConfigPlaces(name, topic, context)[0]?.value ?? '';
}

function inTopicUnits(place: ConfigPlace, synonym: string): ConfigPlace {
  return place.value === null ? place : { ...place, value: toTopicUnits(place.value, synonym) };
}

/** Topics count in milliseconds what brokers may count in minutes or hours. */
function toTopicUnits(value: string, synonym: string): string {
  const unitMs = UNIT_MS[synonym.slice(synonym.lastIndexOf('.') + 1)];
  const number = Number(value);
  return unitMs === undefined || number < 0 ? value : String(number * unitMs);
}
