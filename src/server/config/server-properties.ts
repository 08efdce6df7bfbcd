import {
  atLeast,
  boolean,
  int,
  list,
  long,
  oneOf,
  parseProperty,
  type Property,
  type PropertyValues,
  string,
} from '../../base/config-property.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { engineProperties } from './engine-properties.ts';
import { httpProperties } from './http-properties.ts';

/** Properties of the SQL server, under ksqlDB's names. Those of the broker are in `broker/config`. */
export const serverProperties = {
  'ksql.service.id': string(
    'default_',
    'name of this SQL service: prefix of its command topic, consumer groups and internal topics',
  ),
  'bootstrap.servers': list('', 'Kafka servers to run SQL on; when empty, the broker in this process'),
  'ksql.command.topic.skip.damage': boolean(
    false,
    'start with the statements of the command topic that can be read where others are lost; a Millrace property',
  ),
  'ksql.streams.state.dir': string(null, 'folder of state stores; when not set, inside the data folder'),
  'ksql.streams.commit.interval.ms': int(2_000, 'time between two commits of a query', (v) =>
    v < 0 ? 'must be at least 0' : undefined,
  ),
  'ksql.streams.statestore.cache.max.bytes': int(
    10_000_000,
    'bytes of state that a query holds back before a commit; with 0 every update becomes a record',
    (v) => (v < 0 ? 'must be at least 0' : undefined),
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
  'ksql.query.retry.backoff.initial.ms': long(
    '15000',
    'how long a query that has failed waits before it is started again; the time doubles with each failure',
    atLeast(1),
  ),
  'ksql.query.retry.backoff.max.ms': long(
    '900000',
    'the longest time that a query that has failed waits before it is started again',
    atLeast(1),
  ),
  'ksql.query.error.max.queue.size': int(
    10,
    'errors of a query that are remembered for EXPLAIN and DESCRIBE EXTENDED',
    atLeast(1),
  ),
  ...httpProperties,
} as const satisfies Record<string, Property>;

export type ServerPropertyName = keyof typeof serverProperties;

export function isServerProperty(name: string): name is ServerPropertyName {
  return Object.hasOwn(serverProperties, name);
}

/** Whether the SQL engine takes a property; `ksql.streams.` leads settings of Kafka Streams, of which there are many. */
export function isEngineProperty(name: string): boolean {
  return Object.hasOwn(engineProperties, name) || name.startsWith('ksql.streams.');
}

/** All names that a configuration may hold for the SQL server. */
export function serverPropertyNames(): readonly string[] {
  return [...Object.keys(serverProperties), ...Object.keys(engineProperties)];
}

/** Properties without a default, which may stay unset. */
type OptionalPropertyName =
  | 'ksql.streams.state.dir'
  | 'ksql.persistence.default.format.value'
  | 'ksql.advertised.listener';

/** The values of all server properties; null where one has no default and is not set. */
export type ServerSettings = {
  readonly [N in ServerPropertyName]:
    | PropertyValues[(typeof serverProperties)[N]['type']]
    | (N extends OptionalPropertyName ? null : never);
};

/** @throws {DiagnosticError} for a value that is no good, with what it should be. */
export function readServerProperties(texts: Readonly<Record<string, string>>): ServerSettings {
  const entries = Object.entries(serverProperties).map(([name, definition]: [string, Property]) => {
    const text = texts[name] ?? definition.default;
    if (text === null) return [name, null];
    const result = parseProperty(definition, text);
    if ('value' in result) return [name, result.value];
    throw new DiagnosticError({
      message: `invalid value ${JSON.stringify(text)} for property ${name}`,
      detail: `it ${result.problem}`,
      hint: definition.doc,
    });
  });
  return Object.fromEntries(entries) as ServerSettings;
}
