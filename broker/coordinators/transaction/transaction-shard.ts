import { assert } from '../../../src/base/assert.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../../src/protocol/records/decode-batch.ts';
import { TransactionEntry } from './transaction-entry.ts';
import { parseTransactionRecord } from './transaction-records.ts';

/** The transactional ids of one partition of `__transaction_state`. Its records are replayed when the broker is elected. */
export class TransactionShard {
  readonly partition: number;
  /** The leader epoch of the partition, by which leaders of other partitions tell the newest coordinator. */
  readonly coordinatorEpoch: number;
  readonly entries = new Map<string, TransactionEntry>();
  isLoading = true;
  /** Its partition could not be read: its ids are not served, so that no transaction gets an outcome that is not its own. */
  hasFailed = false;
  /** False once the broker does not lead the partition any more, or leads it anew. */
  isCurrent = true;

  constructor(partition: number, coordinatorEpoch: number) {
    this.partition = partition;
    this.coordinatorEpoch = coordinatorEpoch;
  }

  /** Replays whole batches. */
  replay(bytes: Buffer): void {
    for (const batch of batchesOf(bytes)) {
      if (batch.isControl) continue;
      const iterator = new RecordIterator(batch);
      while (iterator.next()) {
        const { key, value } = iterator.record();
        assert(key !== null, 'a record of __transaction_state has a key');
        const entry = parseTransactionRecord(key, value);
        if (entry === undefined) continue;
        const { transactionalId, metadata } = entry;
        if (metadata === null) this.entries.delete(transactionalId);
        else this.entries.set(transactionalId, new TransactionEntry(metadata));
      }
    }
  }
}
