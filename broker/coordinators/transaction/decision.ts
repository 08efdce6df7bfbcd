import type { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { TransactionMetadata } from './transaction-metadata.ts';

/** What the rules see of a transactional id. */
export interface TransactionSituation {
  readonly metadata: TransactionMetadata;
  /** A change is being written, or markers are: most of what is asked for has to wait (CONCURRENT_TRANSACTIONS). */
  readonly isBusy: boolean;
}

/** What the rules need to know of the world. */
export interface RuleContext {
  readonly nowMs: number;
  /** `transaction.version` that the cluster has finalized. */
  readonly transactionVersion: number;
  /** A producer id that nobody else has; undefined where none was asked for yet. */
  readonly newProducerId?: number | undefined;
}

/**
 * What is to be done for a request: all that the rules of transactions say, before anything of it is done.
 *
 * - `answer`: nothing changes.
 * - `write`: `next` is written to the log, and holds when it is committed; the request is answered with `errorCode` then,
 *   and if `next` is prepared, its markers are sent.
 * - `ask`: the rule needs a new producer id: to be decided again with one.
 */
export type Decision =
  | { readonly kind: 'answer'; readonly errorCode: ErrorCode }
  | { readonly kind: 'write'; readonly next: TransactionMetadata; readonly errorCode: ErrorCode }
  | { readonly kind: 'ask' };

export function answer(errorCode: ErrorCode): Decision {
  return { kind: 'answer', errorCode };
}
