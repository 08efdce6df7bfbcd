import { AssertionFailure, OperationalError } from '../../base/errors.ts';
import type { TransactionError } from '../transaction-error.ts';

type Phase =
  | 'uninitialized'
  | 'initializing'
  | 'ready'
  | 'in-transaction'
  | 'committing'
  | 'aborting'
  /** All calls but that of an abort are refused. */
  | 'abortable-error'
  /** All calls are refused. */
  | 'fatal-error';

export type TransactionCall =
  | 'initTransactions'
  | 'beginTransaction'
  | 'send'
  | 'sendOffsetsToTransaction'
  | 'commitTransaction'
  | 'abortTransaction';

/**
 * In which phases a call is right, and which one it leads to. One that has timed out leaves the producer in its own phase,
 * and can be made again.
 */
const CALLS: Readonly<Record<TransactionCall, { readonly from: readonly Phase[]; readonly to?: Phase }>> = {
  initTransactions: { from: ['uninitialized', 'initializing'], to: 'initializing' },
  beginTransaction: { from: ['ready'], to: 'in-transaction' },
  send: { from: ['in-transaction'] },
  sendOffsetsToTransaction: { from: ['in-transaction'] },
  commitTransaction: { from: ['in-transaction', 'committing'], to: 'committing' },
  abortTransaction: { from: ['in-transaction', 'abortable-error', 'aborting'], to: 'aborting' },
};

/** What is to be done first. */
const EXPLANATIONS: Readonly<Record<Exclude<Phase, 'abortable-error' | 'fatal-error'>, string>> = {
  uninitialized: 'call initTransactions() first',
  initializing: 'initTransactions() has not succeeded yet: wait for it, or call it again',
  ready: 'no transaction is open: call beginTransaction() first',
  'in-transaction': 'a transaction is open already: commit or abort it first',
  committing:
    'the transaction is being committed: wait for commitTransaction(), or call it again if it has timed out',
  aborting:
    'the transaction is being aborted: wait for abortTransaction(), or call it again if it has timed out',
};

/** Where a transactional producer is between its calls: a machine of its own, without a cluster. */
export class TransactionState {
  #phase: Phase = 'uninitialized';
  #failure: TransactionError | undefined;
  #running: TransactionCall | undefined;

  get phase(): Phase {
    return this.#phase;
  }

  /** What has failed; undefined unless the phase is one of the errors. */
  get failure(): TransactionError | undefined {
    return this.#failure;
  }

  /** Whether records can be sent; asked for each of them. */
  get isOpen(): boolean {
    return this.#phase === 'in-transaction';
  }

  /**
   * Whether a call may be made now.
   * @throws {TransactionError} what has failed before.
   * @throws {OperationalError} `ILLEGAL_STATE` for a call at the wrong time, which changes nothing.
   */
  check(call: TransactionCall): void {
    if (this.#running !== undefined) throw illegalState(call, `${this.#running}() is under way`);
    if (CALLS[call].from.includes(this.#phase)) return;
    if (this.#phase === 'fatal-error' || this.#phase === 'abortable-error') throw this.#failed();
    throw illegalState(call, EXPLANATIONS[this.#phase]);
  }

  /** A call begins. Those that take time are told when they are over, see {@link TransactionState.over}. */
  enter(call: TransactionCall): void {
    this.check(call);
    this.#phase = CALLS[call].to ?? this.#phase;
    if (call === 'beginTransaction') return;
    this.#running = call;
  }

  /** A call that has {@link enter}ed is over, with success or without. */
  over(): void {
    this.#running = undefined;
  }

  /** The producer can begin a transaction. */
  ready(): void {
    this.#phase = 'ready';
    this.#failure = undefined;
  }

  /** A commit has failed before anybody was asked to commit. */
  reopen(): void {
    if (this.#phase === 'committing') this.#phase = 'in-transaction';
  }

  /** Something has failed. The first failure stays, unless a worse one comes. */
  fail(failure: TransactionError): void {
    const isFatal = failure.recovery !== 'abort';
    if (this.#failure !== undefined && (!isFatal || this.#phase === 'fatal-error')) return;
    this.#failure = failure;
    this.#phase = isFatal ? 'fatal-error' : 'abortable-error';
  }

  #failed(): Error {
    return this.#failure ?? new AssertionFailure('a failed transaction has a failure');
  }
}

export function illegalState(call: TransactionCall, why: string): OperationalError {
  return new OperationalError('ILLEGAL_STATE', `${call}(): ${why}`, { retriable: false });
}
