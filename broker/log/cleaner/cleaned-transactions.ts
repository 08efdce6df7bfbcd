import type { AbortedTxn } from '../transaction-index.ts';

/** An aborted transaction whose marker has not come yet. */
interface OpenAbort {
  readonly transaction: AbortedTxn;
  /** A batch of it is still in the log as it is read. */
  readonly hasData: boolean;
}

/** Where a pass over a log stands among its transactions, for whoever goes on with it. */
export interface TransactionsState {
  /** Of the aborted transactions, ascending by first offset, so many have begun. */
  readonly begun: number;
  readonly aborts: readonly OpenAbort[];
  /** Producers with a batch of a transaction that was not aborted, and whose marker has not come yet. */
  readonly committing: readonly number[];
}

/** Before the first batch of a log. */
export const NO_TRANSACTIONS: TransactionsState = { begun: 0, aborts: [], committing: [] };

/** What becomes of a marker, apart from the time that it has to be kept. */
interface MarkerFate {
  /** Nothing of its transaction is left: it may go once its delete horizon is over. */
  readonly isUnneeded: boolean;
  /** What the transaction index has to say of the transaction as long as there is data of it. */
  readonly aborted: AbortedTxn | undefined;
}

const UNNEEDED: MarkerFate = { isUnneeded: true, aborted: undefined };
const NEEDED: MarkerFate = { isUnneeded: false, aborted: undefined };

/**
 * Tells, batch by batch in the order of a log, which data was aborted and which markers have outlived their transactions. All
 * that is read lies below the last stable offset: what is not aborted is committed.
 */
export class CleanedTransactions {
  /** Ascending by first offset. */
  readonly #aborted: readonly AbortedTxn[];
  #begun: number;
  /** By producer id. */
  readonly #aborts: Map<number, OpenAbort>;
  readonly #committing: Set<number>;

  /** @param aborted of the whole pass, from the transaction indexes. */
  constructor(aborted: readonly AbortedTxn[], state: TransactionsState = NO_TRANSACTIONS) {
    this.#aborted = aborted;
    this.#begun = state.begun;
    this.#aborts = new Map(state.aborts.map((abort) => [abort.transaction.producerId, abort]));
    this.#committing = new Set(state.committing);
  }

  get state(): TransactionsState {
    return { begun: this.#begun, aborts: [...this.#aborts.values()], committing: [...this.#committing] };
  }

  /** Sees a batch of data of a transaction. @returns whether it was aborted. */
  onData(producerId: number, lastOffset: number): boolean {
    this.#begin(lastOffset);
    const abort = this.#aborts.get(producerId);
    // Behind its marker nothing belongs to a transaction, also where the marker itself has gone.
    if (abort === undefined || abort.transaction.lastOffset < lastOffset) {
      this.#committing.add(producerId);
      return false;
    }
    if (!abort.hasData) this.#aborts.set(producerId, { ...abort, hasData: true });
    return true;
  }

  /** Sees a marker. @param isAbort undefined where there is no record in it: its transaction has gone before it. */
  onMarker(producerId: number, offset: number, isAbort: boolean | undefined): MarkerFate {
    this.#begin(offset);
    if (isAbort === undefined) return UNNEEDED;
    if (!isAbort) return this.#committing.delete(producerId) ? NEEDED : UNNEEDED;
    const abort = this.#aborts.get(producerId);
    this.#aborts.delete(producerId);
    return abort?.hasData === true ? { isUnneeded: false, aborted: abort.transaction } : UNNEEDED;
  }

  /** Transactions begin up to an offset. */
  #begin(offset: number): void {
    for (;;) {
      const transaction = this.#aborted[this.#begun];
      if (transaction === undefined || transaction.firstOffset > offset) return;
      this.#begun++;
      const open = this.#aborts.get(transaction.producerId);
      // Two segments may both speak of it.
      if (open?.transaction.firstOffset === transaction.firstOffset) continue;
      this.#aborts.set(transaction.producerId, { transaction, hasData: false });
    }
  }
}
