import { safeLength } from '../../../base/regex-cost.ts';
import { refusals } from '../../refusals/refusal.ts';
import type { ComparisonWork } from '../comparison-work.ts';

/** What a match is charged for, by the number of ways that the engine may try. */
const TIERS = [
  { tries: 1_000, steps: 2 },
  { tries: 30_000, steps: 50 },
  { tries: 1_000_000, steps: 1_500 },
] as const;

interface PropertyPattern {
  readonly regex: RegExp | undefined;
  /** The longest names that the tiers hold for. */
  readonly tiers: readonly { readonly lengthMax: number; readonly steps: number }[];
}

/**
 * The expressions of `patternProperties`. Anybody may have sent them, and a backtracking engine can try some for longer than
 * anybody lives: what a match may cost is charged before, by an upper bound.
 */
export class PropertyPatterns {
  readonly #work: ComparisonWork;
  readonly #patterns = new Map<string, PropertyPattern>();

  constructor(work: ComparisonWork) {
    this.#work = work;
  }

  /** @throws {RegistryRefusal} 422 where it may take too long. */
  matches(pattern: string, name: string): boolean {
    let known = this.#patterns.get(pattern);
    if (known === undefined) this.#patterns.set(pattern, (known = propertyPattern(pattern)));
    if (known.regex === undefined) return false;
    const tier = known.tiers.find(({ lengthMax }) => name.length <= lengthMax);
    if (tier === undefined) throw refusals.patternTooCostly(pattern, name.length);
    this.#work.spend(tier.steps);
    return known.regex.test(name);
  }
}

function propertyPattern(pattern: string): PropertyPattern {
  const tiers = TIERS.map(({ tries, steps }) => ({ lengthMax: safeLength(pattern, tries), steps }));
  try {
    return { regex: new RegExp(pattern, 'u'), tiers };
  } catch {
    // One that only Java can read covers nothing here.
    return { regex: undefined, tiers };
  }
}
