import { watched } from '../settled.ts';
import type { Simulation } from '../simulation.ts';
import { Violation } from './violation.ts';

const VIOLATIONS_SHOWN = 10;

/** Something that is waited for. */
export interface Wait {
  /** Whose violation it is when it takes too long; `progress` unless said. */
  readonly checker?: string;
  readonly what: string;
  readonly timeoutMs: number;
  /** Asked when it took too long: what is missing. */
  readonly explain?: () => string | undefined;
}

/** The waits of a run: each has its bound of virtual time, and each ends at the first violation. */
export class RunWaits {
  readonly #simulation: Simulation;
  readonly #violations: { readonly checker: string; readonly what: string }[] = [];
  readonly #observe: () => void;
  readonly #explain: () => readonly string[];

  /** @param options.observe called after every event; `explain` when a wait took too long: what may be behind it. */
  constructor(
    simulation: Simulation,
    options: { readonly observe: () => void; readonly explain: () => readonly string[] },
  ) {
    this.#simulation = simulation;
    this.#observe = options.observe;
    this.#explain = options.explain;
  }

  readonly violate = (checker: string, what: string): void => {
    this.#simulation.note(`VIOLATION ${checker}: ${what}`);
    this.#violations.push({ checker, what });
  };

  /** @throws {Violation} when there was one. */
  throwViolations(): void {
    const [first] = this.#violations;
    if (first === undefined) return;
    const shown = this.#violations.slice(0, VIOLATIONS_SHOWN);
    throw new Violation(first.checker, shown.map(({ checker, what }) => `${checker}: ${what}`).join('\n'));
  }

  /** Lets the world go on until a promise settles, and answers it. */
  settle<T>(wait: Wait, promise: Promise<T>): Promise<T> {
    return this.until(wait, watched(promise)).then(() => promise);
  }

  /** Lets the world go on until a predicate holds, which is asked after every event. */
  async until(
    { checker = 'progress', what, timeoutMs, explain }: Wait,
    isDone: () => boolean,
  ): Promise<void> {
    const deadlineMs = this.#simulation.nowMs + timeoutMs;
    let isLate = false;
    await this.#simulation.run(() => {
      this.#observe();
      if (this.#violations.length > 0 || isDone()) return true;
      isLate = this.#simulation.nowMs > deadlineMs;
      return isLate;
    });
    if (isLate) {
      const why = [explain?.() ?? [], this.#explain()].flat().join('; ');
      this.violate(checker, `${what}: not within ${timeoutMs} ms${why === '' ? '' : `: ${why}`}`);
    }
    this.throwViolations();
  }
}
