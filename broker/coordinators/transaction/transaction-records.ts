import { BytesReader } from '../../../src/base/bytes-reader.ts';
import { ProtocolError } from '../../../src/base/protocol-error.ts';
import { decodeStruct, decodeVersioned, encodeVersioned } from '../../../src/protocol/codec.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import {
  transactionLogKey,
  transactionLogValue,
} from '../../../src/protocol/records-schemas/transaction-coordinator/00-transaction-log.ts';
import { type CoordinatorRecord, recordKey } from '../coordinator-log.ts';
import { NO_TOPICS, type Topics, topicsOf } from './topics.ts';
import { NO_PRODUCER_EPOCH, TRANSACTION_STATES, type TransactionMetadata } from './transaction-metadata.ts';

/** From this `transaction.version` on values have tagged fields, which earlier brokers cannot read. */
const TAGGED_VERSION = 1;

/**
 * The record of a transactional id's state.
 * @param transactionVersion that the cluster has finalized.
 */
export function transactionRecord(
  metadata: TransactionMetadata,
  transactionVersion: number,
): CoordinatorRecord {
  const isTagged = transactionVersion >= TAGGED_VERSION;
  const value = encodeVersioned(transactionLogValue, isTagged ? 1 : 0, {
    producerId: metadata.producerId,
    producerEpoch: metadata.producerEpoch,
    transactionTimeoutMs: metadata.timeoutMs,
    transactionStatus: TRANSACTION_STATES.indexOf(metadata.state),
    transactionPartitions: metadata.state === 'Empty' ? null : partitionsOf(metadata.topics),
    transactionLastUpdateTimestampMs: metadata.lastUpdateTimestampMs,
    transactionStartTimestampMs: metadata.startTimestampMs,
    ...(isTagged
      ? {
          previousProducerId: metadata.previousProducerId,
          nextProducerId: metadata.nextProducerId,
          clientTransactionVersion: metadata.clientTransactionVersion,
        }
      : {}),
  });
  return { key: recordKey(transactionLogKey, { transactionalId: metadata.transactionalId }), value };
}

/** Removes a transactional id. */
export function transactionTombstone(transactionalId: string): CoordinatorRecord {
  return { key: recordKey(transactionLogKey, { transactionalId }), value: null };
}

/**
 * Reads a record of the log.
 * @returns undefined for keys of other kinds, which are kept for those who know them.
 * @throws {ProtocolError} for bytes that are not what their key says.
 */
export function parseTransactionRecord(
  key: Buffer,
  value: Buffer | null,
): { readonly transactionalId: string; readonly metadata: TransactionMetadata | null } | undefined {
  if (new BytesReader(key).int16() !== transactionLogKey.key) return undefined;
  const { transactionalId } = decodeStruct(transactionLogKey, 0, key.subarray(2));
  if (value === null) return { transactionalId, metadata: null };
  const decoded = decodeVersioned(transactionLogValue, value);
  const state = TRANSACTION_STATES[decoded.transactionStatus];
  if (state === undefined || state === 'Dead' || state === 'PrepareEpochFence') {
    throw new ProtocolError(
      ErrorCode.CORRUPT_MESSAGE,
      `the transactional id "${transactionalId}" is in a state that is none: ${decoded.transactionStatus}`,
    );
  }
  return {
    transactionalId,
    metadata: {
      transactionalId,
      producerId: decoded.producerId,
      previousProducerId: decoded.previousProducerId,
      nextProducerId: decoded.nextProducerId,
      producerEpoch: decoded.producerEpoch,
      lastProducerEpoch: NO_PRODUCER_EPOCH,
      timeoutMs: decoded.transactionTimeoutMs,
      state,
      topics: readTopics(decoded.transactionPartitions),
      startTimestampMs: decoded.transactionStartTimestampMs,
      lastUpdateTimestampMs: decoded.transactionLastUpdateTimestampMs,
      clientTransactionVersion: decoded.clientTransactionVersion,
    },
  };
}

function partitionsOf(topics: Topics): { topic: string; partitionIds: number[] }[] {
  return [...topics].map(([topic, partitions]) => ({ topic, partitionIds: [...partitions] }));
}

function readTopics(
  partitions: readonly { readonly topic: string; readonly partitionIds: readonly number[] }[] | null,
): Topics {
  if (partitions === null) return NO_TOPICS;
  return topicsOf(partitions.map(({ topic, partitionIds }) => ({ name: topic, partitions: partitionIds })));
}
