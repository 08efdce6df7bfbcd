import { boolean, type ConfigKeys, int, list, long, string } from '../../base/config/config-key.ts';
import { atLeast, oneOf } from '../../base/config/config-range.ts';
import { perQuery } from './per-query.ts';

const NO_JAVA = 'it names a Java class';
const NO_RACKS = 'tasks are assigned without racks';
const NO_SAMPLES = 'metrics have no samples';
const SOCKETS = 'sockets are as the system makes them';

/**
 * Properties that Kafka Streams and its clients have and that change nothing here, each with the reason in the place of
 * its doc text. A session may set them, with and without `ksql.streams.` and the name of a client before them.
 */
export const ignoredStreamsProperties = perQuery({
  'allow.os.group.instance.id': string(null, 'group.instance.id says it'),
  'auto.commit.interval.ms': int(null, 'commit.interval.ms says when a query commits', atLeast(0)),
  'auto.include.jmx.reporter': boolean(null, NO_JAVA),
  'built.in.metrics.version': string(null, 'there is one version of the metrics'),
  'client.dns.lookup': string(
    null,
    'addresses are those that the system gives',
    oneOf('use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only'),
  ),
  'default.client.supplier': string(null, NO_JAVA),
  'default.deserialization.exception.handler': string(null, NO_JAVA),
  'default.dsl.store': string(null, 'stores are RocksDB', oneOf('rocksDB', 'in_memory')),
  'default.key.serde': string(null, NO_JAVA),
  'default.production.exception.handler': string(null, NO_JAVA),
  'default.timestamp.extractor': string(null, NO_JAVA),
  'default.value.serde': string(null, NO_JAVA),
  'deserialization.exception.handler': string(null, NO_JAVA),
  'dsl.store.suppliers.class': string(null, NO_JAVA),
  'enable.auto.commit': boolean(null, 'a query commits what it has processed'),
  'enable.metrics.push': boolean(null, 'metrics are read from the metrics page'),
  'interceptor.classes': list(null, NO_JAVA),
  'key.deserializer': string(null, NO_JAVA),
  'key.serializer': string(null, NO_JAVA),
  'metric.reporters': list(null, 'metrics are read from the metrics page'),
  'metrics.num.samples': int(null, NO_SAMPLES, atLeast(1)),
  'metrics.recording.level': string(null, 'metrics are always recorded', oneOf('INFO', 'DEBUG', 'TRACE')),
  'metrics.sample.window.ms': long(null, NO_SAMPLES, atLeast(0)),
  'num.stream.threads': int(null, 'a query has one loop per process', atLeast(1)),
  'partition.assignment.strategy': list(null, NO_JAVA),
  'partitioner.class': string(null, NO_JAVA),
  'processing.exception.handler': string(null, NO_JAVA),
  'production.exception.handler': string(null, NO_JAVA),
  'rack.aware.assignment.non_overlap_cost': int(null, NO_RACKS),
  'rack.aware.assignment.strategy': string(null, NO_RACKS),
  'rack.aware.assignment.tags': list(null, NO_RACKS),
  'rack.aware.assignment.traffic_cost': int(null, NO_RACKS),
  'receive.buffer.bytes': int(null, SOCKETS, atLeast(-1)),
  'rocksdb.config.setter': string(null, NO_JAVA),
  'security.providers': string(null, NO_JAVA),
  'send.buffer.bytes': int(null, SOCKETS, atLeast(-1)),
  'socket.connection.setup.timeout.max.ms': long(null, SOCKETS),
  'state.cleanup.delay.ms': long(null, 'state of partitions that went elsewhere stays until its query ends'),
  'task.assignor.class': string(null, NO_JAVA),
  'task.timeout.ms': long(null, 'a commit is tried again for five minutes', atLeast(0)),
  'upgrade.from': string(null, 'state of older versions is not taken over'),
  'value.deserializer': string(null, NO_JAVA),
  'value.serializer': string(null, NO_JAVA),
  'window.size.ms': long(null, 'a window says its size'),
  'windowed.inner.class.serde': string(null, NO_JAVA),
  'windowstore.changelog.additional.retention.ms': long(null, 'state is kept as long as its windows need'),
} as const satisfies ConfigKeys);
