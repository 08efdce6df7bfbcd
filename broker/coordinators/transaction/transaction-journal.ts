import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import {
  type CoordinatorLog,
  CoordinatorLogError,
  type CoordinatorRecord,
  errorOfAppend,
} from '../coordinator-log.ts';
import type { TransactionEntry } from './transaction-entry.ts';
import type { TransactionMetadata } from './transaction-metadata.ts';
import { transactionRecord } from './transaction-records.ts';
import type { TransactionShard } from './transaction-shard.ts';

/** Writes the states of transactional ids: they hold from when they are committed. */
export class TransactionJournal {
  readonly #log: CoordinatorLog;
  readonly #transactionVersion: () => number;

  constructor(log: CoordinatorLog, transactionVersion: () => number) {
    this.#log = log;
    this.#transactionVersion = transactionVersion;
  }

  /**
   * Writes the next state of an id, which nothing else changes meanwhile. Resolves to NONE when it holds, else to the error
   * that clients are told. After an error the old state holds here, though the new one may be in the log: whoever takes over
   * may go on with either, and clients, who were told of neither, ask again.
   */
  async write(shard: TransactionShard, entry: TransactionEntry, next: TransactionMetadata): Promise<number> {
    entry.beginWriting();
    const errorCode = await this.append(shard, [transactionRecord(next, this.#transactionVersion())]);
    if (errorCode === ErrorCode.NONE) entry.metadata = next;
    entry.endWriting();
    return errorCode;
  }

  /** Appends records as one batch; resolves to NONE when they are committed, else to the error that clients are told. */
  async append(shard: TransactionShard, records: readonly CoordinatorRecord[]): Promise<number> {
    try {
      await this.#log.append(shard.partition, records);
    } catch (error) {
      // Any other error is a bug, and is for the caller of the request to see.
      if (!(error instanceof CoordinatorLogError)) throw error;
      return errorOfAppend(error.code);
    }
    // Whoever leads the partition now has read it, or will.
    return shard.isCurrent ? ErrorCode.NONE : ErrorCode.NOT_COORDINATOR;
  }
}
