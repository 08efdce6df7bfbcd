import type { Timers } from '../../../src/base/environment.ts';
import type { TransactionSituation } from './decision.ts';
import type { TransactionMetadata } from './transaction-metadata.ts';
import type { UnmarkedTransaction } from './unmarked-transaction.ts';

/** One transactional id, as it is in the log, and what is being done with it. */
export class TransactionEntry implements TransactionSituation {
  metadata: TransactionMetadata;
  #isWriting = false;
  #unmarked: UnmarkedTransaction | undefined;
  #waiting: (() => void)[] = [];

  constructor(metadata: TransactionMetadata) {
    this.metadata = metadata;
  }

  get isBusy(): boolean {
    return this.#isWriting || this.#unmarked !== undefined;
  }

  /** The partitions that wait for their markers, from the outcome on until it is noted that all have them. */
  get unmarked(): UnmarkedTransaction | undefined {
    return this.#unmarked;
  }

  beginWriting(): void {
    this.#isWriting = true;
  }

  endWriting(): void {
    this.#isWriting = false;
    this.#wake();
  }

  beginMarking(unmarked: UnmarkedTransaction): void {
    this.#unmarked = unmarked;
  }

  endMarking(): void {
    this.#unmarked = undefined;
    this.#wake();
  }

  /** Resolves when nothing is under way, or after `timeoutMs`. Whoever else has waited may have begun something since. */
  whenIdle(timers: Pick<Timers, 'after'>, timeoutMs: number): Promise<void> {
    if (!this.isBusy) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = timers.after(timeoutMs, () => {
        this.#waiting = this.#waiting.filter((other) => other !== wake);
        resolve();
      });
      const wake = (): void => {
        timer.cancel();
        resolve();
      };
      this.#waiting.push(wake);
    });
  }

  #wake(): void {
    if (this.isBusy || this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
