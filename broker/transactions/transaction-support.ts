import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { VerificationGuard } from '../log/verification-guards.ts';
import type { Partition } from '../replication/partition.ts';

/** How far a client takes part in KIP-890, by the version of its request. */
export interface TransactionSupport {
  /** The partition is added to the transaction by the write itself, and the producer has an epoch per transaction (TV2). */
  readonly addsPartitions: boolean;
  /** The client knows TRANSACTION_ABORTABLE. */
  readonly knowsAbortable: boolean;
}

const PRODUCE_ABORTABLE_MIN = 11;
const PRODUCE_ADDS_MIN = 12;
const OFFSETS_ABORTABLE_MIN = 4;
const OFFSETS_ADD_MIN = 5;

export function produceSupport(version: number): TransactionSupport {
  return { addsPartitions: version >= PRODUCE_ADDS_MIN, knowsAbortable: version >= PRODUCE_ABORTABLE_MIN };
}

export function txnOffsetCommitSupport(version: number): TransactionSupport {
  return { addsPartitions: version >= OFFSETS_ADD_MIN, knowsAbortable: version >= OFFSETS_ABORTABLE_MIN };
}

/** Whether the coordinator has to be asked about a batch, and what it is then appended under. */
interface GuardedBatch {
  /** INVALID_PRODUCER_EPOCH where the partition knows without being told that the producer is fenced. */
  readonly errorCode: typeof ErrorCode.NONE | typeof ErrorCode.INVALID_PRODUCER_EPOCH;
  readonly guard: VerificationGuard | undefined;
}

const NOT_ASKED: GuardedBatch = { errorCode: ErrorCode.NONE, guard: undefined };
const FENCED: GuardedBatch = { errorCode: ErrorCode.INVALID_PRODUCER_EPOCH, guard: undefined };

/**
 * The guard of a batch that the coordinator has to be asked about. None where that need not be: the transaction is open in
 * the partition, or nothing is verified (`transaction.partition.verification.enable`), which spares no client that relies on
 * the write to add the partition.
 */
export function guardFor(
  { log }: Partition,
  batch: { readonly producerId: number; readonly producerEpoch: number; readonly baseSequence: number },
  { addsPartitions }: TransactionSupport,
): GuardedBatch {
  if (!log.config.verifyTransactions && !addsPartitions) return NOT_ASKED;
  if (log.isFenced(batch.producerId, batch.producerEpoch)) return FENCED;
  const { producerId, producerEpoch, baseSequence } = batch;
  const guard = log.verificationGuard({
    producerId,
    producerEpoch,
    baseSequence,
    beginsAtZero: addsPartitions,
  });
  return guard === undefined ? NOT_ASKED : { errorCode: ErrorCode.NONE, guard };
}
