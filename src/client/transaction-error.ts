import { OperationalError } from '../base/errors.ts';

/**
 * What an application does after a transaction has failed (KIP-1050):
 *
 * - `abort`: calls `abortTransaction()`; after it the work can be done again with the same producer.
 * - `restart`: closes the producer, since another one has its transactional id, or the cluster does not know how its last
 *   transaction ended. A new one may go on from what was committed.
 * - `none`: nothing helps but another configuration, such as a permission that is missing.
 */
export type TransactionRecovery = 'abort' | 'restart' | 'none';

/**
 * Thrown by a transactional producer whose transaction has failed, by every call until {@link TransactionError.recovery} is
 * done. `code` is Kafka's name of what went wrong, such as `PRODUCER_FENCED`; `cause` is the error that was met first.
 */
export class TransactionError extends OperationalError {
  /** What the application does now. */
  readonly recovery: TransactionRecovery;

  constructor(
    code: string,
    message: string,
    options: { readonly recovery: TransactionRecovery; readonly cause?: unknown },
  ) {
    super(code, message, { retriable: false, cause: options.cause });
    this.recovery = options.recovery;
  }
}
