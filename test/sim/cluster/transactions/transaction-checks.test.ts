import { describe, expect, it } from 'vitest';
import { faultsOfTransactions, type PartitionValues } from './transaction-checks.ts';
import { type ProducerLife, type Transaction, TransactionHistory } from './transaction-history.ts';

/** A history by hand, in which time is what the test says. */
class Told {
  nowMs = 0;
  readonly history = new TransactionHistory(() => this.nowMs);

  producer(transactionalId: string): ProducerLife {
    const life = this.history.live(transactionalId);
    this.nowMs++;
    this.history.initialized(life);
    this.nowMs++;
    return life;
  }

  /** One record to each partition, each acknowledged at its offset. */
  transaction(
    life: ProducerLife,
    offsets: readonly (readonly [partition: number, offset: number])[],
  ): Transaction {
    const transaction = this.history.begin(life);
    for (const [partition, offset] of offsets) {
      this.nowMs++;
      this.history.send(transaction, partition).record.offset = offset;
    }
    this.nowMs++;
    return transaction;
  }

  commit(transaction: Transaction): void {
    this.history.commitAsked(transaction);
    this.nowMs++;
    this.history.ended(transaction, 'committed');
    this.nowMs++;
  }

  abort(transaction: Transaction): void {
    this.history.ended(transaction, 'aborted');
    this.nowMs++;
  }

  checkers(committed: readonly PartitionValues[], all = committed): readonly string[] {
    return faultsOfTransactions(this.history, { committed, all }).map(({ checker }) => checker);
  }
}

/** What is read where one transaction is before another one in partition 0, and behind it in partition 1. */
const crossed = (first: Transaction, second: Transaction): readonly PartitionValues[] => [
  [
    [0, `${first.name}/0`],
    [1, `${second.name}/0`],
  ],
  [
    [0, `${second.name}/1`],
    [1, `${first.name}/1`],
  ],
];

describe('the check of transactions', () => {
  it('finds nothing in what was committed as a whole, aborted as a whole, or left open', () => {
    const told = new Told();
    const life = told.producer('a');
    const first = told.transaction(life, [
      [0, 0],
      [1, 0],
    ]);
    told.commit(first);
    const second = told.transaction(life, [[0, 2]]);
    told.abort(second);
    const third = told.transaction(life, [[1, 2]]);
    const committed = [[[0, `${first.name}/0`]], [[0, `${first.name}/1`]]] as const;
    const all = [
      [...committed[0], [2, `${second.name}/0`]],
      [...committed[1], [2, `${third.name}/0`]],
    ] as const;
    expect(told.checkers(committed, all)).toEqual([]);
  });

  it('finds an aborted transaction that is read, and one that nobody has asked to commit', () => {
    const told = new Told();
    const life = told.producer('a');
    const aborted = told.transaction(life, [[0, 0]]);
    told.abort(aborted);
    const open = told.transaction(life, [[0, 1]]);
    expect(
      told.checkers([
        [
          [0, `${aborted.name}/0`],
          [1, `${open.name}/0`],
        ],
      ]),
    ).toEqual(['aborted-read', 'aborted-read']);
  });

  it('finds half a transaction, whether its outcome is known or not, and one that is lost', () => {
    const told = new Told();
    const life = told.producer('a');
    const offsets = [
      [0, 0],
      [1, 0],
    ] as const;
    const known = told.transaction(life, offsets);
    told.commit(known);
    const all = [[[0, `${known.name}/0`]], [[0, `${known.name}/1`]]] as const;
    expect(told.checkers([all[0], []], all)).toEqual(['half-transaction']);
    expect(told.checkers([[], []], all)).toEqual(['commit-lost']);

    const unknown = new Told();
    const doubted = unknown.transaction(unknown.producer('a'), offsets);
    unknown.history.commitAsked(doubted);
    const both = [[[0, `${doubted.name}/0`]], [[0, `${doubted.name}/1`]]] as const;
    expect(unknown.checkers([[], both[1]], both)).toEqual(['half-transaction']);
    expect(unknown.checkers([[], []], both)).toEqual([]);
    expect(unknown.checkers(both)).toEqual([]);
  });

  it('finds an acknowledged record that is not there, one that is there twice, and one that nobody sent', () => {
    const told = new Told();
    const first = told.transaction(told.producer('a'), [[0, 0]]);
    told.abort(first);
    const value = `${first.name}/0`;
    expect(told.checkers([[]])).toEqual(['acknowledged-lost']);
    expect(
      told.checkers(
        [[]],
        [
          [
            [0, value],
            [1, value],
          ],
        ],
      ),
    ).toEqual(['doubled']);
    expect(
      told.checkers(
        [[]],
        [
          [
            [0, value],
            [1, 'x/0'],
          ],
        ],
      ),
    ).toEqual(['foreign-record']);
  });

  it('finds two transactions of a producer in the wrong order', () => {
    const told = new Told();
    const life = told.producer('a');
    const first = told.transaction(life, [[0, 1]]);
    told.commit(first);
    const second = told.transaction(life, [[0, 0]]);
    told.commit(second);
    const content = [
      [
        [0, `${second.name}/0`],
        [1, `${first.name}/0`],
      ],
    ] as const;
    expect(told.checkers(content)).toEqual(['transaction-order', 'write-cycle']);
  });

  it('finds a cycle of writes between two producers where one was over before the other began', () => {
    const told = new Told();
    const alice = told.producer('a');
    const bob = told.producer('b');
    const first = told.transaction(alice, [
      [0, 0],
      [1, 1],
    ]);
    told.commit(first);
    const second = told.transaction(bob, [
      [0, 1],
      [1, 0],
    ]);
    told.commit(second);
    expect(told.checkers(crossed(first, second))).toEqual(['write-cycle']);
  });

  it('allows any order of two transactions that are open together', () => {
    const told = new Told();
    const alice = told.producer('a');
    const bob = told.producer('b');
    const first = told.transaction(alice, [
      [0, 0],
      [1, 1],
    ]);
    const second = told.transaction(bob, [
      [0, 1],
      [1, 0],
    ]);
    told.commit(first);
    told.commit(second);
    expect(told.checkers(crossed(first, second))).toEqual([]);
  });

  it('finds what a fenced producer has written, and that it was told to have committed', () => {
    const told = new Told();
    const old = told.producer('a');
    told.producer('a');
    const late = told.transaction(old, [[0, 0]]);
    told.commit(late);
    const value = [[[0, `${late.name}/0`]]] as const;
    expect(told.checkers(value)).toEqual(['fenced-write', 'fenced-commit']);
  });

  it('does not take a producer for fenced that may have asked for its identity later', () => {
    const told = new Told();
    const one = told.history.live('a');
    const other = told.history.live('a');
    told.nowMs++;
    told.history.initialized(one);
    told.history.initialized(other);
    told.nowMs++;
    const committed = told.transaction(one, [[0, 0]]);
    told.commit(committed);
    expect(told.checkers([[[0, `${committed.name}/0`]]])).toEqual([]);
  });
});
