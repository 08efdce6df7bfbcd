import type { Timers } from '../../base/environment.ts';

interface Holder {
  readonly text: string;
  /** Those that it waits for. */
  before: readonly Holder[];
  /** Resolves when this one, and all that it waits for, have ended. */
  readonly ended: Promise<void>;
  hasWorked: boolean;
}

/** Names that somebody has. */
export interface HeldNames {
  readonly names: ReadonlySet<string>;
  /** Whether somebody had one of them before, so that what was known of them may not be so any more. */
  readonly hasWaited: boolean;
  /** Lets the next ones have them; what follows need not wait for the end of the work. */
  release(): void;
}

/**
 * Lets scripts wait for each other that touch the same streams, tables, types, topics or queries. Those that touch others
 * do not wait. A script takes all its names at once and waits for all earlier ones that have one of them, so no two wait
 * for each other, in whatever order their statements come.
 */
export class NameLocks {
  readonly #timers: Timers;
  readonly #waitMsMax: number;
  readonly #onLate: (text: string) => Error;
  /** The last statement that has asked for a name. */
  readonly #last = new Map<string, Holder>();

  constructor(options: {
    readonly timers: Timers;
    /** How long a script waits while none of those ends that are before it. */
    readonly waitMsMax: number;
    /** The error of one that has waited so long, for the statement of this text. */
    readonly onLate: (text: string) => Error;
  }) {
    this.#timers = options.timers;
    this.#waitMsMax = options.waitMsMax;
    this.#onLate = options.onLate;
  }

  /**
   * Runs `work` when all earlier scripts with one of these names have ended or released them.
   * @throws what `onLate` says where that takes too long; `work` does not run then.
   */
  async run<T>(names: readonly string[], text: string, work: (held: HeldNames) => Promise<T>): Promise<T> {
    const before = [...new Set(names.flatMap((name) => this.#last.get(name) ?? []))];
    let end: () => void = () => undefined;
    const worked = new Promise<void>((resolve) => (end = resolve));
    const ended = Promise.all([worked, ...before.map((each) => each.ended)]).then(() => undefined);
    const holder: Holder = { text, before, ended, hasWorked: false };
    for (const name of names) this.#last.set(name, holder);
    void ended.then(() => this.#release(names, holder));
    const release = (): void => {
      holder.hasWorked = true;
      end();
    };
    try {
      await this.#turn(before);
      return await work({ names: new Set(names), hasWaited: before.length > 0, release });
    } finally {
      release();
    }
  }

  async #turn(before: readonly Holder[]): Promise<void> {
    const all = Promise.all(before.map(({ ended }) => ended)).then(() => true);
    for (let left = notEnded(before); left.length > 0; ) {
      const over = new AbortController();
      const late = this.#timers.sleep(this.#waitMsMax, over.signal).then(
        () => false,
        () => true,
      );
      const haveEnded = await Promise.race([all, late]);
      over.abort();
      if (haveEnded) return;
      const still = notEnded(before);
      const [first] = still;
      if (first !== undefined && still.length === left.length) throw this.#onLate(first.text);
      left = still;
    }
  }

  #release(names: readonly string[], holder: Holder): void {
    // Whoever waits for this one does not keep those alive that it has waited for.
    holder.before = [];
    for (const name of names) {
      if (this.#last.get(name) === holder) this.#last.delete(name);
    }
  }
}

/** Those that have not ended, and all that they wait for; first the one that waits for none. */
function notEnded(holders: readonly Holder[], found: Set<Holder> = new Set()): readonly Holder[] {
  for (const holder of holders) {
    if (found.has(holder)) continue;
    notEnded(holder.before, found);
    if (!holder.hasWorked) found.add(holder);
  }
  return [...found];
}
