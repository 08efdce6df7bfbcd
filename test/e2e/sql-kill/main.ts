/**
 * `npm run sql:kill [-- COUNT [MINUTES]]`: statements against a server process that is killed again and again, 5,000 or as
 * many as an hour allows. SQL_SEED repeats a run.
 */
import { chosenSeed, Random } from '../../sql/random/random.ts';
import { runKills } from './kill-run.ts';

const [count = '5000', minutes = '60'] = process.argv.slice(2);
const seed = chosenSeed();
console.log(`seed ${seed} (SQL_SEED=${seed} repeats it)`);
const { faults } = await runKills({
  random: new Random(seed),
  statementsMax: Number(count),
  minutesMax: Number(minutes),
  onProgress: (counts, fault) => {
    console.log(Object.entries(counts).join('  ').replaceAll(',', ' '));
    if (fault !== undefined) console.log(`FAULT ${fault}`);
  },
});
console.log(`${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
