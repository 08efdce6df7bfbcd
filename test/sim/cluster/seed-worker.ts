import { runSeed } from './run-seed.ts';
import type { SeedJob, SeedResult } from './seed-jobs.ts';

const STACK_LINES = 50;

/** Runs a seed; one that fails is run again, as the share of all that the job asks for is. */
async function result({ seed, traceLines, repetition }: SeedJob): Promise<SeedResult> {
  const before = process.cpuUsage();
  // Errors are many in a cluster in trouble, and who made them is shown of a run that fails only.
  Error.stackTraceLimit = 0;
  const first = await runSeed(seed, traceLines);
  const { user, system } = process.cpuUsage(before);
  const { hash } = first.simulation.trace;
  const found = {
    seed,
    drawn: first.drawn,
    hash,
    tail: first.failure === undefined && traceLines === 0 ? '' : first.simulation.trace.tail(traceLines),
    cpuMs: (user + system) / 1_000,
  };
  const isRepeated = repetition === 'always' || (repetition === 'failed' && first.failure !== undefined);
  if (!isRepeated) return { ...found, report: first.report, failure: first.failure, repeats: undefined };
  Error.stackTraceLimit = STACK_LINES;
  const second = await runSeed(seed, traceLines);
  const repeats = second.simulation.trace.hash === hash;
  const difference = `replay: the seed goes another way when it is run again`;
  const failure = repeats ? second.failure : [first.failure ?? [], difference].flat().join('\n');
  return { ...found, report: failure === undefined ? first.report : undefined, failure, repeats };
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
process.on('disconnect', () => process.exit());
