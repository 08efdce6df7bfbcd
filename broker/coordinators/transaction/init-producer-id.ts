import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { answer, type Decision, type RuleContext, type TransactionSituation } from './decision.ts';
import { fence } from './end-transaction.ts';
import { NO_TOPICS } from './topics.ts';
import {
  changed,
  isExhausted,
  neverWritten,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_TIMESTAMP,
  type TransactionMetadata,
} from './transaction-metadata.ts';

/** A producer id with its epoch. */
export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface InitProducerIdRequest {
  readonly timeoutMs: number;
  /** Who the producer has been so far, where it goes on after an error (KIP-360). */
  readonly expected: ProducerIdentity | undefined;
}

/** A transactional id that nobody has used yet; its first producer gets epoch 0. */
export function newTransaction(
  transactionalId: string,
  { producerId, timeoutMs, nowMs }: { producerId: number; timeoutMs: number; nowMs: number },
): TransactionMetadata {
  return {
    transactionalId,
    producerId,
    previousProducerId: NO_PRODUCER_ID,
    nextProducerId: NO_PRODUCER_ID,
    producerEpoch: NO_PRODUCER_EPOCH,
    lastProducerEpoch: NO_PRODUCER_EPOCH,
    timeoutMs,
    state: 'Empty',
    topics: NO_TOPICS,
    startTimestampMs: NO_TIMESTAMP,
    lastUpdateTimestampMs: nowMs,
    clientTransactionVersion: 0,
  };
}

/**
 * InitProducerId: the producer gets the next epoch, which fences all earlier ones of its transactional id.
 *
 * An open transaction is aborted first: the answer is CONCURRENT_TRANSACTIONS until that has happened, so that the producer
 * comes again for an epoch of its own.
 */
export function decideInitProducerId(
  { metadata, isBusy }: TransactionSituation,
  request: InitProducerIdRequest,
  context: RuleContext,
): Decision {
  if (isBusy) return answer(ErrorCode.CONCURRENT_TRANSACTIONS);
  if (request.expected !== undefined && !mayBe(metadata, request.expected)) {
    return answer(ErrorCode.PRODUCER_FENCED);
  }
  const { state } = metadata;
  switch (state) {
    case 'PrepareCommit':
    case 'PrepareAbort':
      return answer(ErrorCode.CONCURRENT_TRANSACTIONS);
    case 'Ongoing':
      return { kind: 'write', next: fence(metadata, context), errorCode: ErrorCode.CONCURRENT_TRANSACTIONS };
    case 'Empty':
    case 'CompleteCommit':
    case 'CompleteAbort':
      return decideNextEpoch(metadata, request, context);
    case 'Dead':
    case 'PrepareEpochFence':
      return neverWritten(state);
  }
}

/** Whether a producer that says who it is may be the one that is known; its epoch is looked at later. */
function mayBe(metadata: TransactionMetadata, { producerId, producerEpoch }: ProducerIdentity): boolean {
  return (
    // A transactional id that has only now been made, or was forgotten: whoever comes is its first producer.
    metadata.producerEpoch === NO_PRODUCER_EPOCH ||
    producerId === metadata.producerId ||
    // A retry of the request that has used up the epochs of the earlier producer id.
    (producerId === metadata.previousProducerId && isExhausted(producerEpoch))
  );
}

function decideNextEpoch(
  metadata: TransactionMetadata,
  { timeoutMs, expected }: InitProducerIdRequest,
  { nowMs, newProducerId }: RuleContext,
): Decision {
  const { producerEpoch, lastProducerEpoch } = metadata;
  const write = (epochs: {
    readonly producerId?: number;
    readonly producerEpoch?: number;
    readonly lastProducerEpoch?: number;
  }): Decision => ({
    kind: 'write',
    next: changed(metadata, {
      state: 'Empty',
      nextProducerId: NO_PRODUCER_ID,
      timeoutMs,
      topics: NO_TOPICS,
      startTimestampMs: NO_TIMESTAMP,
      lastUpdateTimestampMs: nowMs,
      ...epochs,
    }),
    errorCode: ErrorCode.NONE,
  });
  if (isExhausted(producerEpoch) && (expected === undefined || expected.producerEpoch === producerEpoch)) {
    if (newProducerId === undefined) return { kind: 'ask' };
    return write({
      producerId: newProducerId,
      producerEpoch: 0,
      lastProducerEpoch: expected === undefined ? NO_PRODUCER_EPOCH : producerEpoch,
    });
  }
  if (expected === undefined) {
    return write({ producerEpoch: producerEpoch + 1, lastProducerEpoch: NO_PRODUCER_EPOCH });
  }
  if (producerEpoch === NO_PRODUCER_EPOCH || expected.producerEpoch === producerEpoch) {
    return write({ producerEpoch: producerEpoch + 1, lastProducerEpoch: producerEpoch });
  }
  // A retry whose first try was answered into nothing: had another producer come since, the last epoch would be unknown.
  if (expected.producerEpoch === lastProducerEpoch) return write({});
  return answer(ErrorCode.PRODUCER_FENCED);
}
