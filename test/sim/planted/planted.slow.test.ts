import { describe, expect, it } from 'vitest';
import { BugProcess } from './bug-process.ts';
import { readFindings } from './findings.ts';
import { SIMULATED_BUGS } from './table.ts';

/** Bugs that nearly every seed finds: where a change of the simulation has moved them, one of the first does. */
const TASTE = [
  'a voter that starts again does not know whom it has voted for',
  'a voter votes twice in an epoch',
];
const SEEDS_MAX = 4;

/** A taste of `npm run sim:planted`, which searches for all bugs of the table. */
describe('the cluster simulation', () => {
  it.each(TASTE)('finds that %s', async (name) => {
    const bug = SIMULATED_BUGS.find((each) => each.name === name);
    const known = readFindings().get(name)?.seed ?? 1;
    const seeds = [known, ...Array.from({ length: SEEDS_MAX }, (_, index) => index + 1)];
    const planted = await BugProcess.start(bug);
    try {
      let failure: string | null = null;
      for (const seed of seeds) failure ??= await planted.run(seed);
      expect(failure).toMatch(/^[a-z-]+: /);
    } finally {
      await planted.close();
    }
  });
});
