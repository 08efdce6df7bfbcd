import { topicConfigs } from './topic-configs.ts';
import type { BrokerPropertyName } from './broker-properties.ts';

/** Other units in which a broker may give a topic's default, by the property in milliseconds. */
const OTHER_UNITS: Partial<Readonly<Record<BrokerPropertyName, readonly BrokerPropertyName[]>>> = {
  'log.retention.ms': ['log.retention.minutes', 'log.retention.hours'],
  'log.roll.ms': ['log.roll.hours'],
  'log.roll.jitter.ms': ['log.roll.jitter.hours'],
};

/** The broker properties that give a topic setting its default, in the order in which they apply. */
export const topicPropertySynonyms: Readonly<Record<string, readonly BrokerPropertyName[]>> =
  Object.fromEntries(
    Object.entries(topicConfigs).map(([name, { brokerName }]) => [
      name,
      brokerName === null ? [] : [brokerName, ...(OTHER_UNITS[brokerName] ?? [])],
    ]),
  );
