import type { ConsumerOptions } from '../types.ts';
import { commonConfig } from './common-config.ts';
import type { ConfigDefinition } from './definition.ts';

/** The consumer's keys; defaults are those of Kafka 4.x's Java consumer. */
export const consumerConfig = {
  ...commonConfig,
  clientId: { ...commonConfig.clientId, defaultValue: 'millrace-consumer' },
  groupId: {
    name: 'group.id',
    type: 'string',
    doc: 'The consumer group; needed to subscribe and to commit offsets.',
  },
  groupInstanceId: {
    name: 'group.instance.id',
    type: 'string',
    defaultValue: null,
    doc: 'Name of a static member, which keeps its partitions over a restart within the session timeout.',
  },
  assignors: {
    name: 'partition.assignment.strategy',
    type: 'list',
    defaultValue: ['range', 'cooperative-sticky'],
    aliases: {
      'org.apache.kafka.clients.consumer.RangeAssignor': 'range',
      'org.apache.kafka.clients.consumer.RoundRobinAssignor': 'roundrobin',
      'org.apache.kafka.clients.consumer.StickyAssignor': 'sticky',
      'org.apache.kafka.clients.consumer.CooperativeStickyAssignor': 'cooperative-sticky',
    },
    doc: 'How the partitions are shared out in a group, in order of preference: range, roundrobin, sticky, cooperative-sticky.',
  },
  autoOffsetReset: {
    name: 'auto.offset.reset',
    type: 'string',
    defaultValue: 'latest',
    values: ['earliest', 'latest', 'none'],
    doc: 'Where to begin without a committed offset, or when the offset is gone: earliest, latest, or none to fail.',
  },
  isolationLevel: {
    name: 'isolation.level',
    type: 'string',
    defaultValue: 'read_uncommitted',
    values: ['read_uncommitted', 'read_committed'],
    doc: 'Whether records of open and aborted transactions are read.',
  },
  fetchBytesMin: {
    name: 'fetch.min.bytes',
    type: 'int',
    defaultValue: 1,
    min: 0,
    doc: 'Bytes that the broker waits for before it answers a fetch.',
  },
  fetchBytesMax: {
    name: 'fetch.max.bytes',
    type: 'int',
    defaultValue: 52_428_800,
    min: 0,
    doc: 'Bytes of one fetch answer, apart from a first batch that is larger.',
  },
  fetchWaitMsMax: {
    name: 'fetch.max.wait.ms',
    type: 'int',
    defaultValue: 500,
    min: 0,
    doc: 'How long the broker waits for fetch.min.bytes.',
  },
  partitionFetchBytesMax: {
    name: 'max.partition.fetch.bytes',
    type: 'int',
    defaultValue: 1_048_576,
    min: 0,
    doc: 'Bytes of one partition in one fetch answer, apart from a first batch that is larger.',
  },
  pollRecordsMax: {
    name: 'max.poll.records',
    type: 'int',
    defaultValue: 500,
    min: 1,
    doc: 'Records that one poll answers at most.',
  },
  pollIntervalMsMax: {
    name: 'max.poll.interval.ms',
    type: 'int',
    defaultValue: 300_000,
    min: 1,
    doc: 'Time between polls after which the member leaves its group.',
  },
  sessionTimeoutMs: {
    name: 'session.timeout.ms',
    type: 'int',
    defaultValue: 45_000,
    min: 1,
    doc: 'Time without a heartbeat after which the broker removes the member from its group.',
  },
  heartbeatIntervalMs: {
    name: 'heartbeat.interval.ms',
    type: 'int',
    defaultValue: 3_000,
    min: 1,
    doc: 'Time between heartbeats; at most a third of the session timeout is usual.',
  },
  autoCommit: {
    name: 'enable.auto.commit',
    type: 'boolean',
    defaultValue: true,
    doc: 'Commits the positions in the background.',
  },
  autoCommitIntervalMs: {
    name: 'auto.commit.interval.ms',
    type: 'int',
    defaultValue: 5_000,
    min: 0,
    doc: 'Time between two commits in the background.',
  },
  checkCrcs: {
    name: 'check.crcs',
    type: 'boolean',
    defaultValue: true,
    doc: 'Verifies the checksum of each batch.',
  },
  allowAutoTopicCreation: {
    name: 'allow.auto.create.topics',
    type: 'boolean',
    defaultValue: true,
    doc: 'Lets the broker create a missing topic that is subscribed to, if the broker allows it too.',
  },
  excludeInternalTopics: {
    name: 'exclude.internal.topics',
    type: 'boolean',
    defaultValue: true,
    doc: 'Hides internal topics from pattern subscriptions.',
  },
  clientRack: {
    name: 'client.rack',
    type: 'string',
    defaultValue: '',
    doc: 'Rack of this client, for fetching from the nearest replica.',
  },
  defaultApiTimeoutMs: {
    name: 'default.api.timeout.ms',
    type: 'int',
    defaultValue: 60_000,
    min: 0,
    doc: 'Time limit of calls that have none of their own, retries included.',
  },
} as const satisfies Record<
  Exclude<keyof ConsumerOptions, 'environment' | 'autoOffsetResetOf'>,
  ConfigDefinition
>;
