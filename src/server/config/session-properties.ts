import type { Property } from '../../base/config-property.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { engineProperties } from './engine-properties.ts';
import {
  isEngineProperty,
  isServerProperty,
  serverProperties,
  serverPropertyNames,
} from './server-properties.ts';

/**
 * The name that is meant by a property which is not known; undefined for names that are, and for those that are like none
 * of ours: a session may carry properties of Kafka's clients, and those of ksqlDB that change nothing here.
 */
export function misspeltProperty(name: string): string | undefined {
  if (isServerProperty(name) || isEngineProperty(name)) return undefined;
  return nearestName(name, serverPropertyNames());
}

/** A row of SHOW PROPERTIES. */
export interface ListedProperty {
  readonly name: string;
  readonly scope: 'KSQL' | 'KAFKA STREAMS';
  readonly value: string | null;
  readonly editable: boolean;
  readonly level: 'SERVER' | 'QUERY';
}

/** All properties that are registered, and what else is set, with the values that a session sees. */
export function listProperties(values: Readonly<Record<string, string>>): {
  readonly properties: readonly ListedProperty[];
  /** Names whose value is not the default. */
  readonly overwritten: readonly string[];
  /** Names whose value is the default. */
  readonly defaults: readonly string[];
} {
  const known: Readonly<Record<string, Property>> = { ...serverProperties, ...engineProperties };
  const names = [...new Set([...Object.keys(known), ...Object.keys(values)])].sort();
  const properties = names
    .filter((name) => known[name]?.sensitive !== true)
    .map((name): ListedProperty => {
      const editable = isEngineProperty(name) || !isServerProperty(name);
      return {
        name,
        scope: scopeOf(name),
        value: values[name] ?? known[name]?.default ?? null,
        editable,
        level: editable ? 'QUERY' : 'SERVER',
      };
    });
  const isDefault = ({ name, value }: ListedProperty): boolean => value === (known[name]?.default ?? null);
  return {
    properties,
    overwritten: properties.filter((property) => !isDefault(property)).map(({ name }) => name),
    defaults: properties.filter(isDefault).map(({ name }) => name),
  };
}

/** Properties without the prefix are those of Kafka's clients and Streams. */
function scopeOf(name: string): ListedProperty['scope'] {
  return name.startsWith('ksql.') && !name.startsWith('ksql.streams.') ? 'KSQL' : 'KAFKA STREAMS';
}
