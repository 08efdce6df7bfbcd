import { controlBatch, endTransactionRecord } from '../../src/protocol/records/control-record.ts';

/** What ends a producer's transaction in a partition. */
export interface TransactionMarker {
  readonly producerId: number;
  /** With an epoch per transaction (TV2) one more than the transaction's batches have. */
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly isCommit: boolean;
  /** Of the transaction; 0 where the coordinator does not say (KIP-1228). It is not in the log. */
  readonly transactionVersion: number;
}

/** The control batch of a marker, as it is appended. */
export function markerBatch(marker: TransactionMarker, nowMs: number): Buffer {
  const { producerId, producerEpoch, coordinatorEpoch, isCommit } = marker;
  return controlBatch([endTransactionRecord({ commit: isCommit, coordinatorEpoch })], {
    producerId,
    producerEpoch,
    isTransactional: true,
    timestamp: nowMs,
  });
}
