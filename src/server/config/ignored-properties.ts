import { type ConfigKey, type ConfigKeys, string } from '../../base/config/config-key.ts';
import { ignoredKsqlFamilies, ignoredKsqlProperties } from './ignored-ksql-properties.ts';
import { ignoredStreamsProperties } from './ignored-streams-properties.ts';
import { sqlProperty } from './server-properties.ts';

/** In front of a property of Kafka Streams: where it is meant for. */
const STREAMS_PREFIX =
  /^(?:ksql\.streams\.)?(?:(?:consumer|main\.consumer|restore\.consumer|global\.consumer|producer|admin)\.)?/;

/** A property that ksqlDB or Kafka Streams has and that changes nothing here; its doc text is the reason. */
export function ignoredProperty(name: string): ConfigKey | undefined {
  if (sqlProperty(name)?.updateMode === 'per-query') return undefined;
  const ksql: ConfigKeys = ignoredKsqlProperties;
  if (Object.hasOwn(ksql, name)) return ksql[name];
  const streams: ConfigKeys = ignoredStreamsProperties;
  const inner = name.replace(STREAMS_PREFIX, '');
  if (Object.hasOwn(streams, inner)) return streams[inner];
  const family = Object.keys(ignoredKsqlFamilies).find((prefix) => name.startsWith(prefix));
  const reason = family === undefined ? undefined : ignoredKsqlFamilies[family];
  return reason === undefined ? undefined : { ...string(null, reason), updateMode: 'per-query' };
}

/** What is said of a property that is accepted and has no effect; undefined for all others. */
export function ignoredWarning(name: string): string | undefined {
  const key = ignoredProperty(name);
  return key === undefined ? undefined : `'${name}' has no effect: ${key.doc}`;
}
