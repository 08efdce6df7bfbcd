import { expect, it } from 'vitest';
import { runMutatedStatements } from './mutated-statements.ts';
import { runOnBroker } from './random-queries-on-broker.ts';
import { runRandomQueries } from './random-queries.ts';
import { chosenSeed } from './random.ts';

const seed = chosenSeed();

/** `npm run sql:random` runs 5,000 of each. */
it(`random queries maintain what is recomputed, and push what is pulled (SQL_SEED=${seed})`, async () => {
  const { rows, faults } = await runRandomQueries(60, seed);
  expect(faults).toEqual([]);
  expect(rows).toBeGreaterThan(60);
});

it(`mutated statements are refused at a place inside of them, or print as they are (SQL_SEED=${seed})`, async () => {
  const { accepted, refused, faults } = await runMutatedStatements(150, seed);
  expect(faults).toEqual([]);
  expect(accepted).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(accepted);
});

it(`a server answers what is recomputed, before a restart and after (SQL_SEED=${seed})`, async () => {
  expect(await runOnBroker(4, seed)).toEqual([]);
});
