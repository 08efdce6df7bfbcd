import { pathToFileURL } from 'node:url';
import { messageOf } from '../../../src/base/errors.ts';
import { seedsOf, Simulation } from '../simulation.ts';
import { ClusterRun, type RunReport } from './cluster-run.ts';

/**
 * `npm run sim`: runs the cluster simulation for 1,000 seeds, `SIM_SEEDS` of them (from seed
 * `SIM_AFTER` + 1 on), or the one that `SIM_SEED` names
 * (`SIM_TRACE` then is how many lines of its trace are printed). A seed that fails is run a second time, to see that it
 * fails in the same way.
 */
const SEEDS = 1_000;
const TRACE_LINES = 120;

interface Outcome {
  readonly report: RunReport | undefined;
  /** What went wrong; each line of a violation begins with the name of its checker and a colon. */
  readonly failure: string | undefined;
  readonly simulation: Simulation;
}

export async function runSeed(seed: number, traceLines = TRACE_LINES): Promise<Outcome> {
  const simulation = new Simulation(seed, { traceLines });
  const stray: string[] = [];
  const onStray = (error: unknown): void => {
    if ((error as { readonly code?: unknown } | null)?.code !== 'HOST_DOWN')
      stray.push(`unhandled rejection: ${shown(error)}`);
  };
  process.on('unhandledRejection', onStray);
  try {
    const report = await new ClusterRun(simulation).run();
    return { report, failure: stray[0], simulation };
  } catch (error) {
    return { report: undefined, failure: [shown(error), ...stray].join('\n'), simulation };
  } finally {
    process.off('unhandledRejection', onStray);
  }
}

async function main(): Promise<number> {
  const seeds = seedsOf(SEEDS).map((seed) => seed + Number(process.env['SIM_AFTER'] ?? 0));
  const lines = Number(process.env['SIM_TRACE'] ?? TRACE_LINES);
  const startMs = performance.now();
  let acknowledged = 0;
  let failed = 0;
  for (const [index, seed] of seeds.entries()) {
    const seedMs = performance.now();
    const { report, failure, simulation } = await runSeed(seed, lines);
    acknowledged += report?.counts.get('records.acknowledged') ?? 0;
    if (failure !== undefined) {
      failed++;
      const again = await runSeed(seed);
      const repeats = again.simulation.trace.hash === simulation.trace.hash;
      console.log(
        `${simulation.trace.tail(lines)}\n\nseed ${seed} failed: ${failure}\n` +
          `trace ${simulation.trace.hash}, ${repeats ? 'the same' : 'ANOTHER ONE'} when run again; ` +
          `repeat with: SIM_SEED=${seed} npm run sim\n`,
      );
    } else if (seeds.length === 1) {
      console.log(
        `${lines === TRACE_LINES ? '' : `${simulation.trace.tail(lines)}\n\n`}${describe(seed, simulation, report)}`,
      );
    }
    if (process.env['SIM_VERBOSE'] !== undefined) {
      console.log(`${describe(seed, simulation, report)} ${Math.round(performance.now() - seedMs)} ms`);
    } else if ((index + 1) % 50 === 0) {
      console.log(`${index + 1} seeds, ${failed} failed, ${seconds(startMs)} s`);
    }
  }
  console.log(
    `${seeds.length - failed} passed, ${failed} failed (${acknowledged} records acknowledged, ${seconds(startMs)} s)`,
  );
  return failed === 0 ? 0 : 1;
}

function describe(seed: number, simulation: Simulation, report: RunReport | undefined): string {
  if (report === undefined) return `seed ${seed}: failed`;
  const words = (counts: ReadonlyMap<string, number>): string =>
    [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
  return (
    `seed ${seed}: trace ${simulation.trace.hash}, ${report.events} events, ${Math.round(report.virtualMs / 1000)} s; ` +
    `${words(report.counts)}; ${report.controllers} controllers; ${words(report.faults)}`
  );
}

function shown(error: unknown): string {
  return error instanceof Error && error.name !== 'Violation'
    ? (error.stack ?? error.message)
    : messageOf(error);
}

function seconds(sinceMs: number): number {
  return Math.round((performance.now() - sinceMs) / 100) / 10;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main();
