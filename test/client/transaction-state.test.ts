import { describe, expect, it } from 'vitest';
import { OperationalError } from '../../src/base/errors.ts';
import { TransactionError } from '../../src/client/transaction-error.ts';
import { type FailedStep, transactionFailure } from '../../src/client/transactions/transaction-failure.ts';
import { type TransactionCall, TransactionState } from '../../src/client/transactions/transaction-state.ts';

const CALLS = [
  'initTransactions',
  'beginTransaction',
  'send',
  'sendOffsetsToTransaction',
  'commitTransaction',
  'abortTransaction',
] as const satisfies readonly TransactionCall[];

const abortable = new TransactionError('TIMED_OUT', 'too late', { recovery: 'abort' });
const fatal = new TransactionError('PRODUCER_FENCED', 'fenced', { recovery: 'restart' });

/** Makes calls that succeed, unless something else happens. */
function after(
  ...events: readonly (TransactionCall | 'times out' | 'fails' | 'is fenced')[]
): TransactionState {
  const state = new TransactionState();
  for (const [index, event] of events.entries()) {
    if (event === 'times out') continue;
    if (event === 'fails' || event === 'is fenced') {
      state.fail(event === 'fails' ? abortable : fatal);
      continue;
    }
    state.enter(event);
    const isWaiting = events[index + 1] === 'times out';
    if (!isWaiting && /^(init|commit|abort)/.test(event)) state.ready();
    if (event !== 'beginTransaction') state.over();
  }
  return state;
}

function allowedIn(state: TransactionState): readonly TransactionCall[] {
  return CALLS.filter((call) => {
    try {
      state.check(call);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(OperationalError);
      return false;
    }
  });
}

describe('the state of a transactional producer', () => {
  const READY = ['initTransactions'] as const;
  const OPEN = [...READY, 'beginTransaction'] as const;

  it.each([
    [[], ['initTransactions']],
    [['initTransactions', 'times out'], ['initTransactions']],
    [READY, ['beginTransaction']],
    [OPEN, ['send', 'sendOffsetsToTransaction', 'commitTransaction', 'abortTransaction']],
    [[...OPEN, 'commitTransaction'], ['beginTransaction']],
    [[...OPEN, 'commitTransaction', 'times out'], ['commitTransaction']],
    [[...OPEN, 'abortTransaction'], ['beginTransaction']],
    [[...OPEN, 'abortTransaction', 'times out'], ['abortTransaction']],
    [[...OPEN, 'fails'], ['abortTransaction']],
    [[...OPEN, 'fails', 'fails'], ['abortTransaction']],
    [[...OPEN, 'fails', 'abortTransaction'], ['beginTransaction']],
    [[...OPEN, 'fails', 'abortTransaction', 'times out'], ['abortTransaction']],
    [[...OPEN, 'fails', 'is fenced'], []],
    [[...OPEN, 'is fenced'], []],
    [[...OPEN, 'is fenced', 'fails'], []],
    [[...OPEN, 'commitTransaction', 'times out', 'is fenced'], []],
    [[...OPEN, 'abortTransaction', 'times out', 'is fenced'], []],
  ] as const)('after %j allows %j', (events, allowed) => {
    expect(allowedIn(after(...events))).toEqual(allowed);
  });

  it('allows nothing while a call that takes time is under way', () => {
    for (const call of ['commitTransaction', 'abortTransaction'] as const) {
      const state = after(...OPEN);
      state.enter(call);
      expect(allowedIn(state)).toEqual([]);
      expect(() => state.check('send')).toThrow(`send(): ${call}() is under way`);
    }
  });

  it('opens again where nobody was asked to commit', () => {
    const state = after(...OPEN, 'commitTransaction', 'times out');
    state.reopen();
    expect(allowedIn(state)).toContain('abortTransaction');
    const aborting = after(...OPEN, 'abortTransaction', 'times out');
    aborting.reopen();
    expect(allowedIn(aborting)).toEqual(['abortTransaction']);
  });

  it('keeps the first failure, until a worse one comes', () => {
    const state = after(...OPEN, 'fails');
    state.fail(new TransactionError('COMMIT_FAILED', 'later', { recovery: 'abort' }));
    expect(() => state.check('send')).toThrow(abortable);
    state.fail(fatal);
    state.fail(abortable);
    expect(() => state.check('abortTransaction')).toThrow(fatal);
  });
});

describe('what is to be done after a failure', () => {
  it.each([
    // What somebody else has done, or forbids, is the same wherever it is met.
    ['PRODUCER_FENCED', { init: 'restart', work: 'restart', commit: 'restart', abort: 'restart' }],
    [
      'INVALID_PRODUCER_ID_MAPPING',
      { init: 'restart', work: 'restart', commit: 'restart', abort: 'restart' },
    ],
    ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', { init: 'none', work: 'none', commit: 'none', abort: 'none' }],
    ['UNSUPPORTED_VERSION', { init: 'none', work: 'none', commit: 'none', abort: 'none' }],
    // An abort that cannot be made is not to be tried for ever.
    ['TRANSACTION_ABORTABLE', { init: 'restart', work: 'abort', commit: 'abort', abort: 'restart' }],
    ['UNKNOWN_PRODUCER_ID', { init: 'restart', work: 'abort', commit: 'abort', abort: 'restart' }],
    // Nobody knows whether a commit that is refused in these words has been made.
    ['INVALID_TXN_STATE', { init: 'restart', work: 'abort', commit: 'restart', abort: 'restart' }],
    ['UNKNOWN_SERVER_ERROR', { init: 'restart', work: 'abort', commit: 'restart', abort: 'restart' }],
    // Within a transaction nothing is committed yet.
    ['INVALID_PRODUCER_EPOCH', { work: 'abort' }],
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', { work: 'abort' }],
    ['TIMED_OUT', { work: 'abort' }],
    ['COMMIT_FAILED', { work: 'abort' }],
    ['TOPIC_AUTHORIZATION_FAILED', { work: 'abort' }],
    ['GROUP_AUTHORIZATION_FAILED', { work: 'abort' }],
  ] as const)('%s: %j', (code, recoveries) => {
    for (const [step, recovery] of Object.entries(recoveries)) {
      const cause = new OperationalError(code, 'it failed', { retriable: false });
      const failure = transactionFailure(cause, step as FailedStep);
      expect(failure).toMatchObject({ code, recovery, retriable: false, cause });
    }
  });

  it('is said in the message, once', () => {
    const cause = new OperationalError('TIMED_OUT', 'too late', { retriable: true });
    const failure = transactionFailure(cause, 'work');
    expect(failure.message).toBe('too late: call abortTransaction(), after which the producer can go on');
    expect(transactionFailure(failure, 'commit')).toBe(failure);
  });
});
