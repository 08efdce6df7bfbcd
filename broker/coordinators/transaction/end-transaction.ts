import { assert } from '../../../src/base/assert.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { answer, type Decision, type RuleContext, type TransactionSituation } from './decision.ts';
import type { ProducerIdentity } from './init-producer-id.ts';
import { NO_TOPICS } from './topics.ts';
import {
  changed,
  EPOCH_BUMP_VERSION,
  isExhausted,
  isPrepared,
  neverWritten,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  PRODUCER_EPOCH_MAX,
  type TransactionMetadata,
} from './transaction-metadata.ts';

export interface EndTransactionRequest extends ProducerIdentity {
  /** Whether to commit; else to abort. */
  readonly isCommit: boolean;
  /** The `transaction.version` that the client speaks: 2 from EndTxn v5 on, else 0. */
  readonly clientVersion: number;
}

/** How a request stands to the epoch that is known. */
type EpochMatch = 'current' | 'retry' | 'neither';

/** EndTxn: the outcome is decided and written; the markers follow when it is committed. */
export function decideEndTransaction(
  situation: TransactionSituation,
  request: EndTransactionRequest,
  context: RuleContext,
): Decision {
  const { metadata, isBusy } = situation;
  const bumpsEpoch = request.clientVersion >= EPOCH_BUMP_VERSION;
  // Before all else, as in Kafka, but for clients that do not bump the epoch: while the last transaction of a producer id ends, its
  // producer has the next id already.
  if (bumpsEpoch && isBusy) return answer(ErrorCode.CONCURRENT_TRANSACTIONS);
  const match = bumpsEpoch ? matchWithBump(metadata, request) : matchOf(metadata, request);
  if (metadata.producerId !== request.producerId && !isRetryOfLastEpoch(metadata, request, bumpsEpoch)) {
    return answer(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  }
  if (match === 'neither') return answer(ErrorCode.PRODUCER_FENCED);
  if (isBusy) return answer(ErrorCode.CONCURRENT_TRANSACTIONS);
  if (!bumpsEpoch) return decideWithoutBump(metadata, request, context);
  const { isCommit, clientVersion } = request;
  return decideWithBump(metadata, { isCommit, clientVersion, isRetry: match === 'retry' }, context);
}

/** Before `transaction.version` 2 the epoch stays, and a retry is known by the state alone. */
function matchOf(metadata: TransactionMetadata, { producerEpoch }: ProducerIdentity): EpochMatch {
  return metadata.producerEpoch === producerEpoch ? 'current' : 'neither';
}

/**
 * From `transaction.version` 2 on the epoch tells the requests of two transactions apart: a transaction that ends, or has
 * ended, has the epoch after the one by which its end was asked for. One that is late can end no other transaction.
 */
function matchWithBump(metadata: TransactionMetadata, request: ProducerIdentity): EpochMatch {
  const isRetry =
    metadata.producerEpoch === request.producerEpoch + 1 || isRetryOfLastEpoch(metadata, request, true);
  const isCurrent = metadata.producerEpoch === request.producerEpoch;
  switch (metadata.state) {
    case 'Ongoing':
    case 'Empty':
      return isCurrent ? 'current' : 'neither';
    case 'PrepareCommit':
    case 'PrepareAbort':
      return metadata.producerEpoch === request.producerEpoch + 1 ? 'retry' : 'neither';
    case 'CompleteCommit':
    case 'CompleteAbort':
      if (isRetry) return 'retry';
      return isCurrent ? 'current' : 'neither';
    case 'Dead':
    case 'PrepareEpochFence':
      return neverWritten(metadata.state);
  }
}

/** Whether a request has ended the last transaction of a producer id, and the producer goes on with another one. */
function isRetryOfLastEpoch(
  { previousProducerId, producerEpoch }: TransactionMetadata,
  request: ProducerIdentity,
  bumpsEpoch: boolean,
): boolean {
  return (
    bumpsEpoch &&
    previousProducerId === request.producerId &&
    request.producerEpoch === PRODUCER_EPOCH_MAX - 1 &&
    producerEpoch === 0
  );
}

function decideWithoutBump(
  metadata: TransactionMetadata,
  { isCommit }: EndTransactionRequest,
  context: RuleContext,
): Decision {
  switch (metadata.state) {
    case 'Ongoing':
      return write(prepared(metadata, { isCommit, clientVersion: 0 }, context));
    case 'CompleteCommit':
      return answer(isCommit ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE);
    case 'CompleteAbort':
      return answer(isCommit ? ErrorCode.INVALID_TXN_STATE : ErrorCode.NONE);
    case 'PrepareCommit':
    case 'PrepareAbort':
      return answer(errorWhilePrepared(metadata, isCommit));
    case 'Empty':
      return answer(ErrorCode.INVALID_TXN_STATE);
    case 'Dead':
    case 'PrepareEpochFence':
      return neverWritten(metadata.state);
  }
}

function decideWithBump(
  metadata: TransactionMetadata,
  {
    isCommit,
    isRetry,
    clientVersion,
  }: Pick<EndTransactionRequest, 'isCommit' | 'clientVersion'> & { readonly isRetry: boolean },
  context: RuleContext,
): Decision {
  const { state } = metadata;
  switch (state) {
    case 'Ongoing':
      break;
    case 'PrepareCommit':
    case 'PrepareAbort':
      return answer(errorWhilePrepared(metadata, isCommit));
    case 'Empty':
      if (isCommit) return answer(ErrorCode.INVALID_TXN_STATE);
      break;
    case 'CompleteCommit':
    case 'CompleteAbort':
      if (isRetry) {
        const isSame = isCommit === (state === 'CompleteCommit');
        return answer(isSame ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE);
      }
      if (isCommit) return answer(ErrorCode.INVALID_TXN_STATE);
      break;
    case 'Dead':
    case 'PrepareEpochFence':
      return neverWritten(state);
  }
  // Also without a transaction: of one whose batches were all lost the coordinator has heard nothing, and the producer wants its
  // next epoch all the same.
  if (isExhausted(metadata.producerEpoch) && context.newProducerId === undefined) return { kind: 'ask' };
  return write(prepared(metadata, { isCommit, clientVersion }, context));
}

/** The same end again, or the other one, while the markers are written. */
function errorWhilePrepared({ state }: TransactionMetadata, isCommit: boolean): ErrorCode {
  return isCommit === (state === 'PrepareCommit')
    ? ErrorCode.CONCURRENT_TRANSACTIONS
    : ErrorCode.INVALID_TXN_STATE;
}

function write(next: TransactionMetadata): Decision {
  return { kind: 'write', next, errorCode: ErrorCode.NONE };
}

/** The outcome is decided, and the epoch of the markers, which `transaction.version` 2 has one above that of the batches. */
function prepared(
  metadata: TransactionMetadata,
  { isCommit, clientVersion }: Pick<EndTransactionRequest, 'isCommit' | 'clientVersion'>,
  { nowMs, newProducerId }: RuleContext,
): TransactionMetadata {
  const bumpsEpoch = clientVersion >= EPOCH_BUMP_VERSION;
  const { producerEpoch, state, startTimestampMs } = metadata;
  return changed(metadata, {
    state: isCommit ? 'PrepareCommit' : 'PrepareAbort',
    ...(bumpsEpoch ? { producerEpoch: nextEpoch(producerEpoch), lastProducerEpoch: producerEpoch } : {}),
    nextProducerId:
      bumpsEpoch && isExhausted(producerEpoch) ? (newProducerId ?? NO_PRODUCER_ID) : NO_PRODUCER_ID,
    // What aborts nothing has begun nothing.
    startTimestampMs: state === 'Ongoing' ? startTimestampMs : nowMs,
    lastUpdateTimestampMs: nowMs,
    clientTransactionVersion: bumpsEpoch ? clientVersion : 0,
  });
}

/**
 * Aborts an open transaction in spite of its producer, which is fenced by the next epoch: its time is up, or another producer
 * has come. From `transaction.version` 2 on that is the epoch which the abort has anyway, so that a producer whose time was up
 * may ask for the abort itself, or for its next epoch, and go on; one whose place another has taken loses it by the next
 * request of that one.
 */
export function fence(metadata: TransactionMetadata, context: RuleContext): TransactionMetadata {
  assert(metadata.state === 'Ongoing', 'an open transaction is fenced');
  const { nowMs, transactionVersion } = context;
  const { producerEpoch } = metadata;
  const bumpsEpoch = transactionVersion >= EPOCH_BUMP_VERSION;
  return changed(metadata, {
    state: 'PrepareAbort',
    producerEpoch: nextEpoch(producerEpoch),
    lastProducerEpoch: bumpsEpoch ? producerEpoch : NO_PRODUCER_EPOCH,
    nextProducerId: NO_PRODUCER_ID,
    lastUpdateTimestampMs: nowMs,
    clientTransactionVersion: bumpsEpoch ? transactionVersion : 0,
  });
}

/** All markers are written: what the producer goes on with. */
export function completed(metadata: TransactionMetadata, nowMs: number): TransactionMetadata {
  assert(isPrepared(metadata), 'a transaction whose outcome is decided is completed');
  const { state, nextProducerId, producerId, producerEpoch } = metadata;
  const hasNextProducer = nextProducerId !== NO_PRODUCER_ID;
  return changed(metadata, {
    state: state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort',
    producerId: hasNextProducer ? nextProducerId : producerId,
    producerEpoch: hasNextProducer ? 0 : producerEpoch,
    nextProducerId: NO_PRODUCER_ID,
    topics: NO_TOPICS,
    lastUpdateTimestampMs: nowMs,
  });
}

function nextEpoch(producerEpoch: number): number {
  return Math.min(producerEpoch + 1, PRODUCER_EPOCH_MAX);
}
