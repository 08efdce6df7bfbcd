import {
  boolean,
  type ConfigKey,
  double,
  int,
  list,
  long,
  short,
  string,
} from '../../src/base/config/config-key.ts';
import { atLeast, between, eachOf, oneOf, rangeOf } from '../../src/base/config/config-range.ts';
import { DECOMPRESSED_BYTES_MAX } from '../../src/protocol/compression/compression.ts';
import { parsePerIpOverrides } from './ip-overrides.ts';
import { minInsyncReplicasRange, segmentBytesRange } from './topic-ranges.ts';

const NEVER = '9223372036854775807';

/** Levels of gzip, of which -1 is the library's default (6). */
export const gzipLevel = rangeOf(
  '-1, or 1 to 9',
  (level: number) => level === -1 || (level >= 1 && level <= 9),
);

function dynamic<K extends ConfigKey>(key: K): K & { readonly updateMode: 'cluster-wide' } {
  return { ...key, updateMode: 'cluster-wide' };
}

/**
 * Every broker property that Millrace knows, under Kafka's names, with Kafka 4.x's defaults and update modes. What is
 * not `dynamic` is read-only.
 */
export const brokerProperties = {
  'node.id': int(1, 'identity of this broker in its cluster', atLeast(0)),
  'process.roles': list(
    'broker,controller',
    'what this process is; both roles, always',
    eachOf('broker', 'controller'),
  ),
  'cluster.id': string(
    '',
    "the cluster's id, a Millrace property; when empty, the data folder's or a new one",
  ),
  'broker.rack': string(null, 'where this broker stands'),
  listeners: list(
    'PLAINTEXT://127.0.0.1:9092',
    'addresses to listen on, NAME://HOST:PORT; port 0 takes a free one',
  ),
  'advertised.listeners': list(
    '',
    'addresses that clients are told; when empty, the host that the client dialled',
  ),
  'controller.listener.names': list('CONTROLLER', 'listeners for controller traffic'),
  'controller.quorum.voters': list('', 'the controllers, ID@HOST:PORT; when empty, this process alone'),
  'controller.quorum.election.timeout.ms': int(1000, 'time without a leader before an election', atLeast(1)),
  'controller.quorum.fetch.timeout.ms': int(
    2000,
    'time without a fetch before leadership is doubted',
    atLeast(1),
  ),
  'controller.quorum.request.timeout.ms': int(2000, 'time to wait for a controller', atLeast(1)),
  'metadata.log.max.record.bytes.between.snapshots': long(
    20_971_520,
    'bytes of metadata records after which a snapshot is written; one comes sooner when the records behind the last ' +
      'take as much room as it does',
    atLeast(1),
  ),
  'metadata.log.max.snapshot.interval.ms': long(
    3_600_000,
    'time after which a snapshot of the metadata is written when there are new records; 0 for no limit',
    atLeast(0),
  ),
  'log.dirs': list('./data', 'folders that hold the data; the first one is used'),
  'broker.heartbeat.interval.ms': int(2000, 'time between two heartbeats to the controller', atLeast(1)),
  'broker.session.timeout.ms': int(
    9000,
    'time without a heartbeat after which a broker is fenced',
    atLeast(1),
  ),
  'initial.broker.registration.timeout.ms': int(60_000, 'time to register before start-up fails', atLeast(1)),
  'controlled.shutdown.enable': boolean(
    true,
    'whether leadership is handed over before a stop; without it the cluster notices by the session timeout',
  ),

  'auto.create.topics.enable': boolean(true, 'whether asking for a topic creates it'),
  'delete.topic.enable': boolean(true, 'whether topics can be deleted'),
  'num.partitions': int(1, 'partitions of a topic when its creator does not say', atLeast(1)),
  'default.replication.factor': int(1, 'replicas of a topic when its creator does not say', atLeast(1)),
  'min.insync.replicas': dynamic(int(1, 'in-sync replicas that acks=all needs', minInsyncReplicasRange)),
  'unclean.leader.election.enable': dynamic(
    boolean(false, 'whether a replica out of sync may become leader'),
  ),

  'auto.leader.rebalance.enable': boolean(
    true,
    'whether leadership moves back to preferred replicas by itself',
  ),
  'leader.imbalance.check.interval.seconds': long(
    '300',
    'time between checks for partitions that their preferred replica does not lead',
    atLeast(1),
  ),

  'socket.request.max.bytes': int(
    104_857_600,
    'largest request; a connection that sends more is closed',
    atLeast(1),
  ),
  'connections.max.idle.ms': long('600000', 'time after which an unused connection is closed', atLeast(1)),
  'max.connections': int(
    2_147_483_647,
    'connections of clients taken at once; never more than the limit of open files leaves to sockets. The SQL server and ' +
      'the clients of the same process do not count, nor do controllers on their own listener',
    atLeast(0),
  ),
  'max.connections.per.ip': int(2_147_483_647, 'connections taken at once from one address', atLeast(0)),
  'max.connections.per.ip.overrides': list(
    '',
    'limits of single addresses in place of max.connections.per.ip, ADDRESS:COUNT',
    rangeOf('a list of ADDRESS:COUNT', (entries) => !('problem' in parsePerIpOverrides(entries))),
  ),
  'queued.max.requests': int(500, 'pipelined requests of one connection in work at once', atLeast(1)),
  'queued.max.request.bytes': long(
    '268435456',
    'bytes that requests of all connections take until they are answered; beyond, connections with more than 64 KiB of ' +
      'them are not read; -1 sets no limit, which is the default in Kafka',
    rangeOf('-1 or at least 1', (value: number) => value === -1 || value > 0),
  ),
  'millrace.queued.max.response.bytes': long(
    '134217728',
    'bytes of responses that clients of all connections have not taken; beyond, requests with large responses wait; a ' +
      'Millrace property',
    atLeast(1),
  ),
  'millrace.stalled.client.timeout.ms': long(
    '5000',
    'time that a client may take over a request or a response while others wait for the memory of it; a Millrace property',
    atLeast(1),
  ),
  'millrace.request.idle.timeout.ms': long(
    '60000',
    'time of silence before the first request or in the middle of one after which a connection is closed; a Millrace property',
    atLeast(1),
  ),
  'message.max.bytes': dynamic(int(1_048_588, 'largest record batch accepted', atLeast(0))),
  'fetch.max.bytes': int(57_671_680, 'largest fetch response', atLeast(1024)),
  'max.incremental.fetch.session.cache.slots': int(
    1000,
    'fetch sessions that are kept; a fetch beyond them names all its partitions',
    atLeast(0),
  ),
  'max.request.partition.size.limit': int(
    2000,
    'partitions in one DescribeTopicPartitions response',
    atLeast(1),
  ),

  'replica.fetch.max.bytes': int(1_048_576, 'bytes that a follower asks for per partition', atLeast(0)),
  'replica.fetch.min.bytes': int(1, 'bytes that a follower waits for', atLeast(0)),
  'replica.fetch.wait.max.ms': int(500, 'longest wait of a follower fetch', atLeast(0)),
  'replica.fetch.backoff.ms': int(1000, 'wait after a failed follower fetch', atLeast(0)),
  'replica.fetch.response.max.bytes': int(10_485_760, 'bytes that a follower asks for at once', atLeast(0)),
  'replica.lag.time.max.ms': long(
    '30000',
    'time behind after which a follower leaves the in-sync replicas',
    atLeast(1),
  ),
  'replica.socket.timeout.ms': int(30_000, 'time to wait for another broker', atLeast(1)),
  'replica.high.watermark.checkpoint.interval.ms': long(
    '5000',
    'time between high-watermark checkpoints',
    atLeast(1),
  ),

  'log.cleanup.policy': dynamic(
    list('delete', 'delete old segments, compact by key, or both', eachOf('delete', 'compact')),
  ),
  'compression.type': dynamic(
    string(
      'producer',
      'codec that batches are stored in; producer keeps what the producer sent',
      oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
    ),
  ),
  'compression.gzip.level': dynamic(
    int(-1, 'level used when compression.type is gzip; -1 is the library default', gzipLevel),
  ),
  'compression.lz4.level': dynamic(
    int(
      9,
      'level used when compression.type is lz4; 9 is the fast compressor, all others look longer for less',
      between(1, 17),
    ),
  ),
  'compression.zstd.level': dynamic(
    int(3, 'level used when compression.type is zstd', between(-131_072, 22)),
  ),
  'log.cleaner.enable': boolean(true, 'whether logs whose policy says so are compacted'),
  'log.cleaner.threads': dynamic(
    int(1, 'logs that are compacted at a time, each by a thread of its own', atLeast(0)),
  ),
  'log.cleaner.dedupe.buffer.size': dynamic(
    long(
      '134217728',
      'bytes that the keys of all logs that are just compacted may take, 24 for each; it is taken as it is needed',
      atLeast(1),
    ),
  ),
  'log.cleaner.io.buffer.size': dynamic(
    int(524_288, 'bytes that the threads of the cleaner read and write at a time, together', atLeast(1)),
  ),
  'log.cleaner.io.buffer.load.factor': dynamic(
    double(
      0.9,
      'share of the memory for keys that is filled; the fuller, the more are compacted at once, and the slower',
      rangeOf('more than 0, less than 1', (value: number) => value > 0 && value < 1),
    ),
  ),
  'log.cleaner.io.max.bytes.per.second': dynamic(
    double(
      Number.MAX_VALUE,
      'bytes that the cleaner reads and writes in a second at most, all threads together',
      rangeOf('more than 0', (value: number) => value > 0),
    ),
  ),
  'log.cleaner.backoff.ms': dynamic(
    long('15000', 'time to wait where no log is to be compacted', atLeast(0)),
  ),
  'log.cleaner.delete.retention.ms': dynamic(long('86400000', 'how long tombstones are kept', atLeast(0))),
  'log.segment.delete.delay.ms': dynamic(
    long('60000', 'how long a deleted segment stays on disk', atLeast(0)),
  ),
  'log.flush.interval.messages': dynamic(
    long(NEVER, 'records after which a log is forced to disk', atLeast(1)),
  ),
  'log.flush.interval.ms': dynamic(long(null, 'time after which a log is forced to disk', atLeast(0))),
  'log.flush.scheduler.interval.ms': long(
    NEVER,
    'time between checks for logs whose flush.ms is over, and the flush.ms of topics for which nothing else says one; ' +
      'where this is not set, there is a check every second (in Kafka never)',
    atLeast(1),
  ),
  'log.flush.offset.checkpoint.interval.ms': int(
    60_000,
    'time between recovery-point checkpoints',
    atLeast(0),
  ),
  'log.flush.start.offset.checkpoint.interval.ms': int(
    60_000,
    'time between log-start checkpoints',
    atLeast(0),
  ),
  'log.index.interval.bytes': dynamic(int(4096, 'bytes of log between two index entries', atLeast(0))),
  'log.index.size.max.bytes': dynamic(int(10_485_760, 'size of a segment index', atLeast(4))),
  'log.cleaner.max.compaction.lag.ms': dynamic(
    long(NEVER, 'longest time that a record stays uncompacted', atLeast(1)),
  ),
  'log.cleaner.min.compaction.lag.ms': dynamic(
    long('0', 'shortest time that a record stays uncompacted', atLeast(0)),
  ),
  'log.cleaner.min.cleanable.ratio': dynamic(
    double(0.5, 'share of uncompacted log that starts a compaction', between(0, 1)),
  ),
  'log.message.timestamp.after.max.ms': dynamic(
    long('3600000', 'how far a timestamp may lie in the future', atLeast(0)),
  ),
  'log.message.timestamp.before.max.ms': dynamic(
    long(NEVER, 'how far a timestamp may lie in the past', atLeast(0)),
  ),
  'log.message.timestamp.type': dynamic(
    string('CreateTime', 'whose clock stamps records', oneOf('CreateTime', 'LogAppendTime')),
  ),
  'log.record.validation.enable': boolean(
    true,
    'whether the records of producers are looked at before they are appended, decompressed where they are compressed, ' +
      'as Kafka does; false trusts producers and stores what they send (not part of Kafka)',
  ),
  'millrace.decompressed.batch.max.bytes': long(
    String(DECOMPRESSED_BYTES_MAX),
    'bytes that the records of a compressed batch may have; a larger batch is refused with MESSAGE_TOO_LARGE, because a ' +
      'few bytes can stand for more than a broker could ever look at. They are looked at piece by piece, and never in ' +
      'memory together (Kafka has no limit)',
    atLeast(1),
  ),
  'log.preallocate': dynamic(boolean(false, 'whether segment files are preallocated')),
  'log.retention.bytes': dynamic(long('-1', 'bytes kept per partition; -1 is no limit', atLeast(-1))),
  'log.retention.ms': dynamic(long(null, 'time that records are kept; -1 is for ever', atLeast(-1))),
  'log.retention.minutes': int(null, 'as log.retention.ms, in minutes', atLeast(-1)),
  'log.retention.hours': int(168, 'as log.retention.ms, in hours', atLeast(-1)),
  'log.local.retention.bytes': dynamic(long('-2', 'bytes kept locally with tiered storage', atLeast(-2))),
  'log.local.retention.ms': dynamic(long('-2', 'time kept locally with tiered storage', atLeast(-2))),
  'log.retention.check.interval.ms': long('300000', 'time between retention checks', atLeast(1)),
  'log.roll.ms': dynamic(long(null, 'time after which a segment is rolled', atLeast(1))),
  'log.roll.hours': int(168, 'as log.roll.ms, in hours', atLeast(1)),
  'log.roll.jitter.ms': dynamic(long(null, 'random time by which a roll comes earlier', atLeast(0))),
  'log.roll.jitter.hours': int(0, 'as log.roll.jitter.ms, in hours', atLeast(0)),
  'log.segment.bytes': dynamic(int(1_073_741_824, 'size of a segment file', atLeast(14))),

  'group.initial.rebalance.delay.ms': int(
    3000,
    'wait for more members before the first rebalance',
    atLeast(0),
  ),
  'group.min.session.timeout.ms': int(6000, 'shortest session that a member may ask for', atLeast(1)),
  'group.max.session.timeout.ms': int(1_800_000, 'longest session that a member may ask for', atLeast(1)),
  'group.max.size': int(2_147_483_647, 'most members of a group', atLeast(1)),
  'offset.metadata.max.bytes': int(4096, 'largest metadata of a committed offset', atLeast(0)),
  'offsets.retention.minutes': int(10_080, 'time that offsets of an empty group are kept', atLeast(1)),
  'offsets.retention.check.interval.ms': long(
    '600000',
    'time between checks for expired offsets',
    atLeast(1),
  ),
  'offsets.commit.timeout.ms': int(5000, 'time that an offset commit may take', atLeast(1)),
  'offsets.load.skip.damage': boolean(
    false,
    'serve the groups of a partition of __consumer_offsets that is damaged, without what is lost; a Millrace property',
  ),
  'offsets.topic.num.partitions': int(50, 'partitions of __consumer_offsets', atLeast(1)),
  'offsets.topic.replication.factor': short(
    3,
    'replicas of __consumer_offsets, at most one per broker',
    atLeast(1),
  ),
  'offsets.topic.segment.bytes': int(104_857_600, 'segment size of __consumer_offsets', segmentBytesRange),
  'transaction.state.log.num.partitions': int(50, 'partitions of __transaction_state', atLeast(1)),
  'transaction.state.log.replication.factor': short(
    3,
    'replicas of __transaction_state, at most one per broker',
    atLeast(1),
  ),
  'transaction.state.log.min.isr': int(
    2,
    'min.insync.replicas of __transaction_state, at most its replicas',
    minInsyncReplicasRange,
  ),
  'transaction.state.log.segment.bytes': int(
    104_857_600,
    'size of a segment file of __transaction_state',
    segmentBytesRange,
  ),
  'transaction.state.log.load.buffer.size': int(
    5_242_880,
    'no effect: a partition of __transaction_state is read by 1 MiB',
    atLeast(1),
  ),
  'transaction.state.log.load.skip.damage': boolean(
    false,
    'serve the transactional ids of a partition of __transaction_state that is damaged, without what is lost; a Millrace ' +
      'property',
  ),
  'transaction.max.timeout.ms': int(900_000, 'longest transaction that a producer may ask for', atLeast(1)),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': int(
    10_000,
    'time between checks for transactions whose time is up',
    atLeast(1),
  ),
  'transaction.remove.expired.transaction.cleanup.interval.ms': int(
    3_600_000,
    'time between checks for transactional ids that nobody uses any more',
    atLeast(1),
  ),
  'transactional.id.expiration.ms': int(
    604_800_000,
    'time without a transaction after which a transactional id is forgotten',
    atLeast(1),
  ),
  'transaction.partition.verification.enable': dynamic(
    boolean(
      true,
      'whether the coordinator is asked before the first batch of a transaction is appended (KIP-890)',
    ),
  ),
  'add.partitions.to.txn.retry.backoff.ms': int(
    20,
    'time between attempts to add a partition to a transaction while the one before is being ended',
    atLeast(1),
  ),
  'add.partitions.to.txn.retry.backoff.max.ms': int(
    100,
    'time after which the producer is told to try again itself',
    atLeast(0),
  ),
  'transaction.two.phase.commit.enable': {
    ...boolean(false, 'two-phase commit by an outside coordinator (KIP-939), which is not there'),
    range: rangeOf('false', (isEnabled: boolean) => !isEnabled),
  },
  'producer.id.expiration.ms': dynamic(
    int(
      86_400_000,
      'time after which an idle idempotent producer is forgotten: a batch that it sends again later is appended again',
      atLeast(1),
    ),
  ),
} as const satisfies Record<string, ConfigKey>;

export type BrokerPropertyName = keyof typeof brokerProperties;
