import { boolean, type ConfigKeys, int, long, string } from '../../base/config/config-key.ts';
import { atLeast, type ConfigRange, oneOf, rangeOf } from '../../base/config/config-range.ts';
import { formatNames } from '../../serde/formats.ts';
import { EXACTLY_ONCE_COMMIT_MS, PROCESSING_GUARANTEES } from '../../streams/runtime/processing-guarantee.ts';
import { perQuery } from './per-query.ts';

/** What ksqlDB can switch off and Millrace cannot. */
const ALWAYS_ON: ConfigRange<boolean> = rangeOf('and here always true', (value) => value);

/** Names of formats, whatever their case. */
const FORMATS: ConfigRange<string> = {
  ...rangeOf(`one of ${formatNames().join(', ')}`, (value) => formatNames().includes(value.toUpperCase())),
  names: formatNames(),
};

/** Properties of the SQL engine, which a session may set too; a server's value is the default of all its sessions. */
export const engineProperties = perQuery({
  'ksql.assert.schema.default.timeout.ms': int(
    1_000,
    'how long ASSERT SCHEMA waits where it has no TIMEOUT',
    atLeast(0),
  ),
  'ksql.assert.topic.default.timeout.ms': int(
    1_000,
    'how long ASSERT TOPIC waits where it has no TIMEOUT',
    atLeast(0),
  ),
  'ksql.cast.strings.preserve.nulls': {
    ...boolean(true, 'null stays null when it is cast to a text'),
    range: ALWAYS_ON,
  },
  'ksql.create.or.replace.enabled': boolean(true, 'CREATE OR REPLACE of what a query writes'),
  'ksql.fail.on.deserialization.error': boolean(
    false,
    'a record that cannot be read fails its query; otherwise it is passed over',
  ),
  'ksql.fail.on.production.error': boolean(
    true,
    'a result that the cluster does not take fails its query; otherwise it is left out',
  ),
  'ksql.functions.collect_list.limit': int(-1, 'values that COLLECT_LIST keeps at most; -1 keeps all'),
  'ksql.functions.collect_set.limit': int(-1, 'values that COLLECT_SET keeps at most; -1 keeps all'),
  'ksql.functions.substring.legacy.args': boolean(false, 'SUBSTRING takes the begin and end of old versions'),
  'ksql.insert.into.values.enabled': boolean(true, 'INSERT INTO ... VALUES'),
  'ksql.new.query.planner.enabled': boolean(false, 'keys need not be selected in a filter or projection'),
  'ksql.optimizer.enabled': boolean(
    true,
    'plans of new queries are optimized: constants are computed, filters moved below joins with tables, columns that ' +
      'nobody reads left out',
  ),
  'ksql.persistence.wrap.single.values': boolean(null, 'whether a single value column is put into a record'),
  'ksql.query.pull.enable.standby.reads': boolean(
    false,
    'pull queries may be answered from standby replicas of the state, which may lack what came last',
  ),
  'ksql.query.pull.forwarding.timeout.ms': long(
    20_000,
    'how long a pull query waits for another server of the service',
    atLeast(1),
  ),
  'ksql.query.pull.max.allowed.offset.lag': long(
    '9223372036854775807',
    'records that the state of a server may lack for a pull query to be answered from it, as far as servers tell their lags',
    atLeast(0),
  ),
  'ksql.query.pull.limit.clause.enabled': boolean(true, 'LIMIT in pull queries'),
  'ksql.query.pull.range.scan.enabled': boolean(true, 'pull queries over a range of keys'),
  'ksql.query.pull.stream.enabled': boolean(true, 'pull queries over streams'),
  'ksql.query.pull.table.scan.enabled': boolean(true, 'pull queries that read a whole table'),
  'ksql.query.push.v2.continuation.tokens.enabled': boolean(
    false,
    'scalable push queries tell tokens, by which they are continued where they were',
  ),
  'ksql.query.push.v2.enabled': boolean(
    false,
    'push queries that filter or project the result of a query, from now on, are scalable: its topic is read once for all of them',
  ),
  'ksql.timestamp.throw.on.invalid': boolean(false, 'a record without a readable time fails its query'),
  'ksql.persistence.default.format.key': string('KAFKA', 'key format where a statement names none', FORMATS),
  'ksql.persistence.default.format.value': string(null, 'value format where a statement names none', FORMATS),
  'ksql.output.topic.name.prefix': string(
    '',
    'in front of the topic names of streams and tables that queries create',
  ),
  'ksql.streams.processing.guarantee': string(
    'at_least_once',
    'what a failure may do to the results of a query: at_least_once, or exactly_once_v2, which processes in transactions and is ' +
      'the default of `millrace start` on brokers of its own',
    oneOf(...PROCESSING_GUARANTEES),
  ),
  'ksql.streams.auto.offset.reset': string(
    'latest',
    'where a new query begins to read',
    oneOf('earliest', 'latest'),
  ),
  'ksql.streams.commit.interval.ms': long(
    2_000,
    `time between two commits of a query; ${EXACTLY_ONCE_COMMIT_MS} where it is not set and the query is exactly_once_v2`,
    atLeast(0),
  ),
  'ksql.streams.statestore.cache.max.bytes': long(
    10_000_000,
    'bytes of state that a query holds back before a commit; with 0 every update becomes a record',
    atLeast(0),
  ),
} as const satisfies ConfigKeys);
