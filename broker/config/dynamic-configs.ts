import type { ConfigKey } from '../../src/base/config/config-key.ts';
import { readConfig } from '../../src/base/config/config-value.ts';
import { brokerProperties } from './broker-properties.ts';
import { kafkaRefusal } from './kafka-refusal.ts';

function propertyOf(name: string): ConfigKey | undefined {
  const properties: Readonly<Record<string, ConfigKey>> = brokerProperties;
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** Whether a broker property can only be set before the start. */
export function isReadOnly(name: string): boolean {
  const property = propertyOf(name);
  return property !== undefined && property.updateMode !== 'cluster-wide';
}

/** The default of a broker property whose value is a list; undefined for those of other types, null for unknown ones. */
export function listDefault(name: string): string | undefined | null {
  const property = propertyOf(name);
  if (property === undefined) return null;
  return property.type === 'list' ? (property.default ?? '') : undefined;
}

/**
 * What is wrong with dynamic settings of brokers, in the words of Kafka's `DynamicBrokerConfig.validateConfigs`, or
 * undefined. As in Kafka an unknown name passes: it may be meant for a plugin.
 */
export function checkDynamicConfigs(configs: ReadonlyMap<string, string>): string | undefined {
  const readOnly = [...configs.keys()].filter(isReadOnly);
  if (readOnly.length > 0) return `Cannot update these configs dynamically: [${readOnly.join(', ')}]`;
  for (const [name, value] of configs) {
    const property = propertyOf(name);
    if (property !== undefined && 'expected' in readConfig(property, value)) {
      return kafkaRefusal(name, value, property);
    }
  }
  return undefined;
}
