import { expect, it } from 'vitest';
import { chosenSeed, Random } from '../sql/random/random.ts';
import { runKills } from './sql-kill/kill-run.ts';

const seed = chosenSeed();

/** `npm run sql:kill` runs 5,000. */
it(`a killed process comes back with what was answered, and with nothing of what was refused (SQL_SEED=${seed})`, async () => {
  const { counts, faults } = await runKills({ random: new Random(seed), statementsMax: 40, minutesMax: 4 });
  console.log(counts);
  expect(faults).toEqual([]);
  expect(counts.statements).toBeGreaterThan(20);
  expect(counts.kills).toBeGreaterThan(1);
});
