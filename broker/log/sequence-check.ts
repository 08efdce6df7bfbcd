import { ErrorCode } from '../../src/protocol/error-codes.ts';
import {
  isNextSequence,
  NO_PRODUCER_EPOCH,
  type ProducerBatch,
  type ProducerEntry,
  sequenceAfter,
} from './producer-entry.ts';
import type { VerificationGuard } from './verification-guards.ts';

/** A batch of a producer with an id, as its header describes it. */
export interface SequencedBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordsCount: number;
  readonly isTransactional: boolean;
}

/** What becomes of a batch by its producer id, epoch and sequence. */
export type SequenceCheck =
  | { readonly kind: 'append' }
  | { readonly kind: 'duplicate'; readonly batch: ProducerBatch }
  | Rejection;

interface Rejection {
  readonly kind: 'reject';
  readonly errorCode: ErrorCode;
  readonly message: string;
}

export const APPEND: SequenceCheck = { kind: 'append' };

/** From this version of transactions on, the marker has an epoch that no batch of its transaction had (KIP-890). */
const EPOCH_PER_TRANSACTION = 2;

/** What a partition knows of the producer of a batch. */
interface Known {
  readonly entry: ProducerEntry | undefined;
  /** Of a transaction that the coordinator is asked about. */
  readonly guard: VerificationGuard | undefined;
}

/** The batch that was appended before, where a producer sends it again. */
export function findDuplicate(
  batch: SequencedBatch,
  entry: ProducerEntry | undefined,
): SequenceCheck | undefined {
  if (entry === undefined) return undefined;
  const { producerEpoch, baseSequence, recordsCount } = batch;
  const found = entry.findDuplicate(
    producerEpoch,
    baseSequence,
    sequenceAfter(baseSequence, recordsCount - 1),
  );
  return found && { kind: 'duplicate', batch: found };
}

/**
 * A batch that begins a transaction must have been asked about (KIP-890): nothing is written into a transaction that the
 * coordinator does not know, and that nobody would end.
 * @param given the guard that the batch comes with.
 */
export function checkVerified(
  batch: SequencedBatch,
  { entry, guard }: Known,
  given: VerificationGuard | undefined,
): Rejection | undefined {
  if (!batch.isTransactional || hasOpenTransaction(entry, batch.producerEpoch)) return undefined;
  if (given !== undefined && given === guard) return undefined;
  return reject(
    ErrorCode.INVALID_TXN_STATE,
    `the batch of producer ${batch.producerId} is not part of an ongoing transaction`,
  );
}

/** Whether the transaction of a producer's epoch has begun in the partition, and has not ended. */
export function hasOpenTransaction(entry: ProducerEntry | undefined, producerEpoch: number): boolean {
  return entry !== undefined && entry.currentTxnFirstOffset >= 0 && entry.producerEpoch === producerEpoch;
}

/** Checks epoch and sequence of a client's batch that is no duplicate (KIP-98, KIP-360, KIP-890). */
export function checkSequence(
  batch: SequencedBatch,
  entry: ProducerEntry | undefined,
  guard: VerificationGuard | undefined,
): SequenceCheck {
  const { producerId, producerEpoch, baseSequence } = batch;
  const refused = (entry && checkEpoch(entry, producerEpoch)) ?? (guard && checkFirst(batch, entry, guard));
  if (refused !== undefined) return refused;
  // Unknown producers may begin anywhere: what was known of them may have been deleted with their records.
  if (entry === undefined) return APPEND;
  if (!isExpectedSequence(entry, producerEpoch, baseSequence)) {
    return reject(
      ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      `producer ${producerId} sent sequence ${baseSequence} in epoch ${producerEpoch} after sequence ` +
        `${entry.lastSequence} in epoch ${entry.producerEpoch}`,
    );
  }
  if (entry.currentTxnFirstOffset >= 0 && !batch.isTransactional) {
    return reject(
      ErrorCode.INVALID_TXN_STATE,
      `producer ${producerId} sent a batch outside of its open transaction`,
    );
  }
  return APPEND;
}

/** Several batches of a transaction may be asked about at once: the one that was sent first is appended first. */
function checkFirst(
  { producerId, baseSequence }: SequencedBatch,
  entry: ProducerEntry | undefined,
  guard: VerificationGuard,
): Rejection | undefined {
  const isUnknown = entry === undefined || entry.batches.length === 0;
  const expected = guard.beginsAtZero && isUnknown ? 0 : guard.sequenceMin;
  if (baseSequence <= expected) return undefined;
  return reject(
    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    `producer ${producerId} sent sequence ${baseSequence} where its transaction begins with ${expected}`,
  );
}

/** Checks a coordinator's append: not the sequence, only the epoch. */
export function checkEpoch(entry: ProducerEntry, epoch: number): Rejection | undefined {
  return epoch < entry.producerEpoch ? rejectEpoch(entry, epoch) : undefined;
}

/** A transaction marker, as far as that decides whether it may be appended. */
export interface MarkerEpochs {
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  /** 2 where the coordinator has given the transaction an epoch of its own (TV2); 0 where it does not say (KIP-1228). */
  readonly transactionVersion: number;
}

/** Checks a transaction marker: a fenced producer epoch or coordinator may not end anything. */
export function checkMarker(entry: ProducerEntry, marker: MarkerEpochs): Rejection | undefined {
  const { producerEpoch, coordinatorEpoch, transactionVersion } = marker;
  const fenced = checkEpoch(entry, producerEpoch);
  if (fenced !== undefined) return fenced;
  const isOfOpenTransaction = producerEpoch === entry.producerEpoch && entry.currentTxnFirstOffset >= 0;
  // The marker of the transaction before, late, must not end the one that its epoch was bumped for. Where none is open it
  // is one that is sent again.
  if (transactionVersion >= EPOCH_PER_TRANSACTION && isOfOpenTransaction)
    return rejectEpoch(entry, producerEpoch);
  if (entry.coordinatorEpoch <= coordinatorEpoch) return undefined;
  return reject(
    ErrorCode.TRANSACTION_COORDINATOR_FENCED,
    `coordinator epoch ${coordinatorEpoch} is older than ${entry.coordinatorEpoch}`,
  );
}

function isExpectedSequence(entry: ProducerEntry, epoch: number, baseSequence: number): boolean {
  if (entry.producerEpoch === NO_PRODUCER_EPOCH) return true;
  if (epoch !== entry.producerEpoch) return baseSequence === 0;
  return isNextSequence(entry.lastSequence, baseSequence);
}

function rejectEpoch({ producerId, producerEpoch }: ProducerEntry, epoch: number): Rejection {
  return reject(
    ErrorCode.INVALID_PRODUCER_EPOCH,
    `epoch ${epoch} of producer ${producerId} is not newer than ${producerEpoch}, the last seen`,
  );
}

function reject(errorCode: ErrorCode, message: string): Rejection {
  return { kind: 'reject', errorCode, message };
}
