/** Why a record is not taken. */
import { messageOf, OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import type { TopicMetadata } from '../cluster/metadata-cache.ts';
import type { ProducerSettings } from '../config/settings.ts';
import { kafkaError } from '../kafka-error.ts';
import type { ProducerRecord } from '../types.ts';

/** Codes by which single records are refused for what is in them, by a broker or (`RECORD_TOO_LARGE`) before they are sent. */
const RECORD_CODES: ReadonlySet<string> = new Set([
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'MESSAGE_TOO_LARGE',
  'RECORD_TOO_LARGE',
]);

/** Whether a record was refused for what is in it, and nothing was written. */
export function isRefusedRecord(error: unknown): boolean {
  return error instanceof OperationalError && !error.retriable && RECORD_CODES.has(error.code);
}

/** A refusal after which nobody knows what was written: the transaction cannot do without the record, and is to be done again. */
export function refusedInDoubt(cause: Error): OperationalError {
  const code = cause instanceof OperationalError ? cause.code : 'UNDELIVERED';
  return new OperationalError(code, `${cause.message}, while other records of its transaction are in doubt`, {
    retriable: true,
    cause,
  });
}

export function partitionerFailed(error: unknown): OperationalError {
  return new OperationalError('PARTITIONER_FAILED', `the partitioner threw: ${messageOf(error)}`, {
    retriable: false,
    cause: error,
  });
}

export function tooLarge(record: ProducerRecord, sizeMax: number, limit: number): OperationalError {
  return new OperationalError(
    'RECORD_TOO_LARGE',
    `a record for ${record.topic} takes up to ${sizeMax} bytes, more than max.request.size (${limit})`,
    { retriable: false },
  );
}

export function unknownPartition(topic: string, partition: number, count: number): OperationalError {
  return new OperationalError(
    'UNKNOWN_PARTITION',
    `${topic} has no partition ${partition}: its ${count} partitions are numbered from 0`,
    { retriable: false },
  );
}

export function missingTopic(
  name: string,
  partition: number | undefined,
  metadata: TopicMetadata | undefined,
  { blockMsMax }: ProducerSettings,
): OperationalError {
  if (metadata !== undefined && metadata.partitions.length > 0) {
    return unknownPartition(name, partition ?? -1, metadata.partitions.length);
  }
  if (metadata === undefined) {
    return new OperationalError(
      'TIMED_OUT',
      `no metadata of topic ${name} within max.block.ms (${blockMsMax} ms)`,
      {
        retriable: true,
      },
    );
  }
  return kafkaError(metadata.errorCode || ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `topic ${name}`);
}
