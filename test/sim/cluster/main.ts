import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { seedsOf } from '../simulation.ts';
import { Figures } from './figures.ts';
import { TRACE_LINES } from './run-seed.ts';
import { runSeeds, type SeedResult } from './seed-jobs.ts';

/**
 * `npm run sim`: runs the cluster simulation for 1,000 seeds, `SIM_SEEDS` of them (from seed `SIM_AFTER` + 1 on), or the one
 * that `SIM_SEED` names (`SIM_TRACE` then is how many lines of its trace are printed), in `SIM_JOBS` processes, by default
 * as many as there are processors. A seed that fails is run a second time, to see that it fails in the same way.
 */
const SEEDS = 1_000;
const PROGRESS_SEEDS = 50;

async function main(): Promise<number> {
  const seeds = seedsOf(SEEDS).map((seed) => seed + Number(process.env['SIM_AFTER'] ?? 0));
  const lines = Number(process.env['SIM_TRACE'] ?? TRACE_LINES);
  const jobs = Number(process.env['SIM_JOBS'] ?? availableParallelism());
  const isVerbose = process.env['SIM_VERBOSE'] !== undefined;
  const startMs = performance.now();
  const figures = new Figures();
  await runSeeds(seeds, { jobs, traceLines: lines }, (result) => {
    figures.add(result);
    if (result.failure !== undefined) console.log(failureText(result));
    else if (seeds.length === 1 && lines !== TRACE_LINES) console.log(`${result.tail}\n`);
    if (seeds.length === 1 || isVerbose) console.log(describe(result));
    else if (figures.seeds % PROGRESS_SEEDS === 0)
      console.log(`${figures.seeds} seeds, ${figures.failed} failed, ${seconds(startMs)} s`);
  });
  const idle = figures.idleParts;
  if (seeds.length >= PROGRESS_SEEDS && idle.length > 0)
    console.log(`nothing was ever checked by ${idle.join()}`);
  console.log(figures.text(performance.now() - startMs));
  return figures.failed === 0 && (seeds.length < PROGRESS_SEEDS || idle.length === 0) ? 0 : 1;
}

function failureText({ seed, failure, tail, hash, repeats, drawn }: SeedResult): string {
  return (
    `${tail}\n\nseed ${seed} failed: ${failure}\n${drawn}\n` +
    `trace ${hash}, ${repeats === false ? 'ANOTHER ONE' : 'the same'} when run again; repeat with: SIM_SEED=${seed} npm run sim\n`
  );
}

function describe({ seed, hash, report, drawn, cpuMs }: SeedResult): string {
  const words = (counts: ReadonlyMap<string, number>): string =>
    [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
  if (report === undefined) return `seed ${seed}: failed; ${drawn}`;
  return (
    `seed ${seed}: ${drawn}\n  trace ${hash}, ${report.events} events, ${Math.round(report.virtualMs / 1000)} s, ` +
    `${Math.round(cpuMs)} ms of processor; ${report.controllers} controllers; ${words(report.counts)}; ${words(report.faults)}`
  );
}

function seconds(sinceMs: number): number {
  return Math.round((performance.now() - sinceMs) / 100) / 10;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main();
