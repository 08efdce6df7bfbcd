import { refusals } from '../refusals/refusal.ts';

/** Of one or two microseconds each. Two schemas of 1 MB that name what they have take some 60,000; a thousand versions of 100 fields 300,000. */
const STEPS_MAX = 500_000;
/** Types within types, by name or by nesting: as deep as a text may be nested, and far from the end of the stack. */
const DEPTH_MAX = 500;

/**
 * What the comparisons of one request may cost. Counted, not timed: one request gets the same answer on every machine. Schemas
 * whose comparison grows with the square of their size, or faster, are refused before anybody waits for it.
 */
export class ComparisonWork {
  readonly #stepsMax: number;
  #steps = 0;
  #depth = 0;

  constructor(stepsMax = STEPS_MAX) {
    this.#stepsMax = stepsMax;
  }

  /** @throws {RegistryRefusal} 422 where all steps are spent. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#stepsMax) throw refusals.tooMuchToCompare(this.#stepsMax);
  }

  /** Compares what is within what is being compared. @throws {RegistryRefusal} 422 where that is too deep. */
  within<T>(compare: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw refusals.tooDeepToCompare(DEPTH_MAX);
    const result = compare();
    this.#depth -= 1;
    return result;
  }
}
