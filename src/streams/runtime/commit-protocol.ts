/**
 * The steps of a commit in their order, which is all that at-least-once rests on:
 *
 * - `flush-caches`: what cached stores have held back is forwarded, so that no result is missing;
 * - `flush-results`: all results are acknowledged;
 * - `log-changes`: the changes of stores are sent to their changelogs;
 * - `flush-changelogs`: these are acknowledged, too;
 * - `commit-offsets`: the group knows what was processed;
 * - `write-local-state`: the state goes to disk, with the changelog offsets that it contains;
 * - `release`: what was uncommitted may leave the memory.
 *
 * A crash before `log-changes`: the records are processed again, from a state that has not seen them. A crash between it and
 * `commit-offsets`: they are processed again, from a state that may have seen them, since changelogs are restored to their ends. What it
 * holds no more, a window that was told or an unmatched record, is told by no record then: its result has to be there before.
 * A crash after `commit-offsets`: the tail of the changelog is restored. Were local state written earlier, it would have seen
 * records that are processed again, and no changelog would know.
 */
export const AT_LEAST_ONCE = [
  'flush-caches',
  'flush-results',
  'log-changes',
  'flush-changelogs',
  'commit-offsets',
  'write-local-state',
  'release',
] as const;

/**
 * The steps of a commit under exactly-once (`exactly_once_v2`, KIP-447). Results, changelogs and offsets are one transaction:
 *
 * - `flush-caches` and `log-changes` as above;
 * - `flush-outputs`: all that the transaction has written is acknowledged, and the offsets of the changelogs are known;
 * - `add-offsets`: what was processed becomes part of it, under the generation of the group, which refuses a member that it has left;
 * - `commit-transaction`: all of that counts, or nothing;
 * - `write-local-state` and `release` as above.
 *
 * A crash up to `commit-transaction`: the transaction is aborted, no reader of what is committed has seen any of it, nor has the disk, and
 * the records are processed again. A crash after it: the tail of the changelog is restored, as at least once.
 */
export const EXACTLY_ONCE = [
  'flush-caches',
  'log-changes',
  'flush-outputs',
  'add-offsets',
  'commit-transaction',
  'write-local-state',
  'release',
] as const;

type CommitStep = (typeof AT_LEAST_ONCE | typeof EXACTLY_ONCE)[number];

/** `abandon` ends the commit: what comes later in the order is left to the next one. */
type StepResult = void | 'abandon';

/** What each step does to a round; steps that are left out have nothing to do there. */
export type CommitActions<Round> = Readonly<
  Partial<Record<CommitStep, (round: Round) => StepResult | Promise<StepResult>>>
>;

/** How a test changes a commit. */
export interface CommitVariation {
  readonly order?: readonly CommitStep[];
  /** Called at each step; what it throws ends the commit there. */
  readonly at?: (step: CommitStep, when: 'before' | 'after') => void;
}

/** Takes the steps of commits, for the processing loop and the test driver alike. */
export class CommitProtocol<Round> {
  readonly #order: readonly CommitStep[];
  readonly #actions: CommitActions<Round>;
  readonly #at: CommitVariation['at'];

  constructor(order: readonly CommitStep[], actions: CommitActions<Round>, variation: CommitVariation = {}) {
    this.#order = (variation.order ?? order).filter((step) => actions[step] !== undefined);
    this.#actions = actions;
    this.#at = variation.at;
  }

  /** Commits; answers whether all steps were taken, as a promise only when one of them has to wait. */
  run(round: Round): boolean | Promise<boolean> {
    return this.#runFrom(0, round);
  }

  #runFrom(first: number, round: Round): boolean | Promise<boolean> {
    for (let i = first; i < this.#order.length; i++) {
      const step = this.#order[i];
      if (step === undefined) break;
      this.#at?.(step, 'before');
      const result = this.#actions[step]?.(round);
      if (result instanceof Promise) {
        return result.then((settled) => {
          if (settled === 'abandon') return false;
          this.#at?.(step, 'after');
          return this.#runFrom(i + 1, round);
        });
      }
      if (result === 'abandon') return false;
      this.#at?.(step, 'after');
    }
    return true;
  }
}
