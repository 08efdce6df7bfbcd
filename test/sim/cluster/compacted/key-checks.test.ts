import { describe, expect, it } from 'vitest';
import { faultsOfScan } from './key-checks.ts';
import { KeyHistory, type KeyWrite, type WriteTransaction } from './key-history.ts';

const KEY = 'key';

function write(
  history: KeyHistory,
  options: {
    readonly offset?: number;
    readonly isTombstone?: boolean;
    readonly transaction?: WriteTransaction;
  },
): KeyWrite {
  const { offset, isTombstone = false, transaction } = options;
  const added = history.add({ partition: 0, key: KEY, isTombstone, sentMs: 0, transaction });
  if (offset !== undefined) added.offset = offset;
  return added;
}

/** What is found where the last record of the key is this one; undefined where there is none. */
function checkers(
  history: KeyHistory,
  found: { readonly offset: number; readonly id: string } | undefined,
  options: {
    readonly isFinal?: boolean;
    readonly latest?: readonly KeyWrite[];
    readonly isExpired?: boolean;
  } = {},
): readonly string[] {
  const { isFinal = true, latest = history.latest(), isExpired = false } = options;
  const scan = {
    last: new Map(found === undefined ? [] : [[KEY, found]]),
    stable: [100],
    reached: [100],
  };
  const faults = faultsOfScan(scan, { history, latest, isFinal, isExpired: () => isExpired });
  return faults.map(({ checker }) => checker);
}

describe('the check of a compacted topic', () => {
  it('finds a last value that is lost, or an older one in its place', () => {
    const history = new KeyHistory();
    const old = write(history, { offset: 3 });
    const last = write(history, { offset: 7 });
    expect(checkers(history, { offset: 7, id: last.id })).toEqual([]);
    expect(checkers(history, { offset: 3, id: old.id })).toEqual(['latest-lost']);
    expect(checkers(history, undefined)).toEqual(['latest-lost']);
    expect(checkers(history, undefined, { isExpired: true })).toEqual([]);
  });

  it('finds a deleted key that is there again, and lets the tombstone go', () => {
    const history = new KeyHistory();
    const old = write(history, { offset: 3 });
    const tombstone = write(history, { offset: 7, isTombstone: true });
    expect(checkers(history, { offset: 7, id: tombstone.id })).toEqual([]);
    expect(checkers(history, undefined)).toEqual([]);
    expect(checkers(history, { offset: 3, id: old.id })).toEqual(['key-resurrected']);
    expect(checkers(history, { offset: 3, id: old.id }, { isFinal: false })).toEqual([]);
  });

  it('takes what may be there, without an acknowledgement, for possible', () => {
    const history = new KeyHistory();
    const last = write(history, { offset: 7 });
    const doubted = write(history, {});
    expect(checkers(history, { offset: 7, id: last.id })).toEqual([]);
    expect(checkers(history, { offset: 9, id: doubted.id })).toEqual([]);
    expect(checkers(history, undefined)).toEqual(['latest-lost']);
    write(history, { isTombstone: true });
    expect(checkers(history, undefined)).toEqual([]);
  });

  it('finds what was aborted, what nobody sent, and another record in the place of one', () => {
    const history = new KeyHistory();
    const last = write(history, { offset: 7 });
    const aborted = write(history, { offset: 9, transaction: { isCommitAsked: true, outcome: 'aborted' } });
    expect(checkers(history, { offset: 9, id: aborted.id })).toEqual(['aborted-read']);
    expect(checkers(history, { offset: 9, id: 'x' })).toEqual(['foreign-record']);
    expect(history.latest()).toEqual([last]);
    const other = write(history, { offset: 4 });
    expect(checkers(history, { offset: 7, id: other.id })).toEqual(['read-differs']);
  });

  it('counts an aborted tombstone for nothing', () => {
    const history = new KeyHistory();
    write(history, { offset: 7 });
    write(history, { offset: 9, isTombstone: true, transaction: { isCommitAsked: false } });
    expect(checkers(history, undefined)).toEqual(['latest-lost']);
  });

  it('does not ask a reader for what a later write, which it could not meet, may have removed meanwhile', () => {
    const history = new KeyHistory();
    const old = write(history, { offset: 3 });
    write(history, { offset: 7 });
    const latest = history.latest();
    write(history, { offset: 120 });
    const found = { offset: 3, id: old.id };
    expect(checkers(history, found, { latest, isFinal: false })).toEqual([]);
    expect(checkers(history, found, { latest })).toEqual(['latest-lost']);
  });
});
