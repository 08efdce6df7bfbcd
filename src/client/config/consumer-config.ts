import { boolean, int, list, type OptionKey, option, string } from '../../base/config/config-key.ts';
import { atLeast, eachOf, oneOf, withAliases } from '../../base/config/config-range.ts';
import { DECOMPRESSED_BYTES_MAX } from '../../protocol/compression/compression.ts';
import type { ConsumerOptions } from '../types.ts';
import { commonConfig } from './common-config.ts';

/** The consumer's keys; defaults are those of Kafka 4.x's Java consumer. */
export const consumerConfig = {
  ...commonConfig,
  clientId: { ...commonConfig.clientId, default: 'millrace-consumer' },
  groupId: option('group.id', string(null, 'The consumer group; needed to subscribe and to commit offsets.')),
  groupInstanceId: option(
    'group.instance.id',
    string(
      null,
      'Name of a static member, which keeps its partitions over a restart within the session timeout.',
    ),
  ),
  assignors: option(
    'partition.assignment.strategy',
    list(
      'range,cooperative-sticky',
      'How the partitions are shared out in a group, in order of preference: range, roundrobin, sticky, cooperative-sticky.',
      withAliases(eachOf('range', 'roundrobin', 'sticky', 'cooperative-sticky'), {
        'org.apache.kafka.clients.consumer.RangeAssignor': 'range',
        'org.apache.kafka.clients.consumer.RoundRobinAssignor': 'roundrobin',
        'org.apache.kafka.clients.consumer.StickyAssignor': 'sticky',
        'org.apache.kafka.clients.consumer.CooperativeStickyAssignor': 'cooperative-sticky',
      }),
    ),
  ),
  autoOffsetReset: option(
    'auto.offset.reset',
    string(
      'latest',
      'Where to begin without a committed offset, or when the offset is gone: earliest, latest, or none to fail.',
      oneOf('earliest', 'latest', 'none'),
    ),
  ),
  isolationLevel: option(
    'isolation.level',
    string(
      'read_uncommitted',
      'Whether records of open and aborted transactions are read.',
      oneOf('read_uncommitted', 'read_committed'),
    ),
  ),
  fetchBytesMin: option(
    'fetch.min.bytes',
    int(1, 'Bytes that the broker waits for before it answers a fetch.', atLeast(0)),
  ),
  fetchBytesMax: option(
    'fetch.max.bytes',
    int(52_428_800, 'Bytes of one fetch answer, apart from a first batch that is larger.', atLeast(0)),
  ),
  fetchWaitMsMax: option(
    'fetch.max.wait.ms',
    int(500, 'How long the broker waits for fetch.min.bytes.', atLeast(0)),
  ),
  partitionFetchBytesMax: option(
    'max.partition.fetch.bytes',
    int(
      1_048_576,
      'Bytes of one partition in one fetch answer, apart from a first batch that is larger.',
      atLeast(0),
    ),
  ),
  pollRecordsMax: option('max.poll.records', int(500, 'Records that one poll answers at most.', atLeast(1))),
  pollIntervalMsMax: option(
    'max.poll.interval.ms',
    int(300_000, 'Time between polls after which the member leaves its group.', atLeast(1)),
  ),
  sessionTimeoutMs: option(
    'session.timeout.ms',
    int(
      45_000,
      'Time without a heartbeat after which the broker removes the member from its group.',
      atLeast(1),
    ),
  ),
  heartbeatIntervalMs: option(
    'heartbeat.interval.ms',
    int(3_000, 'Time between heartbeats; at most a third of the session timeout is usual.', atLeast(1)),
  ),
  autoCommit: option('enable.auto.commit', boolean(true, 'Commits the positions in the background.')),
  autoCommitIntervalMs: option(
    'auto.commit.interval.ms',
    int(5_000, 'Time between two commits in the background.', atLeast(0)),
  ),
  checkCrcs: option('check.crcs', boolean(true, 'Verifies the checksum of each batch.')),
  decompressedBatchBytesMax: option(
    'millrace.decompressed.batch.max.bytes',
    int(
      DECOMPRESSED_BYTES_MAX,
      'Bytes that one compressed batch may become in memory; a larger one cannot be read (Kafka has no limit).',
      atLeast(1),
    ),
  ),
  allowAutoTopicCreation: option(
    'allow.auto.create.topics',
    boolean(
      true,
      'Lets the broker create a missing topic that is subscribed to, if the broker allows it too.',
    ),
  ),
  excludeInternalTopics: option(
    'exclude.internal.topics',
    boolean(true, 'Hides internal topics from pattern subscriptions.'),
  ),
  clientRack: option(
    'client.rack',
    string('', 'Rack of this client, for fetching from the nearest replica.'),
  ),
  defaultApiTimeoutMs: option(
    'default.api.timeout.ms',
    int(60_000, 'Time limit of calls that have none of their own, retries included.', atLeast(0)),
  ),
} as const satisfies Record<Exclude<keyof ConsumerOptions, 'environment' | 'autoOffsetResetOf'>, OptionKey>;
