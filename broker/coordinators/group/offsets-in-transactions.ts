import type { VerificationGuard } from '../../log/verification-guards.ts';
import type { TransactionalAppend } from '../../replication/transactional-append.ts';
import type { TransactionMarker } from '../../transactions/marker-batch.ts';
import type { CoordinatorRecord } from '../coordinator-log.ts';

/** Whose transaction it is. */
interface TransactionalProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** A producer that begins a transaction, by the version of its TxnOffsetCommit. */
interface UnverifiedProducer extends TransactionalProducer {
  readonly transactionalId: string;
  readonly version: number;
}

/** Whether a producer's offsets may be written; then under which guard. */
interface OffsetsVerification {
  readonly errorCode: number;
  readonly guard: VerificationGuard | undefined;
}

interface VerifiedProducer extends TransactionalProducer {
  readonly guard: VerificationGuard | undefined;
}

/** How the group coordinator writes offsets to `__consumer_offsets` that hold only if a transaction is committed. */
export interface OffsetsInTransactions {
  /**
   * Asks the transaction's coordinator whether the partition is in it, or from version 5 of TxnOffsetCommit on adds it
   * (KIP-890). Resolves to NOT_LEADER_OR_FOLLOWER where this broker does not lead the partition.
   */
  verify(partition: number, producer: UnverifiedProducer): Promise<OffsetsVerification>;

  /** Appends records, as one batch, to a partition that this broker leads. */
  appendOffsets(
    partition: number,
    records: readonly CoordinatorRecord[],
    producer: VerifiedProducer,
  ): TransactionalAppend;

  appendMarker(partition: number, marker: TransactionMarker): TransactionalAppend;
}
