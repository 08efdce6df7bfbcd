import { runSeed } from './main.ts';
import type { SeedJob, SeedResult } from './seed-jobs.ts';

async function result({ seed, traceLines }: SeedJob): Promise<SeedResult> {
  const before = process.cpuUsage();
  const { report, failure, simulation, drawn } = await runSeed(seed, traceLines);
  const { user, system } = process.cpuUsage(before);
  const { hash } = simulation.trace;
  const repeats =
    failure === undefined ? undefined : (await runSeed(seed, traceLines)).simulation.trace.hash === hash;
  return {
    seed,
    report,
    failure,
    drawn,
    hash,
    tail: simulation.trace.tail(traceLines),
    repeats,
    cpuMs: (user + system) / 1_000,
  };
}

process.on('message', (job: SeedJob) => {
  result(job).then(
    (found) => process.send?.(found),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
