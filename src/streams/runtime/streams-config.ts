import { int, list, long, type OptionKey, option, short, string } from '../../base/config/config-key.ts';
import { atLeast, eachOf, oneOf } from '../../base/config/config-range.ts';
import { TOPOLOGY_OPTIMIZATIONS } from '../topology-optimization.ts';
import { endpoint } from './host-info.ts';
import { PROCESSING_GUARANTEES } from './processing-guarantee.ts';
import type { StreamsAppOptions } from './streams-app-options.ts';

/** Options of an application that are no setting: they are functions or objects. */
type OtherOption =
  | 'environment'
  | 'topology'
  | 'onFailure'
  | 'keepsResultInputs'
  | 'onUncaught'
  | 'backPressure'
  | 'consumer'
  | 'producer'
  | 'config'
  | 'logger'
  | 'host';

/** The settings of an application. Names and defaults are those of Kafka Streams where it has them. */
export const streamsConfig = {
  applicationId: option(
    'application.id',
    string(null, 'The consumer group, and the prefix of internal topics.'),
  ),
  bootstrapServers: option(
    'bootstrap.servers',
    list(null, 'Addresses (host:port) of one or more brokers; the other brokers are learned from them.'),
  ),
  stateDir: option(
    'state.dir',
    string(null, 'Folder of the state; `millrace-streams` in the temporary folder where it is not set.'),
  ),
  clientId: option(
    'client.id',
    string(null, 'Name of the clients in logs and quotas; else the application id.'),
  ),
  applicationServer: option(
    'application.server',
    string(
      '',
      'Address (host:port) at which this instance answers for its state, which the others are told; empty: none.',
      endpoint,
    ),
  ),
  processingGuarantee: option(
    'processing.guarantee',
    string(
      'at_least_once',
      'What a failure may do to results: at_least_once, or exactly_once_v2, which processes in transactions.',
      oneOf(...PROCESSING_GUARANTEES),
    ),
  ),
  commitIntervalMs: option(
    'commit.interval.ms',
    long(30_000, 'Time between two commits; 100 by default under exactly_once_v2.', atLeast(0)),
  ),
  cacheBytesMax: option(
    'statestore.cache.max.bytes',
    long(
      10_485_760,
      'Memory for state over RocksDB: less than 1 MiB counts as that; 0 also turns off the merging of updates.',
      atLeast(0),
    ),
  ),
  blockCacheBytes: option(
    'rocksdb.block.cache.bytes',
    long(33_554_432, 'Memory of RocksDB itself for blocks; a Millrace property.', atLeast(0)),
  ),
  pollMs: option('poll.ms', long(100, 'How long a poll waits for records.', atLeast(0))),
  bufferedRecordsMax: option(
    'buffered.records.per.partition',
    int(1_000, 'Records that may wait per partition before it is paused.', atLeast(1)),
  ),
  taskIdleMsMax: option(
    'max.task.idle.ms',
    long(
      0,
      'How long a task with several inputs waits for one that has fallen dry; -1: not at all.',
      atLeast(-1),
    ),
  ),
  acceptableRecoveryLag: option(
    'acceptable.recovery.lag',
    long(
      10_000,
      'State that lacks no more changelog records counts as complete in an assignment.',
      atLeast(0),
    ),
  ),
  standbyReplicas: option(
    'num.standby.replicas',
    int(
      0,
      'On how many other instances the state of each task is kept up to date, for when its own is gone.',
      atLeast(0),
    ),
  ),
  warmupReplicasMax: option(
    'max.warmup.replicas',
    int(
      2,
      'How many tasks are brought up to date at a time where they are to move to, before they move.',
      atLeast(1),
    ),
  ),
  probingRebalanceIntervalMs: option(
    'probing.rebalance.interval.ms',
    long(
      600_000,
      'How long it takes until it is looked whether a task has the state that it waits for to move.',
      atLeast(60_000),
    ),
  ),
  idleSourceMs: option(
    'idle.source.ms',
    long(
      -1,
      'After so long without a record, the stream time of a task goes on with the wall clock, so that windows close on idle ' +
        'sources; -1: it stands still, as in Kafka Streams. A Millrace property.',
      atLeast(-1),
    ),
  ),
  replicationFactor: option(
    'replication.factor',
    short(-1, "Replicas of internal topics; -1 is the broker's default.", atLeast(-1)),
  ),
  repartitionPurgeIntervalMs: option(
    'repartition.purge.interval.ms',
    long(30_000, 'Time between two deletions of processed records of repartition topics.', atLeast(1)),
  ),
  topologyOptimization: option(
    'topology.optimization',
    list(
      null,
      'Optimizations with which a topology is built that is given as its builder: all, none, or some by their names.',
      eachOf('all', 'none', ...TOPOLOGY_OPTIMIZATIONS),
    ),
  ),
  autoOffsetReset: option(
    'auto.offset.reset',
    string(
      'earliest',
      'Where source topics are read from that do not say otherwise.',
      oneOf('earliest', 'latest'),
    ),
  ),
} as const satisfies Record<Exclude<keyof StreamsAppOptions, OtherOption>, OptionKey>;
