import type { Timers } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import type { TopicFacts } from '../analysis/session.ts';
import { withinSecond } from './within-second.ts';

type Facts = ReadonlyMap<string, TopicFacts>;

/** Facts about topics, and what the cluster last said of them for when it does not answer. */
export class KnownTopics {
  readonly #timers: Timers;
  readonly #ask: (names: readonly string[]) => Promise<Facts>;
  #known: Facts = new Map();
  /** The cluster has kept somebody waiting, and has not answered since. */
  #isLate = false;
  #refreshing: Promise<Facts | undefined> | undefined;

  constructor(options: {
    readonly timers: Timers;
    /** Asks the cluster about those of the topics that exist. */
    readonly describe: (names: readonly string[]) => Promise<Facts>;
  }) {
    this.#timers = options.timers;
    this.#ask = options.describe;
  }

  async describe(names: readonly string[]): Promise<Facts> {
    const facts = await this.#ask(names);
    this.learn(names, facts);
    return facts;
  }

  /** Called with what the cluster has said to somebody else. */
  learn(names: readonly string[], facts: Facts): void {
    this.#isLate = false;
    const before = [...this.#known].filter(([name]) => !names.includes(name));
    this.#known = new Map([...before, ...facts]);
  }

  /** What the cluster says, or what it said last where it does not answer within a second. */
  async describeSoon(names: readonly string[]): Promise<Facts> {
    const fresh = this.#refresh(names);
    const late = (): undefined => {
      this.#isLate = true;
    };
    const facts = this.#isLate ? undefined : await withinSecond(this.#timers, fresh, late);
    return facts ?? new Map([...this.#known].filter(([name]) => names.includes(name)));
  }

  /** Asks once at a time, while the cluster keeps one waiting: undefined where it cannot be had. */
  #refresh(names: readonly string[]): Promise<Facts | undefined> {
    if (this.#isLate && this.#refreshing !== undefined) return this.#refreshing;
    const refreshing = this.describe(names).catch((error: unknown) => {
      if (error instanceof OperationalError && error.retriable) return undefined;
      throw error;
    });
    this.#refreshing = refreshing.finally(() => (this.#refreshing = undefined));
    // Whoever does not wait for it does not hear of it.
    this.#refreshing.catch(() => undefined);
    return refreshing;
  }
}
