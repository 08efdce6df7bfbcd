import type { SeededRandom } from '../seeded-random.ts';

/** Which faults a run has, and how dense they come. */
export interface FaultMix {
  /** Names of faults and how much more often than by default each comes up; undefined: all as by default. */
  readonly factors: ReadonlyMap<string, number> | undefined;
  /** What comes in a second by default comes in this. */
  readonly density: number;
}

/** The faults of these names, as often as by default. */
export function mixOf(names: readonly string[]): FaultMix {
  return { factors: new Map(names.map((name) => [name, 1])), density: 1 };
}

const KINDS_MAX = 5;

/**
 * Some runs have all faults, others a few, and those often ("swarm testing", Groce et al., ISSTA 2012): a bug that needs
 * many faults of one kind hides where all kinds disturb each other.
 */
export function drawMix(random: SeededRandom, names: readonly string[]): FaultMix {
  const density = random.pick([0.5, 1, 1, 2, 4]);
  if (random.chance(0.4)) return { factors: undefined, density };
  const factors = new Map<string, number>();
  for (let count = 1 + random.int(KINDS_MAX); count > 0; count--)
    factors.set(random.pick(names), random.pick([0.3, 1, 3]));
  return { factors, density };
}
