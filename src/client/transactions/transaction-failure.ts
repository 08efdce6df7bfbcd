import { OperationalError } from '../../base/errors.ts';
import { TransactionError, type TransactionRecovery } from '../transaction-error.ts';

/** What failed: something within a transaction, or the end of one, after which nobody knows how it ended. */
export type FailedStep = 'init' | 'work' | 'commit' | 'abort';

/** Refusals that are the same for the next producer, too. */
const HOPELESS: ReadonlySet<string> = new Set([
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_TRANSACTION_TIMEOUT',
  'INVALID_REQUEST',
  'UNSUPPORTED_VERSION',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
]);

/** The coordinator knows another producer by the transactional id, or none any more. */
const SUPERSEDED: ReadonlySet<string> = new Set(['PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING']);

/** After these a transaction that was to be committed can still be aborted. */
const NOT_COMMITTED: ReadonlySet<string> = new Set(['TRANSACTION_ABORTABLE', 'UNKNOWN_PRODUCER_ID']);

const ADVICE = {
  abort: 'call abortTransaction(), after which the producer can go on',
  restart: 'close this producer, and go on with a new one',
  none: 'close this producer',
} satisfies Record<TransactionRecovery, string>;

/** What a transactional producer fails with from now on, by the classes of KIP-1050. */
export function transactionFailure(error: Error, step: FailedStep): TransactionError {
  if (error instanceof TransactionError) return error;
  const code = error instanceof OperationalError ? error.code : 'UNDELIVERED';
  const recovery = recoveryOf(code, step);
  return new TransactionError(code, `${error.message}: ${ADVICE[recovery]}`, { recovery, cause: error });
}

function recoveryOf(code: string, step: FailedStep): TransactionRecovery {
  if (HOPELESS.has(code)) return 'none';
  if (SUPERSEDED.has(code)) return 'restart';
  switch (step) {
    case 'work':
      // Nothing of it is committed, whatever has failed.
      return 'abort';
    case 'commit':
      return NOT_COMMITTED.has(code) ? 'abort' : 'restart';
    case 'init':
    case 'abort':
      return 'restart';
  }
}
