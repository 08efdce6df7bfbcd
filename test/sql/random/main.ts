/** `npm run sql:random [-- COUNT]`: the random suites of SQL, 5,000 of each, and 500 queries on servers. SQL_SEED repeats a run. */
import { runMutatedStatements } from './mutated-statements.ts';
import { runOnBroker } from './random-queries-on-broker.ts';
import { runRandomQueries } from './random-queries.ts';
import { chosenSeed } from './random.ts';

const count = Number(process.argv[2] ?? '5000');
const seed = chosenSeed();
console.log(`seed ${seed} (SQL_SEED=${seed} repeats it)`);
const queries = await runRandomQueries(count, seed);
for (const fault of queries.faults) console.log(`FAULT ${fault}`);
console.log(`random queries: ${count}, ${queries.rows} rows, ${queries.faults.length} faults`);
const BATCH = 40;
const served = Math.ceil(count / 10);
let onServer = 0;
for (let done = 0; done < served; done += BATCH) {
  const batch = Math.min(BATCH, served - done);
  const faults = await runOnBroker(batch, seed + done);
  for (const fault of faults) console.log(`FAULT seed ${seed + done}: ${fault}`);
  onServer += faults.length;
  console.log(`random queries on servers: ${done + batch} of ${served}, ${onServer} faults`);
}
const statements = await runMutatedStatements(count, seed);
for (const fault of statements.faults) console.log(`FAULT ${fault}`);
console.log(
  `mutated statements: ${statements.accepted} accepted, ${statements.refused} refused, ${statements.faults.length} faults`,
);
process.exitCode = queries.faults.length + onServer + statements.faults.length === 0 ? 0 : 1;
