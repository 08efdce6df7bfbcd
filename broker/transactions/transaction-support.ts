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

/**
 * The guard under which a batch is appended that the coordinator has to be asked about first; undefined where that need not be:
 * the transaction is open in the partition, or nothing is verified (`transaction.partition.verification.enable`), which spares
 * no client that relies on the write to add the partition.
 */
export function guardFor(
  { log }: Partition,
  batch: { readonly producerId: number; readonly producerEpoch: number; readonly baseSequence: number },
  { addsPartitions }: TransactionSupport,
): VerificationGuard | undefined {
  if (!log.config.verifyTransactions && !addsPartitions) return undefined;
  return log.verificationGuard({ ...batch, beginsAtZero: addsPartitions });
}
