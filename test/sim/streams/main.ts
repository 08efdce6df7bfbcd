/**
 * `npm run sim:streams`: applications on the simulated cluster, for 100 seeds, `SIM_SEEDS` of them (from seed `SIM_AFTER` + 1
 * on), or the one that `SIM_SEED` names (`SIM_TRACE` then is how many lines of its trace are printed).
 */
import { messageOf } from '../../../src/base/errors.ts';
import { seedsOf, Simulation } from '../simulation.ts';
import { StreamsRun } from './streams-run.ts';

const SEEDS = 100;
const TRACE_LINES = 80;

const lines = Number(process.env['SIM_TRACE'] ?? TRACE_LINES);
let failed = 0;
const totals = { records: 0, results: 0, crashes: 0, countedAgain: 0, forgotten: 0 };
for (const seed of seedsOf(SEEDS).map((each) => each + Number(process.env['SIM_AFTER'] ?? 0))) {
  const simulation = new Simulation(seed, { traceLines: lines });
  const stray: string[] = [];
  const onStray = (error: unknown): void => void stray.push(`unhandled rejection: ${String(error)}`);
  process.on('unhandledRejection', onStray);
  try {
    const report = await new StreamsRun(simulation, { faults: seed % 10 !== 0 }).run();
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += report[name];
    if (stray.length > 0) throw new Error(stray.join('\n'));
    if (process.env['SIM_VERBOSE'] !== undefined)
      console.log(seed, simulation.trace.hash, JSON.stringify(report));
  } catch (error) {
    failed++;
    console.log(
      `${simulation.trace.tail(lines)}\n\nseed ${seed} failed: ${error instanceof Error ? (error.stack ?? messageOf(error)) : String(error)}\n` +
        `repeat with: SIM_SEED=${seed} npm run sim:streams\n`,
    );
  } finally {
    process.off('unhandledRejection', onStray);
  }
}
console.log(`${failed} failed, ${JSON.stringify(totals)}`);
process.exitCode = failed === 0 ? 0 : 1;
