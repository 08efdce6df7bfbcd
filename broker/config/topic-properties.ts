import {
  atLeast,
  between,
  boolean,
  double,
  eachOf,
  int,
  list,
  long,
  oneOf,
  type Property,
  string,
} from './property.ts';

const NEVER = '9223372036854775807';

/**
 * Configuration of a topic (Kafka's TopicConfig / LogConfig, 4.x defaults), with the broker property that gives its
 * default where there is one.
 */
export const topicProperties = {
  'cleanup.policy': list(
    'delete',
    'delete old segments, compact by key, or both',
    eachOf('delete', 'compact'),
  ),
  'compression.type': string(
    'producer',
    'codec that batches are stored in; producer keeps what the producer sent',
    oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
  ),
  'compression.gzip.level': int(-1, 'level used when compression.type is gzip'),
  'compression.lz4.level': int(9, 'level used when compression.type is lz4', between(1, 17)),
  'compression.zstd.level': int(3, 'level used when compression.type is zstd', between(-131_072, 22)),
  'delete.retention.ms': long('86400000', 'how long tombstones of a compacted topic are kept', atLeast(0)),
  'file.delete.delay.ms': long('60000', 'how long a deleted segment stays on disk', atLeast(0)),
  'flush.messages': long(NEVER, 'records after which the log is forced to disk', atLeast(1)),
  'flush.ms': long(NEVER, 'time after which the log is forced to disk', atLeast(0)),
  'follower.replication.throttled.replicas': list('', 'replicas whose replication is throttled on followers'),
  'index.interval.bytes': int(4096, 'bytes of log between two index entries', atLeast(0)),
  'leader.replication.throttled.replicas': list('', 'replicas whose replication is throttled on leaders'),
  'local.retention.bytes': long('-2', 'bytes kept locally with tiered storage', atLeast(-2)),
  'local.retention.ms': long('-2', 'time kept locally with tiered storage', atLeast(-2)),
  'max.compaction.lag.ms': long(NEVER, 'longest time that a record stays uncompacted', atLeast(1)),
  'max.message.bytes': int(1_048_588, 'largest record batch accepted', atLeast(0)),
  'message.timestamp.after.max.ms': long('3600000', 'how far a timestamp may lie in the future', atLeast(0)),
  'message.timestamp.before.max.ms': long(NEVER, 'how far a timestamp may lie in the past', atLeast(0)),
  'message.timestamp.type': string(
    'CreateTime',
    'whose clock stamps records: the producer or the broker',
    oneOf('CreateTime', 'LogAppendTime'),
  ),
  'min.cleanable.dirty.ratio': double(
    0.5,
    'share of uncompacted log that starts a compaction',
    between(0, 1),
  ),
  'min.compaction.lag.ms': long('0', 'shortest time that a record stays uncompacted', atLeast(0)),
  'min.insync.replicas': int(1, 'in-sync replicas that acks=all needs', atLeast(1)),
  preallocate: boolean(false, 'whether segment files are preallocated'),
  'remote.storage.enable': boolean(false, 'whether the topic uses tiered storage'),
  'retention.bytes': long('-1', 'bytes kept per partition; -1 is no limit', atLeast(-1)),
  'retention.ms': long('604800000', 'time that records are kept; -1 is for ever', atLeast(-1)),
  'segment.bytes': int(1_073_741_824, 'size of a segment file', atLeast(14)),
  'segment.index.bytes': int(10_485_760, 'size of a segment index', atLeast(4)),
  'segment.jitter.ms': long('0', 'random time by which a roll comes earlier', atLeast(0)),
  'segment.ms': long('604800000', 'time after which a segment is rolled even if not full', atLeast(1)),
  'unclean.leader.election.enable': boolean(false, 'whether a replica out of sync may become leader'),
} as const satisfies Record<string, Property>;

export type TopicPropertyName = keyof typeof topicProperties;

/** The broker properties that give topics their defaults, in the order in which they apply. */
export const topicPropertySynonyms: Readonly<Record<TopicPropertyName, readonly string[]>> = {
  'cleanup.policy': ['log.cleanup.policy'],
  'compression.type': ['compression.type'],
  'compression.gzip.level': ['compression.gzip.level'],
  'compression.lz4.level': ['compression.lz4.level'],
  'compression.zstd.level': ['compression.zstd.level'],
  'delete.retention.ms': ['log.cleaner.delete.retention.ms'],
  'file.delete.delay.ms': ['log.segment.delete.delay.ms'],
  'flush.messages': ['log.flush.interval.messages'],
  'flush.ms': ['log.flush.interval.ms'],
  'follower.replication.throttled.replicas': [],
  'index.interval.bytes': ['log.index.interval.bytes'],
  'leader.replication.throttled.replicas': [],
  'local.retention.bytes': [],
  'local.retention.ms': [],
  'max.compaction.lag.ms': ['log.cleaner.max.compaction.lag.ms'],
  'max.message.bytes': ['message.max.bytes'],
  'message.timestamp.after.max.ms': ['log.message.timestamp.after.max.ms'],
  'message.timestamp.before.max.ms': ['log.message.timestamp.before.max.ms'],
  'message.timestamp.type': ['log.message.timestamp.type'],
  'min.cleanable.dirty.ratio': ['log.cleaner.min.cleanable.ratio'],
  'min.compaction.lag.ms': ['log.cleaner.min.compaction.lag.ms'],
  'min.insync.replicas': ['min.insync.replicas'],
  preallocate: ['log.preallocate'],
  'remote.storage.enable': [],
  'retention.bytes': ['log.retention.bytes'],
  'retention.ms': ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
  'segment.bytes': ['log.segment.bytes'],
  'segment.index.bytes': ['log.index.size.max.bytes'],
  'segment.jitter.ms': ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
  'segment.ms': ['log.roll.ms', 'log.roll.hours'],
  'unclean.leader.election.enable': ['unclean.leader.election.enable'],
};
