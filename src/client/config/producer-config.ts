import { boolean, int, long, type OptionKey, option, string } from '../../base/config/config-key.ts';
import { atLeast, oneOf, withAliases } from '../../base/config/config-range.ts';
import type { ProducerOptions } from '../types.ts';
import { commonConfig } from './common-config.ts';

/** The producer's keys; defaults are those of Kafka 4.x's Java producer. */
export const producerConfig = {
  ...commonConfig,
  clientId: { ...commonConfig.clientId, default: 'millrace-producer' },
  acks: option(
    'acks',
    string(
      'all',
      'Whose acknowledgement ends a send: nobody (0), the leader (1), all in-sync replicas (all).',
      withAliases(oneOf(0, 1, 'all'), { '0': 0, '1': 1, '-1': 'all' }),
    ),
  ),
  lingerMs: option(
    'linger.ms',
    long(5, 'How long a batch waits for more records before it is sent.', atLeast(0)),
  ),
  batchBytesMax: option(
    'batch.size',
    int(16_384, 'A batch is sent when it has this many bytes, counted before compression.', atLeast(0)),
  ),
  bufferBytesMax: option(
    'buffer.memory',
    long(
      33_554_432,
      'Bytes of records that may wait to be sent before the producer asks its user to pause.',
      atLeast(1),
    ),
  ),
  requestBytesMax: option(
    'max.request.size',
    int(1_048_576, 'Largest produce request, and largest record (before compression).', atLeast(1)),
  ),
  compression: option(
    'compression.type',
    string('none', 'Codec of the batches.', oneOf('none', 'gzip', 'snappy', 'lz4', 'zstd')),
  ),
  idempotent: option(
    'enable.idempotence',
    boolean(
      true,
      'Writes each record exactly once and in order through retries; needs acks=all and at most 5 requests in flight.',
    ),
  ),
  transactionalId: option(
    'transactional.id',
    string(
      null,
      'Names a transactional producer over its restarts; of the producers of one name only the last works.',
    ),
  ),
  transactionTimeoutMs: option(
    'transaction.timeout.ms',
    int(
      60_000,
      'Time after which the coordinator aborts an open transaction; at most transaction.max.timeout.ms of the broker.',
      atLeast(1),
    ),
  ),
  inFlightMax: option(
    'max.in.flight.requests.per.connection',
    int(5, 'Produce requests that may be unanswered per broker.', atLeast(1)),
  ),
  retriesMax: option(
    'retries',
    int(2_147_483_647, 'Attempts after the first; normally delivery.timeout.ms ends retrying.', atLeast(0)),
  ),
  deliveryTimeoutMs: option(
    'delivery.timeout.ms',
    int(120_000, 'Time from send to acknowledgement or failure, lingering and retries included.', atLeast(0)),
  ),
  metadataIdleMsMax: option(
    'metadata.max.idle.ms',
    long(
      300_000,
      'A topic that nothing was sent to for so long is no longer asked for when metadata is fetched.',
      atLeast(1),
    ),
  ),
  blockMsMax: option(
    'max.block.ms',
    long(
      60_000,
      "How long a send waits for its topic's metadata, sendAndWait for buffer space, a call about a transaction for the cluster.",
      atLeast(0),
    ),
  ),
} as const satisfies Record<
  Exclude<keyof ProducerOptions, 'environment' | 'partitioner' | 'mayCreateTopic'>,
  OptionKey
>;
