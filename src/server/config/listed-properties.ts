import type { ConfigKeys } from '../../base/config/config-key.ts';
import type { ListedProperties, ListedProperty } from '../../sql/entities/server-facts.ts';
import { httpProperties } from './http-properties.ts';
import { isSecretName, withoutUsers } from './secrets.ts';
import { listedName, serverProperties, sqlProperty } from './server-properties.ts';

/** All properties that are registered, and what else is set, each once, with the values that a session sees. */
export function listProperties(values: Readonly<Record<string, string>>): ListedProperties {
  const known: ConfigKeys = serverProperties;
  const given = new Map(Object.entries(values).map(([name, value]) => [listedName(name), value]));
  const names = [...new Set([...Object.keys(known), ...given.keys()])].sort();
  const properties = names
    .filter((name) => known[name]?.sensitive !== true && !isSecretName(name))
    .map((name): ListedProperty => {
      const editable = sqlProperty(name)?.updateMode === 'per-query';
      const value = given.get(name) ?? known[name]?.default ?? null;
      return {
        name,
        scope: scopeOf(name),
        value: typeof value === 'string' ? withoutUsers(value) : value,
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

/** Properties that are neither ksqlDB's nor those of its HTTP listener are those of Kafka's clients and Streams. */
function scopeOf(name: string): ListedProperty['scope'] {
  const isKsql = name.startsWith('ksql.')
    ? !name.startsWith('ksql.streams.')
    : Object.hasOwn(httpProperties, name);
  return isKsql ? 'KSQL' : 'KAFKA STREAMS';
}
