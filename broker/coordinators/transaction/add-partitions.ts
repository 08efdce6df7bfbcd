import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { answer, type Decision, type RuleContext, type TransactionSituation } from './decision.ts';
import type { ProducerIdentity } from './init-producer-id.ts';
import { includesAll, type Topics, union } from './topics.ts';
import { changed, isPrepared, type TransactionMetadata } from './transaction-metadata.ts';

export interface AddPartitionsRequest extends ProducerIdentity {
  readonly topics: Topics;
  /** The `transaction.version` that the request speaks for: 2 where a leader adds a partition on a batch's behalf, else 0. */
  readonly clientVersion: number;
}

/** AddPartitionsToTxn, AddOffsetsToTxn: partitions join the transaction, which the first one begins. */
export function decideAddPartitions(
  { metadata, isBusy }: TransactionSituation,
  { producerId, producerEpoch, topics, clientVersion }: AddPartitionsRequest,
  { nowMs }: RuleContext,
): Decision {
  // Before all else: while the last transaction of a producer id ends, its producer has the next id already.
  if (isBusy) return answer(ErrorCode.CONCURRENT_TRANSACTIONS);
  if (metadata.producerId !== producerId) return answer(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  if (metadata.producerEpoch !== producerEpoch) return answer(ErrorCode.PRODUCER_FENCED);
  if (isPrepared(metadata)) return answer(ErrorCode.CONCURRENT_TRANSACTIONS);
  const isOngoing = metadata.state === 'Ongoing';
  if (isOngoing && includesAll(metadata.topics, topics)) return answer(ErrorCode.NONE);
  const next = changed(metadata, {
    state: 'Ongoing',
    topics: union(metadata.topics, topics),
    startTimestampMs: isOngoing ? metadata.startTimestampMs : nowMs,
    lastUpdateTimestampMs: nowMs,
    clientTransactionVersion: clientVersion,
  });
  return { kind: 'write', next, errorCode: ErrorCode.NONE };
}

/**
 * AddPartitionsToTxn that only verifies (KIP-890): NONE where the producer is in a transaction, of which the caller then looks
 * up the partitions in `metadata.topics`; the others get TRANSACTION_ABORTABLE. That a change is under way does not matter: the
 * leader that asks appends only if no marker has come meanwhile.
 */
export function verificationError(
  metadata: TransactionMetadata,
  { producerId, producerEpoch }: ProducerIdentity,
): ErrorCode {
  if (metadata.producerId !== producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
  if (metadata.producerEpoch !== producerEpoch) return ErrorCode.PRODUCER_FENCED;
  return isPrepared(metadata) ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.NONE;
}
