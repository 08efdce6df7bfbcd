import type { Config } from '../../base/config/config.ts';
import {
  boolean,
  type ConfigKey,
  type ConfigKeys,
  int,
  list,
  long,
  string,
} from '../../base/config/config-key.ts';
import { atLeast, rangeOf } from '../../base/config/config-range.ts';
import { CLASSIFIER_PREFIX, readClassifier } from '../../sql/runtime/error-classifiers.ts';
import { isTopicPattern, RESERVED_TOPICS } from '../../sql/analysis/reserved-topics.ts';
import { propertyName, STREAMS_PREFIX } from '../../sql/analysis/property-names.ts';
import { streamsProperty, streamsPropertyNames } from '../../streams/runtime/streams-properties.ts';
import { clusterProperties } from './cluster-properties.ts';
import { engineProperties } from './engine-properties.ts';
import { functionProperties } from './function-properties.ts';
import { httpProperties } from './http-properties.ts';
import { processingLogProperties } from './processing-log-properties.ts';
import { registryProperties } from './registry-properties.ts';
import { securityProperties } from './security-properties.ts';

const topicPatterns = rangeOf('regular expressions', (patterns: readonly string[]) =>
  patterns.every(isTopicPattern),
);

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
  'ksql.enable.metastore.backup': boolean(
    false,
    'copy the statements of the command topic to a file, for millrace sql-server restore',
  ),
  'ksql.metastore.backup.location': string('', 'folder of the copies of the command topic'),
  'ksql.hidden.topics': list(
    RESERVED_TOPICS,
    'regular expressions of topics that SHOW TOPICS leaves out',
    topicPatterns,
  ),
  'ksql.readonly.topics': list(
    RESERVED_TOPICS,
    'regular expressions of topics that no statement writes to or deletes',
    topicPatterns,
  ),
  'ksql.properties.overrides.denylist': list('', 'properties that no session may set'),
  'ksql.internal.topic.min.insync.replicas': int(
    null,
    "min.insync.replicas of the command topic; when not set, the cluster's",
    atLeast(1),
  ),
  'ksql.internal.topic.replicas': int(
    null,
    "replicas of the command topic; when not set, the cluster's default",
    atLeast(1),
  ),
  'ksql.headers.columns.enabled': boolean(true, 'columns of headers in new streams and tables'),
  'ksql.pull.queries.enable': boolean(true, 'pull queries'),
  'ksql.query.persistent.active.limit': int(
    2_147_483_647,
    'persistent queries that there may be at a time',
    atLeast(0),
  ),
  'ksql.streams.state.dir': string(null, 'folder of state stores; when not set, inside the data folder'),
  'ksql.state.cache.max.bytes': long(
    67_108_864,
    'bytes of state that all queries hold in memory together, of which an equal share is guaranteed to each; a Millrace property',
    atLeast(0),
  ),
  'ksql.state.block.cache.bytes': long(
    33_554_432,
    'bytes of blocks that RocksDB keeps in memory for all queries; a Millrace property',
    atLeast(0),
  ),
  'ksql.streams.num.stream.threads': int(
    1,
    'stream threads of this server: its queries are spread over them, each is on one',
    atLeast(1),
  ),
  'ksql.query.retry.backoff.initial.ms': long(
    15_000,
    'how long a query that has failed waits before it is started again; the time doubles with each failure',
    atLeast(1),
  ),
  'ksql.query.retry.backoff.max.ms': long(
    900_000,
    'the longest time that a query that has failed waits before it is started again',
    atLeast(1),
  ),
  'ksql.query.error.max.queue.size': int(
    10,
    'errors of a query that are remembered for EXPLAIN and DESCRIBE EXTENDED',
    atLeast(1),
  ),
  'ksql.kafka.timeout.ms': int(
    15_000,
    'how long a statement waits for Kafka before it ends in an error that names the cluster',
    atLeast(1),
  ),
  'ksql.metrics.partitions.max': int(
    1_000,
    'series on the metrics page of each metric that has one per partition or task; sums by topic, group and query are ' +
      'there anyway',
    atLeast(0),
  ),
  'ksql.metrics.series.max': int(10_000, 'series on the metrics page of each other metric', atLeast(0)),
  ...clusterProperties,
  ...httpProperties,
  ...securityProperties,
  ...functionProperties,
  ...registryProperties,
  ...processingLogProperties,
  ...engineProperties,
} as const satisfies ConfigKeys;

export type ServerPropertyName = keyof typeof serverProperties;
export type ServerConfig = Config<typeof serverProperties>;

/** Of each name behind the prefix. */
const errorClassifierKey: ConfigKey = {
  ...string(
    null,
    'errors of queries that are of this kind',
    rangeOf('USER, SYSTEM or UNKNOWN and a regular expression', (text) => readClassifier(text) !== undefined),
  ),
  updateMode: 'per-query',
};

/** A property of the SQL server, or of the applications of its queries, by any of its names; undefined for others. */
export function sqlProperty(name: string): ConfigKey | undefined {
  const keys: ConfigKeys = serverProperties;
  if (Object.hasOwn(keys, name)) return keys[name];
  if (name.startsWith(CLASSIFIER_PREFIX)) return errorClassifierKey;
  const inner = propertyName(name);
  const listed = `${STREAMS_PREFIX}${inner}`;
  const key = Object.hasOwn(engineProperties, listed) ? keys[listed] : streamsProperty(inner)?.key;
  return key === undefined ? undefined : { ...key, updateMode: 'per-query' };
}

/** The one name that a property is listed by: ksqlDB puts its prefix before the settings of Kafka Streams. */
export function listedName(given: string): string {
  const name = propertyName(given);
  return name.startsWith('ksql.') || Object.hasOwn(serverProperties, name)
    ? name
    : `${STREAMS_PREFIX}${name}`;
}

/** All names that a configuration may hold for the SQL server. */
export const sqlPropertyNames: readonly string[] = [
  ...Object.keys(serverProperties),
  ...Object.keys(engineProperties).flatMap((name) =>
    name.startsWith(STREAMS_PREFIX) ? [name.slice(STREAMS_PREFIX.length)] : [],
  ),
  ...streamsPropertyNames.map((name) => `${STREAMS_PREFIX}${name}`),
];
