import {
  boolean,
  type ConfigKey,
  double,
  int,
  list,
  long,
  string,
} from '../../src/base/config/config-key.ts';
import { atLeast, between, eachOf, oneOf, rangeOf } from '../../src/base/config/config-range.ts';
import { readConfig } from '../../src/base/config/config-value.ts';
import { kafkaRefusal } from './kafka-refusal.ts';
import { type BrokerPropertyName, gzipLevel } from './broker-properties.ts';
import { minInsyncReplicasRange, segmentBytesRange } from './topic-ranges.ts';
import { nearestName } from '../../src/base/nearest-name.ts';

/** Java's Long.MAX_VALUE, which stands for "never". */
const LONG_MAX = '9223372036854775807';
const DAY_MS = 86_400_000;
/** Kafka's text, too: who is told nothing believes that local.retention.* bounds the disk. */
const TIERED_STORAGE_DISABLED =
  'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.';

/** A topic's setting, together with the broker's property that gives its default. */
export interface TopicConfigKey extends ConfigKey {
  /** The broker property of the same meaning, null where there is none. */
  readonly brokerName: BrokerPropertyName | null;
}

function topicConfig(brokerName: BrokerPropertyName | null, key: ConfigKey): TopicConfigKey {
  return { ...key, updateMode: 'per-topic', brokerName };
}

const throttledReplicas = rangeOf('* or a list of partition:broker', (values: readonly string[]) => {
  const isWildcard = values.length === 1 && values[0] === '*';
  return isWildcard || values.every((value) => /^\d+:\d+$/.test(value));
});

/**
 * Every topic setting of Kafka 4.x under its own name, with type, default, check and meaning. CreateTopics and the
 * AlterConfigs requests check against it, DescribeConfigs and the reference in docs/ are made from it.
 */
export const topicConfigs: Readonly<Record<string, TopicConfigKey>> = {
  'cleanup.policy': topicConfig(
    'log.cleanup.policy',
    list(
      'delete',
      'What becomes of old segments: `delete` by age and size, `compact` to the last record per key.',
      eachOf('compact', 'delete'),
    ),
  ),
  'compression.gzip.level': topicConfig(
    'compression.gzip.level',
    int(-1, 'Level when compression.type is gzip; -1 is the library default.', gzipLevel),
  ),
  'compression.lz4.level': topicConfig(
    'compression.lz4.level',
    int(
      9,
      'Level when compression.type is lz4; 9 is the fast compressor, all others look longer for less.',
      between(1, 17),
    ),
  ),
  'compression.type': topicConfig(
    'compression.type',
    string(
      'producer',
      'The codec in which batches are stored, whatever they came in; `producer` keeps that of the producer.',
      oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
    ),
  ),
  'compression.zstd.level': topicConfig(
    'compression.zstd.level',
    int(3, 'Level when compression.type is zstd.', between(-131_072, 22)),
  ),
  'delete.retention.ms': topicConfig(
    'log.cleaner.delete.retention.ms',
    long(String(DAY_MS), 'How long tombstones of a compacted topic are kept.', atLeast(0)),
  ),
  'file.delete.delay.ms': topicConfig(
    'log.segment.delete.delay.ms',
    long('60000', 'How long a file stays on disk after it was deleted from the log.', atLeast(0)),
  ),
  'flush.messages': topicConfig(
    'log.flush.interval.messages',
    long(LONG_MAX, 'Number of records after which the log is synced to disk.', atLeast(1)),
  ),
  'flush.ms': topicConfig(
    'log.flush.interval.ms',
    long(LONG_MAX, 'Time after which the log is synced to disk.', atLeast(0)),
  ),
  'follower.replication.throttled.replicas': topicConfig(
    null,
    list(
      '',
      'Replicas, as partition:broker, whose replication is throttled on the follower.',
      throttledReplicas,
    ),
  ),
  'index.interval.bytes': topicConfig(
    'log.index.interval.bytes',
    int(4096, 'Bytes of log per index entry.', atLeast(0)),
  ),
  'leader.replication.throttled.replicas': topicConfig(
    null,
    list(
      '',
      'Replicas, as partition:broker, whose replication is throttled on the leader.',
      throttledReplicas,
    ),
  ),
  'local.retention.bytes': topicConfig(
    'log.local.retention.bytes',
    long('-2', 'Size of the local part of a tiered log; -2 is retention.bytes.', atLeast(-2)),
  ),
  'local.retention.ms': topicConfig(
    'log.local.retention.ms',
    long('-2', 'Age of the local part of a tiered log; -2 is retention.ms.', atLeast(-2)),
  ),
  'max.compaction.lag.ms': topicConfig(
    'log.cleaner.max.compaction.lag.ms',
    long(LONG_MAX, 'The longest time that a record of a compacted topic may stay uncompacted.', atLeast(1)),
  ),
  'max.message.bytes': topicConfig(
    'message.max.bytes',
    int(1_048_588, 'The largest record batch that is accepted.', atLeast(0)),
  ),
  'message.timestamp.after.max.ms': topicConfig(
    'log.message.timestamp.after.max.ms',
    long('3600000', "How far a record's timestamp may be ahead of the broker's clock.", atLeast(0)),
  ),
  'message.timestamp.before.max.ms': topicConfig(
    'log.message.timestamp.before.max.ms',
    long(LONG_MAX, "How far a record's timestamp may be behind the broker's clock.", atLeast(0)),
  ),
  'message.timestamp.type': topicConfig(
    'log.message.timestamp.type',
    string(
      'CreateTime',
      "Whose clock a record's timestamp comes from.",
      oneOf('CreateTime', 'LogAppendTime'),
    ),
  ),
  'min.cleanable.dirty.ratio': topicConfig(
    'log.cleaner.min.cleanable.ratio',
    double(0.5, 'Share of uncompacted bytes from which a log is compacted.', between(0, 1)),
  ),
  'min.compaction.lag.ms': topicConfig(
    'log.cleaner.min.compaction.lag.ms',
    long('0', 'The shortest time that a record of a compacted topic stays uncompacted.', atLeast(0)),
  ),
  'min.insync.replicas': topicConfig(
    'min.insync.replicas',
    int(1, 'In-sync replicas that must have a record before acks=all is answered.', minInsyncReplicasRange),
  ),
  preallocate: topicConfig(
    'log.preallocate',
    boolean(false, 'Whether a new segment takes its space on disk at once.'),
  ),
  'remote.copy.lag.bytes': topicConfig(
    null,
    long('0', 'Bytes by which copying to remote storage stays behind.', atLeast(-1)),
  ),
  'remote.copy.lag.ms': topicConfig(
    null,
    long('0', 'Time by which copying to remote storage stays behind.', atLeast(-1)),
  ),
  'remote.log.copy.disable': topicConfig(
    null,
    boolean(false, 'Whether a tiered topic stops copying to remote storage.'),
  ),
  'remote.log.delete.on.disable': topicConfig(
    null,
    boolean(false, 'Whether remote data is deleted when tiering ends.'),
  ),
  'remote.storage.enable': topicConfig(null, boolean(false, 'Whether the topic is tiered.')),
  'retention.bytes': topicConfig(
    'log.retention.bytes',
    long('-1', 'Size of a partition from which old segments are deleted; -1 is no limit.'),
  ),
  'retention.ms': topicConfig(
    'log.retention.ms',
    long(String(7 * DAY_MS), 'Age from which segments are deleted; -1 keeps them for ever.', atLeast(-1)),
  ),
  'segment.bytes': topicConfig(
    'log.segment.bytes',
    int(1_073_741_824, 'Size of a segment file.', segmentBytesRange),
  ),
  'segment.index.bytes': topicConfig(
    'log.index.size.max.bytes',
    int(10_485_760, 'The largest index file.', atLeast(4)),
  ),
  'segment.jitter.ms': topicConfig(
    'log.roll.jitter.ms',
    long('0', 'The most that a segment may roll before segment.ms, at random.', atLeast(0)),
  ),
  'segment.ms': topicConfig(
    'log.roll.ms',
    long(String(7 * DAY_MS), 'Age at which a segment is rolled even when it is not full.', atLeast(1)),
  ),
  'unclean.leader.election.enable': topicConfig(
    'unclean.leader.election.enable',
    boolean(
      false,
      'Whether a replica that is not in sync may lead as a last resort, at the price of lost records.',
    ),
  ),
};

/** What is wrong with a topic setting, or undefined; an unknown name is answered with the nearest known one. */
export function checkTopicConfig(name: string, value: string): string | undefined {
  const definition = Object.hasOwn(topicConfigs, name) ? topicConfigs[name] : undefined;
  if (definition === undefined) {
    const nearest = nearestName(name, Object.keys(topicConfigs));
    return `Unknown topic config name: ${name}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
  }
  const result = readConfig(definition, value);
  return 'expected' in result ? kafkaRefusal(name, value, definition) : undefined;
}

/** What is wrong with a topic's settings taken together, or undefined. */
export function checkTopicConfigs(configs: ReadonlyMap<string, string>): string | undefined {
  for (const [name, value] of configs) {
    const problem = checkTopicConfig(name, value);
    if (problem !== undefined) return problem;
  }
  if (/^\s*true\s*$/i.test(configs.get('remote.storage.enable') ?? '')) return TIERED_STORAGE_DISABLED;
  const min = Number(configs.get('min.compaction.lag.ms') ?? 0);
  const max = Number(configs.get('max.compaction.lag.ms') ?? LONG_MAX);
  return min > max
    ? `conflict topic config setting min.compaction.lag.ms (${min}) > max.compaction.lag.ms (${max})`
    : undefined;
}
