import { DiagnosticError } from '../../base/errors.ts';
import type { ManagedStore, PendingChanges } from '../state/managed-store.ts';

/** How often all stores are gone through before it is taken for a circle. */
const ROUNDS_MAX = 1_000;

/** A store that holds changes back. */
type CachedStore = ManagedStore & Required<Pick<ManagedStore, 'takePending'>>;

/**
 * Forwards what the cached stores of a task have held back. In the order of the topology one round is enough, unless a
 * processor writes to a table that it comes behind: so the stores are gone through until none holds anything back.
 * Whatever was left would not be forwarded, though the offsets behind it were committed.
 */
export class CacheFlush {
  readonly #stores: readonly CachedStore[];
  readonly #forward: (pending: PendingChanges, index: number) => void | Promise<void>;

  /** @param stores in the order of the topology. */
  constructor(
    stores: Iterable<ManagedStore>,
    forward: (pending: PendingChanges, index: number) => void | Promise<void>,
  ) {
    this.#stores = [...stores].filter((store): store is CachedStore => store.takePending !== undefined);
    this.#forward = forward;
  }

  /** Answers a promise only when something that was forwarded has to wait. */
  run(): void | Promise<void> {
    return this.#flushFrom(0, 0);
  }

  /** @param empty how many stores, one after the other, were found with nothing. */
  #flushFrom(first: number, empty: number): void | Promise<void> {
    const stores = this.#stores;
    for (let i = first; empty < stores.length; i++) {
      const store = stores[i % stores.length];
      const pending = store?.takePending();
      if (pending === undefined || pending.count === 0) {
        empty++;
        continue;
      }
      if (i > ROUNDS_MAX * stores.length) throw endless(store?.name ?? '');
      empty = 0;
      const waiting = this.#forwardAll(pending, 0);
      if (waiting) return waiting.then(() => this.#flushFrom(i + 1, 0));
    }
  }

  #forwardAll(pending: PendingChanges, first: number): void | Promise<void> {
    for (let i = first; i < pending.count; i++) {
      const waiting = this.#forward(pending, i);
      if (waiting) return this.#forwardRestAfter(waiting, pending, i + 1);
    }
  }

  /** Apart, as in the executor: what makes a function costs whoever never gets to it. */
  #forwardRestAfter(waiting: Promise<void>, pending: PendingChanges, first: number): Promise<void> {
    return waiting.then(() => this.#forwardAll(pending, first));
  }
}

function endless(store: string): DiagnosticError {
  return new DiagnosticError({
    message: `the changes of the store ${store} come to no end`,
    detail: `each time they are forwarded, a processor behind it changes the store again, ${ROUNDS_MAX} times now`,
    hint: 'a processor must not answer each change of a table with another one of the same table',
  });
}
