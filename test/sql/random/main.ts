/** `npm run sql:random [-- COUNT]`: the random suites of SQL, 5,000 of each. SQL_SEED repeats a run. */
import { runMutatedStatements } from './mutated-statements.ts';
import { runRandomQueries } from './random-queries.ts';
import { chosenSeed } from './random.ts';

const count = Number(process.argv[2] ?? '5000');
const seed = chosenSeed();
console.log(`seed ${seed} (SQL_SEED=${seed} repeats it)`);
const queries = await runRandomQueries(count, seed);
for (const fault of queries.faults) console.log(`FAULT ${fault}`);
console.log(`random queries: ${count}, ${queries.rows} rows, ${queries.faults.length} faults`);
const statements = await runMutatedStatements(count, seed);
for (const fault of statements.faults) console.log(`FAULT ${fault}`);
console.log(
  `mutated statements: ${statements.accepted} accepted, ${statements.refused} refused, ${statements.faults.length} faults`,
);
process.exitCode = queries.faults.length + statements.faults.length === 0 ? 0 : 1;
