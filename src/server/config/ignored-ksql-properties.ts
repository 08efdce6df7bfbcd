import { boolean, type ConfigKeys, int, list, long, string } from '../../base/config/config-key.ts';
import { atLeast, oneOf } from '../../base/config/config-range.ts';
import { perQuery } from './per-query.ts';

const NO_THREADS = 'there are no thread pools';
const NO_COMPILER = 'expressions are always run in one way';
const NO_GROUP = 'each server reads the topic for its own scalable push queries, without a group';
const NO_JAVA = 'it names a Java class or its settings';
const NO_CONNECT = 'there is no Connect cluster';
const NO_LIMIT = 'there is no such limit';
const METRICS = 'metrics are always recorded, and read from the metrics page';
const ALWAYS_ON = 'it is always on';
const NO_SHARED = 'queries do not share a runtime';

/**
 * Properties that ksqlDB has and that change nothing here, each with the reason in the place of its doc text: scripts and
 * configurations that were written for ksqlDB hold them. Those that ksqlDB lets a session set may be set here, too.
 */
export const ignoredKsqlProperties = {
  ...perQuery({
    'ksql.client.ip_port.configuration.enabled': boolean(null, 'clients have the ids of their queries'),
    'ksql.json_sr.converter.deserializer.enabled': boolean(null, 'JSON_SR is read in one way'),
    'ksql.lambdas.enabled': boolean(null, ALWAYS_ON),
    'ksql.metrics.tags.custom': string(null, 'metrics have the labels of their queries'),
    'ksql.nested.error.set.null': boolean(null, 'what cannot be read is treated in one way'),
    'ksql.persistent.prefix': string(null, 'names of consumer groups are fixed'),
    'ksql.query.persistent.max.bytes.buffering.total': long(null, NO_LIMIT),
    'ksql.query.pull.consistency.token.enabled': boolean(null, 'answers have no consistency tokens'),
    'ksql.query.pull.interpreter.enabled': boolean(null, NO_COMPILER),
    'ksql.query.pull.metrics.enabled': boolean(null, METRICS),
    'ksql.query.pull.router.thread.pool.size': int(null, NO_THREADS),
    'ksql.query.pull.thread.pool.size': int(null, NO_THREADS),
    'ksql.query.push.v2.alos.enabled': boolean(null, 'scalable push queries miss nothing while they run'),
    'ksql.query.push.v2.catchup.consumer.msg.window': int(null, 'one that catches up holds up no other'),
    'ksql.query.push.v2.interpreter.enabled': boolean(null, NO_COMPILER),
    'ksql.query.push.v2.latest.reset.age.ms': long(null, NO_GROUP),
    'ksql.query.push.v2.metrics.enabled': boolean(null, METRICS),
    'ksql.query.push.v2.new.latest.delay.ms': long(null, NO_GROUP),
    'ksql.query.push.v2.registry.installed': boolean(null, ALWAYS_ON),
    'ksql.query.transient.max.bytes.buffering.total': long(null, NO_LIMIT),
    'ksql.runtime.feature.shared.enabled': boolean(null, NO_SHARED),
    'ksql.shared.runtimes.count': int(null, NO_SHARED),
    'ksql.sink.partitions': int(null, 'a statement says PARTITIONS', atLeast(1)),
    'ksql.sink.replicas': int(null, 'a statement says REPLICAS', atLeast(1)),
    'ksql.sink.window.change.log.additional.retention': long(
      null,
      'state is kept as long as its windows need',
    ),
    'ksql.source.table.materialization.enabled': boolean(null, ALWAYS_ON),
    'ksql.streams.shutdown.timeout.ms': long(null, 'how long a query may take to end is fixed'),
    'ksql.suppress.buffer.size.bytes': long(null, 'rows that wait for EMIT FINAL have no limit'),
    'ksql.suppress.enabled': boolean(null, ALWAYS_ON),
    'ksql.transient.prefix': string(null, 'names of consumer groups are fixed'),
    'ksql.udf.collect.metrics': boolean(null, METRICS),
    'ksql.variable.substitution.enable': boolean(null, ALWAYS_ON),
    'ksql.windowed.session.key.legacy': boolean(null, 'keys of sessions have one form'),
    'use.exact.numeric.comparison': boolean(null, ALWAYS_ON),
  }),
  'ksql.access.validator.enable': string(null, 'topics are always checked', oneOf('on', 'off', 'auto')),
  'ksql.authorization.cache.expiry.time.secs': long(null, 'there is no authorization'),
  'ksql.authorization.cache.max.entries': long(null, 'there is no authorization'),
  'ksql.connect.url': string(null, NO_CONNECT),
  'ksql.connect.worker.config': string(null, NO_CONNECT),
  'ksql.endpoint.migrate.query': boolean(null, ALWAYS_ON),
  'ksql.healthcheck.interval.ms': long(null, 'health is known at any time'),
  'ksql.heartbeat.thread.pool.size': int(null, NO_THREADS),
  'ksql.idle.connection.timeout.seconds': int(null, 'it is ksql.http.idle.timeout.ms here'),
  'ksql.metrics.extension': string(null, NO_JAVA),
  'ksql.query.cleanup.shutdown.timeout.ms': long(null, 'what is not removed is removed at the next start'),
  'ksql.query.status.running.threshold.seconds': int(null, 'a query is RUNNING when it has its tasks'),
  'ksql.security.extension.class': string(null, NO_JAVA),
  'ksql.server.command.blocked.threshold.error.ms': long(null, 'statements wait for ksql.kafka.timeout.ms'),
  'ksql.server.error.messages': string(null, NO_JAVA),
  'ksql.server.install.dir': string(null, NO_JAVA),
  'ksql.server.preconditions': list(null, NO_JAVA),
  'ksql.server.websockets.num.threads': int(null, NO_THREADS),
  'ksql.transient.query.cleanup.service.enable': boolean(null, ALWAYS_ON),
  'ksql.transient.query.cleanup.service.initial.delay.seconds': int(null, 'it is done at the start'),
  'ksql.transient.query.cleanup.service.period.seconds': int(null, 'it is done at the start'),
  'ksql.udf.enable.security.manager': boolean(null, 'there are no user functions in Java'),
  'ksql.verticle.instances': int(null, NO_THREADS),
  'ksql.websocket.connection.max.timeout.ms': long(null, 'there are no websockets'),
  'ksql.worker.pool.size': int(null, NO_THREADS),
} as const satisfies ConfigKeys;

/** What the names of families of such properties begin with, and why they have no effect. */
export const ignoredKsqlFamilies: Readonly<Record<string, string>> = {
  'ksql.connect.': NO_CONNECT,
  'ksql.functions.': 'no built-in function has such a setting; one of ksql.extension.dir may read it',
  'ksql.schema.registry.': 'a schema registry is asked as its URL and the settings of its access say',
};
