import { int, list, oneOf, type Property, string } from '../../base/config-property.ts';

/** Properties of the SQL server, under ksqlDB's names. Those of the broker are in `broker/config`. */
export const serverProperties = {
  'ksql.service.id': string(
    'default_',
    'name of this SQL service: prefix of its command topic, consumer groups and internal topics',
  ),
  'bootstrap.servers': list('', 'Kafka servers to run SQL on; when empty, the broker in this process'),
  'ksql.streams.state.dir': string(null, 'folder of state stores; when not set, inside the data folder'),
  'ksql.streams.commit.interval.ms': int(2_000, 'time between two commits of a query', (v) =>
    v < 0 ? 'must be at least 0' : undefined,
  ),
  'ksql.streams.statestore.cache.max.bytes': int(
    10_000_000,
    'bytes of state that a query holds back before a commit',
  ),
  'ksql.streams.num.stream.threads': int(1, 'threads of each query', (v) =>
    v < 1 ? 'must be at least 1' : undefined,
  ),
  'ksql.streams.auto.offset.reset': string(
    'latest',
    'where a new query begins to read',
    oneOf('earliest', 'latest'),
  ),
  'ksql.persistence.default.format.key': string('KAFKA', 'key format where a statement names none'),
  'ksql.persistence.default.format.value': string(null, 'value format where a statement names none'),
  'ksql.output.topic.name.prefix': string(
    '',
    'in front of the topic names of streams and tables that queries create',
  ),
  'ksql.query.push.limit': int(100, 'push queries at a time', (v) =>
    v < 1 ? 'must be at least 1' : undefined,
  ),
} as const satisfies Record<string, Property>;

export type ServerPropertyName = keyof typeof serverProperties;

export function isServerProperty(name: string): name is ServerPropertyName {
  return Object.hasOwn(serverProperties, name);
}

/** Session and query properties go to the SQL engine as they are; it knows which of them exist. */
export function isEngineProperty(name: string): boolean {
  return name.startsWith('ksql.');
}
