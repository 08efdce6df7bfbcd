import {
  atLeast,
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
  'ksql.query.push.limit': int(100, 'push queries at a time', atLeast(1)),
  'access.control.allow.origin': list(
    '',
    'origins whose pages may use this server from a browser, such as `https://tools.example.com`; `*` allows all',
  ),
  'access.control.allow.methods': list('GET,POST,HEAD', 'methods that pages of allowed origins may use'),
  'access.control.allow.headers': list(
    'X-Requested-With,Content-Type,Accept,Origin,Authorization',
    'headers that pages of allowed origins may send',
  ),
  'ksql.advertised.listener': string(
    null,
    'URL under which clients reach this server, through a proxy for example',
  ),
  'ksql.http.allowed.hosts': list(
    '',
    'host names under which this server may be addressed, besides `localhost`, IP addresses, the name of the machine ' +
      'and that of `ksql.advertised.listener`; `.example.com` is all names below a domain, `*` any name',
  ),
  'ksql.http.connections.max': int(1_000, 'HTTP connections at a time', atLeast(1)),
  'ksql.http.request.timeout.ms': int(
    60_000,
    'time that a client has for a whole request, from the connection to the last byte of the body',
    atLeast(1),
  ),
  'ksql.http.idle.timeout.ms': int(60_000, 'time that a connection stays open between requests', atLeast(1)),
  'ksql.http.request.bytes.max': int(10_485_760, 'bytes of the body of a request', atLeast(1)),
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
