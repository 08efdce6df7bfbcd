import { describe, expect, it } from 'vitest';
import {
  decideAddPartitions,
  verificationError,
} from '../../../../broker/coordinators/transaction/add-partitions.ts';
import type { Decision } from '../../../../broker/coordinators/transaction/decision.ts';
import {
  completed,
  decideEndTransaction,
  fence,
} from '../../../../broker/coordinators/transaction/end-transaction.ts';
import {
  decideInitProducerId,
  newTransaction,
  type ProducerIdentity,
} from '../../../../broker/coordinators/transaction/init-producer-id.ts';
import {
  nextIdentity,
  type TransactionMetadata,
} from '../../../../broker/coordinators/transaction/transaction-metadata.ts';
import { NO_TOPICS, topicsOf } from '../../../../broker/coordinators/transaction/topics.ts';
import { ErrorCode, errorOf } from '../../../../src/protocol/error-codes.ts';

const PID = 7;
const NEW_PID = 8;
const EPOCH = 5;
const NOW = { nowMs: 1_000, transactionVersion: 2 };
const TOPICS = topicsOf([{ name: 'a', partitions: [0, 1] }]);

/** An id in a state, as it would be with partitions or without. */
function inState(
  state: TransactionMetadata['state'],
  changes: Partial<TransactionMetadata> = {},
): TransactionMetadata {
  const hasPartitions = state === 'Ongoing' || state === 'PrepareCommit' || state === 'PrepareAbort';
  return {
    ...newTransaction('id', { producerId: PID, timeoutMs: 60_000, nowMs: 0 }),
    previousProducerId: PID,
    producerEpoch: EPOCH,
    state,
    topics: hasPartitions ? TOPICS : NO_TOPICS,
    startTimestampMs: state === 'Empty' ? -1 : 500,
    ...changes,
  };
}

/** A decision in a word: the error, or the next state with its producer and what is answered then. */
function told(decision: Decision): string {
  switch (decision.kind) {
    case 'ask':
      return 'a new producer id';
    case 'answer':
      return errorOf(decision.errorCode).name;
    case 'write': {
      const { state, producerId, producerEpoch, lastProducerEpoch, nextProducerId } = decision.next;
      const last = lastProducerEpoch === -1 ? '' : ` after ${lastProducerEpoch}`;
      const then = nextProducerId === -1 ? '' : `, then ${nextProducerId}`;
      const error = decision.errorCode === ErrorCode.NONE ? '' : `: ${errorOf(decision.errorCode).name}`;
      return `${state} ${producerId}/${producerEpoch}${last}${then}${error}`;
    }
  }
}

const init = (
  metadata: TransactionMetadata,
  expected?: ProducerIdentity,
  { isBusy = false, newProducerId }: { isBusy?: boolean; newProducerId?: number } = {},
): string =>
  told(
    decideInitProducerId({ metadata, isBusy }, { timeoutMs: 30_000, expected }, { ...NOW, newProducerId }),
  );

const end = (
  metadata: TransactionMetadata,
  {
    commit = true,
    version = 2,
    pid = PID,
    epoch = EPOCH,
    isBusy = false,
    newProducerId,
  }: {
    commit?: boolean;
    version?: number;
    pid?: number;
    epoch?: number;
    isBusy?: boolean;
    newProducerId?: number;
  } = {},
): string =>
  told(
    decideEndTransaction(
      { metadata, isBusy },
      { producerId: pid, producerEpoch: epoch, isCommit: commit, clientVersion: version },
      { ...NOW, newProducerId },
    ),
  );

describe('InitProducerId', () => {
  it('begins an id with epoch 0, whoever the producer says that it was', () => {
    const fresh = newTransaction('id', { producerId: PID, timeoutMs: 1, nowMs: 0 });
    expect(init(fresh)).toBe('Empty 7/0');
    expect(init(fresh, { producerId: 99, producerEpoch: 3 })).toBe('Empty 7/0');
  });

  it.each(['Empty', 'CompleteCommit', 'CompleteAbort'] as const)('gives the next epoch in %s', (state) => {
    expect(init(inState(state))).toBe('Empty 7/6');
    expect(init(inState(state), { producerId: PID, producerEpoch: EPOCH })).toBe('Empty 7/6 after 5');
  });

  it('knows the retry of a producer that goes on, until another one has come (KIP-360)', () => {
    const bumped = inState('Empty', { lastProducerEpoch: EPOCH - 1 });
    expect(init(bumped, { producerId: PID, producerEpoch: EPOCH - 1 })).toBe('Empty 7/5 after 4');
    expect(init(bumped, { producerId: PID, producerEpoch: EPOCH - 2 })).toBe('PRODUCER_FENCED');
    const other = inState('Empty');
    expect(init(other, { producerId: PID, producerEpoch: EPOCH - 1 })).toBe('PRODUCER_FENCED');
    expect(init(other, { producerId: 99, producerEpoch: EPOCH })).toBe('PRODUCER_FENCED');
    expect(init(other, { producerId: PID, producerEpoch: EPOCH + 1 })).toBe('PRODUCER_FENCED');
  });

  it('aborts an open transaction first, and lets the producer come again', () => {
    expect(init(inState('Ongoing'))).toBe('PrepareAbort 7/6 after 5: CONCURRENT_TRANSACTIONS');
    expect(init(inState('Ongoing'), { producerId: 99, producerEpoch: EPOCH })).toBe('PRODUCER_FENCED');
  });

  it.each(['PrepareCommit', 'PrepareAbort'] as const)('waits for the end of %s', (state) => {
    expect(init(inState(state))).toBe('CONCURRENT_TRANSACTIONS');
  });

  it('waits for whatever is being written', () => {
    for (const state of ['Empty', 'Ongoing', 'CompleteCommit'] as const)
      expect(init(inState(state), undefined, { isBusy: true })).toBe('CONCURRENT_TRANSACTIONS');
  });

  it('takes another producer id when the epochs are used up', () => {
    const last = inState('CompleteCommit', { producerEpoch: 32_766 });
    expect(init(last)).toBe('a new producer id');
    expect(init(last, undefined, { newProducerId: NEW_PID })).toBe('Empty 8/0');
    const expected = { producerId: PID, producerEpoch: 32_766 };
    expect(init(last, expected, { newProducerId: NEW_PID })).toBe('Empty 8/0 after 32766');
    // The same producer again, to whom nobody has answered; from any other epoch of the old id it is another one.
    const rotated = inState('Empty', { producerId: NEW_PID, producerEpoch: 0, lastProducerEpoch: 32_766 });
    expect(init(rotated, expected)).toBe('Empty 8/0 after 32766');
    expect(init(rotated, { producerId: PID, producerEpoch: EPOCH })).toBe('PRODUCER_FENCED');
    // A fence may use the very last one.
    expect(init(inState('Ongoing', { producerEpoch: 32_766 }))).toBe(
      'PrepareAbort 7/32767 after 32766: CONCURRENT_TRANSACTIONS',
    );
    expect(init(inState('CompleteAbort', { producerEpoch: 32_767 }))).toBe('a new producer id');
  });

  it('takes the timeout that is asked for, and ends whatever was of the transaction before', () => {
    const decision = decideInitProducerId(
      { metadata: inState('CompleteCommit'), isBusy: false },
      { timeoutMs: 30_000, expected: undefined },
      NOW,
    );
    expect(decision).toMatchObject({
      next: { timeoutMs: 30_000, startTimestampMs: -1, lastUpdateTimestampMs: 1_000, topics: new Map() },
    });
  });
});

describe('AddPartitionsToTxn', () => {
  const add = (
    metadata: TransactionMetadata,
    { pid = PID, epoch = EPOCH, isBusy = false, topics = TOPICS } = {},
  ): Decision =>
    decideAddPartitions(
      { metadata, isBusy },
      { producerId: pid, producerEpoch: epoch, topics, clientVersion: 2 },
      NOW,
    );

  it.each(['Empty', 'CompleteCommit', 'CompleteAbort'] as const)('begins a transaction in %s', (state) => {
    expect(add(inState(state))).toMatchObject({
      kind: 'write',
      errorCode: ErrorCode.NONE,
      next: { state: 'Ongoing', topics: TOPICS, startTimestampMs: 1_000, clientTransactionVersion: 2 },
    });
  });

  it('adds to an open one, whose time runs on', () => {
    const topics = topicsOf([
      { name: 'a', partitions: [1, 2] },
      { name: 'b', partitions: [0] },
    ]);
    const all = topicsOf([
      { name: 'a', partitions: [0, 1, 2] },
      { name: 'b', partitions: [0] },
    ]);
    expect(add(inState('Ongoing'), { topics })).toMatchObject({
      next: { state: 'Ongoing', topics: all, startTimestampMs: 500, lastUpdateTimestampMs: 1_000 },
    });
  });

  it('writes nothing for partitions that are in it', () => {
    expect(told(add(inState('Ongoing'), { topics: topicsOf([{ name: 'a', partitions: [1] }]) }))).toBe(
      'NONE',
    );
  });

  it('refuses other producers, and all while the last transaction ends', () => {
    expect(told(add(inState('Ongoing'), { pid: 99 }))).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(told(add(inState('Ongoing'), { epoch: EPOCH - 1 }))).toBe('PRODUCER_FENCED');
    expect(told(add(inState('Ongoing'), { epoch: EPOCH + 1 }))).toBe('PRODUCER_FENCED');
    expect(told(add(inState('PrepareCommit')))).toBe('CONCURRENT_TRANSACTIONS');
    expect(told(add(inState('PrepareAbort')))).toBe('CONCURRENT_TRANSACTIONS');
    // The producer of a used-up id has its next one already.
    expect(told(add(inState('PrepareCommit'), { pid: 99, isBusy: true }))).toBe('CONCURRENT_TRANSACTIONS');
  });

  it('only verifies where it is asked to', () => {
    const me = { producerId: PID, producerEpoch: EPOCH };
    expect(verificationError(inState('Ongoing'), me)).toBe(ErrorCode.NONE);
    expect(verificationError(inState('PrepareAbort'), me)).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    expect(verificationError(inState('Ongoing'), { ...me, producerId: 99 })).toBe(
      ErrorCode.INVALID_PRODUCER_ID_MAPPING,
    );
    expect(verificationError(inState('Ongoing'), { ...me, producerEpoch: 4 })).toBe(
      ErrorCode.PRODUCER_FENCED,
    );
  });
});

describe('EndTxn of transaction.version 0 and 1', () => {
  const COMMIT = { version: 0, commit: true };
  const ABORT = { version: 0, commit: false };

  it.each([
    ['Empty', 'INVALID_TXN_STATE', 'INVALID_TXN_STATE'],
    ['Ongoing', 'PrepareCommit 7/5', 'PrepareAbort 7/5'],
    ['PrepareCommit', 'CONCURRENT_TRANSACTIONS', 'INVALID_TXN_STATE'],
    ['PrepareAbort', 'INVALID_TXN_STATE', 'CONCURRENT_TRANSACTIONS'],
    ['CompleteCommit', 'NONE', 'INVALID_TXN_STATE'],
    ['CompleteAbort', 'INVALID_TXN_STATE', 'NONE'],
  ] as const)('in %s', (state, onCommit, onAbort) => {
    expect([end(inState(state), COMMIT), end(inState(state), ABORT)]).toEqual([onCommit, onAbort]);
    for (const ending of [COMMIT, ABORT]) {
      expect(end(inState(state), { ...ending, pid: 99 })).toBe('INVALID_PRODUCER_ID_MAPPING');
      expect(end(inState(state), { ...ending, epoch: EPOCH - 1 })).toBe('PRODUCER_FENCED');
      expect(end(inState(state), { ...ending, epoch: EPOCH + 1 })).toBe('PRODUCER_FENCED');
      expect(end(inState(state), { ...ending, isBusy: true })).toBe('CONCURRENT_TRANSACTIONS');
      // Who the producer is comes before what is under way.
      expect(end(inState(state), { ...ending, isBusy: true, epoch: 4 })).toBe('PRODUCER_FENCED');
    }
  });
});

describe('EndTxn of transaction.version 2', () => {
  it.each([
    // state, commit and abort with the epoch that is known, and with the one before
    ['Empty', 'INVALID_TXN_STATE', 'PrepareAbort 7/6 after 5', 'PRODUCER_FENCED', 'PRODUCER_FENCED'],
    [
      'Ongoing',
      'PrepareCommit 7/6 after 5',
      'PrepareAbort 7/6 after 5',
      'PRODUCER_FENCED',
      'PRODUCER_FENCED',
    ],
    ['PrepareCommit', 'PRODUCER_FENCED', 'PRODUCER_FENCED', 'CONCURRENT_TRANSACTIONS', 'INVALID_TXN_STATE'],
    ['PrepareAbort', 'PRODUCER_FENCED', 'PRODUCER_FENCED', 'INVALID_TXN_STATE', 'CONCURRENT_TRANSACTIONS'],
    ['CompleteCommit', 'INVALID_TXN_STATE', 'PrepareAbort 7/6 after 5', 'NONE', 'INVALID_TXN_STATE'],
    ['CompleteAbort', 'INVALID_TXN_STATE', 'PrepareAbort 7/6 after 5', 'INVALID_TXN_STATE', 'NONE'],
  ] as const)('in %s', (state, commit, abort, lateCommit, lateAbort) => {
    const before = EPOCH - 1;
    expect([
      end(inState(state)),
      end(inState(state), { commit: false }),
      end(inState(state), { epoch: before }),
      end(inState(state), { epoch: before, commit: false }),
    ]).toEqual([commit, abort, lateCommit, lateAbort]);
    for (const ending of [true, false]) {
      expect(end(inState(state), { commit: ending, pid: 99 })).toBe('INVALID_PRODUCER_ID_MAPPING');
      expect(end(inState(state), { commit: ending, epoch: EPOCH - 2 })).toBe('PRODUCER_FENCED');
      expect(end(inState(state), { commit: ending, epoch: EPOCH + 1 })).toBe('PRODUCER_FENCED');
    }
  });

  it('waits for whatever is being written', () => {
    expect(end(inState('Ongoing'), { isBusy: true })).toBe('CONCURRENT_TRANSACTIONS');
    expect(end(inState('PrepareCommit'), { isBusy: true, epoch: 4, commit: false })).toBe(
      'CONCURRENT_TRANSACTIONS',
    );
    // As in Kafka before anybody asks who it is, which clients of earlier versions are asked first.
    for (const state of ['Ongoing', 'PrepareCommit', 'PrepareAbort'] as const) {
      for (const stranger of [{ pid: 99 }, { pid: -1 }, { epoch: EPOCH - 2 }, { epoch: EPOCH + 1 }]) {
        expect(end(inState(state), { ...stranger, isBusy: true })).toBe('CONCURRENT_TRANSACTIONS');
      }
    }
  });

  it('gives the producer another id behind its last transaction, and knows the retry of that', () => {
    const last = inState('Ongoing', { producerEpoch: 32_766 });
    const ending = { epoch: 32_766 };
    expect(end(last, ending)).toBe('a new producer id');
    expect(end(last, { ...ending, newProducerId: NEW_PID })).toBe(
      'PrepareCommit 7/32767 after 32766, then 8',
    );
    const prepared = inState('PrepareCommit', {
      producerEpoch: 32_767,
      lastProducerEpoch: 32_766,
      nextProducerId: NEW_PID,
      clientTransactionVersion: 2,
    });
    expect(nextIdentity(prepared)).toEqual({ producerId: NEW_PID, producerEpoch: 0 });
    expect(end(prepared, ending)).toBe('CONCURRENT_TRANSACTIONS');
    const complete = completed(prepared, 2_000);
    expect(complete).toMatchObject({
      state: 'CompleteCommit',
      producerId: NEW_PID,
      previousProducerId: PID,
      nextProducerId: -1,
      producerEpoch: 0,
    });
    expect(end(complete, ending)).toBe('NONE');
    expect(end(complete, { ...ending, commit: false })).toBe('INVALID_TXN_STATE');
    expect(end(complete, { ...ending, version: 0 })).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(end(complete, { epoch: 32_765 })).toBe('INVALID_PRODUCER_ID_MAPPING');
    // Once the new producer has begun something the old one is a stranger.
    expect(end({ ...complete, state: 'Ongoing', previousProducerId: NEW_PID }, ending)).toBe(
      'INVALID_PRODUCER_ID_MAPPING',
    );
  });

  it('aborts nothing from the moment that it is asked to', () => {
    const decision = decideEndTransaction(
      { metadata: inState('Empty'), isBusy: false },
      { producerId: PID, producerEpoch: EPOCH, isCommit: false, clientVersion: 2 },
      NOW,
    );
    expect(decision).toMatchObject({ next: { startTimestampMs: 1_000, topics: new Map() } });
  });
});

describe('a transaction that is fenced', () => {
  it('has the next epoch in its markers, also where there is none left', () => {
    expect(fence(inState('Ongoing'), NOW)).toMatchObject({ state: 'PrepareAbort', producerEpoch: 6 });
    expect(fence(inState('Ongoing', { producerEpoch: 32_767 }), NOW)).toMatchObject({
      producerEpoch: 32_767,
    });
    expect(() => fence(inState('Empty'), NOW)).toThrow('an open transaction');
  });

  it('lets its producer go on where the epoch is that of the abort anyway', () => {
    const aborted = completed(fence(inState('Ongoing'), NOW), 2_000);
    expect(end(aborted, { commit: false })).toBe('NONE');
    expect(end(aborted, { commit: true })).toBe('INVALID_TXN_STATE');
    expect(init(aborted, { producerId: PID, producerEpoch: EPOCH })).toBe('Empty 7/6 after 5');
    const fenced = completed(fence(inState('Ongoing'), { ...NOW, transactionVersion: 0 }), 2_000);
    expect(end(fenced, { commit: false, version: 0 })).toBe('PRODUCER_FENCED');
    expect(init(fenced, { producerId: PID, producerEpoch: EPOCH })).toBe('PRODUCER_FENCED');
  });

  it('is of the version that the cluster has finalized', () => {
    expect(fence(inState('Ongoing'), NOW).clientTransactionVersion).toBe(2);
    const before = fence(inState('Ongoing'), { ...NOW, transactionVersion: 1 });
    expect(before).toMatchObject({ clientTransactionVersion: 0, producerEpoch: 6, lastProducerEpoch: -1 });
  });
});

describe('a transaction that is complete', () => {
  it('keeps producer and epoch, and has no partitions any more', () => {
    expect(completed(inState('PrepareAbort'), 2_000)).toMatchObject({
      state: 'CompleteAbort',
      producerId: PID,
      producerEpoch: EPOCH,
      topics: new Map(),
      startTimestampMs: 500,
      lastUpdateTimestampMs: 2_000,
    });
    expect(() => completed(inState('Ongoing'), 2_000)).toThrow('outcome is decided');
  });
});
