import type { ProducerOptions } from '../types.ts';
import { commonConfig } from './common-config.ts';
import type { ConfigDefinition } from './definition.ts';

/** The producer's keys; defaults are those of Kafka 4.x's Java producer. */
export const producerConfig = {
  ...commonConfig,
  clientId: { ...commonConfig.clientId, defaultValue: 'millrace-producer' },
  acks: {
    name: 'acks',
    type: 'string',
    defaultValue: 'all',
    values: [0, 1, 'all'],
    aliases: { '0': 0, '1': 1, '-1': 'all' },
    doc: 'Whose acknowledgement ends a send: nobody (0), the leader (1), all in-sync replicas (all).',
  },
  lingerMs: {
    name: 'linger.ms',
    type: 'long',
    defaultValue: 5,
    min: 0,
    doc: 'How long a batch waits for more records before it is sent.',
  },
  batchBytesMax: {
    name: 'batch.size',
    type: 'int',
    defaultValue: 16_384,
    min: 0,
    doc: 'A batch is sent when it has this many bytes, counted before compression.',
  },
  bufferBytesMax: {
    name: 'buffer.memory',
    type: 'long',
    defaultValue: 33_554_432,
    min: 1,
    doc: 'Bytes of records that may wait to be sent before the producer asks its user to pause.',
  },
  requestBytesMax: {
    name: 'max.request.size',
    type: 'int',
    defaultValue: 1_048_576,
    min: 1,
    doc: 'Largest produce request, and largest record (before compression).',
  },
  compression: {
    name: 'compression.type',
    type: 'string',
    defaultValue: 'none',
    values: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
    doc: 'Codec of the batches.',
  },
  idempotent: {
    name: 'enable.idempotence',
    type: 'boolean',
    defaultValue: true,
    doc: 'Writes each record exactly once and in order through retries; needs acks=all and at most 5 requests in flight.',
  },
  transactionalId: {
    name: 'transactional.id',
    type: 'string',
    defaultValue: null,
    doc: 'Names a transactional producer over its restarts.',
  },
  inFlightMax: {
    name: 'max.in.flight.requests.per.connection',
    type: 'int',
    defaultValue: 5,
    min: 1,
    doc: 'Produce requests that may be unanswered per broker.',
  },
  retriesMax: {
    name: 'retries',
    type: 'int',
    defaultValue: 2_147_483_647,
    min: 0,
    doc: 'Attempts after the first; normally delivery.timeout.ms ends retrying.',
  },
  deliveryTimeoutMs: {
    name: 'delivery.timeout.ms',
    type: 'int',
    defaultValue: 120_000,
    min: 0,
    doc: 'Time from send to acknowledgement or failure, lingering and retries included.',
  },
  blockMsMax: {
    name: 'max.block.ms',
    type: 'long',
    defaultValue: 60_000,
    min: 0,
    doc: "How long a send waits for its topic's metadata, and sendAndWait for buffer space.",
  },
} as const satisfies Record<Exclude<keyof ProducerOptions, 'environment' | 'partitioner'>, ConfigDefinition>;
