import { BundledProgram, type BundledProcess } from '../bundled-process.ts';
import type { RunReport } from './cluster-run.ts';

/** What one seed came to, as one process tells another. */
export interface SeedResult {
  readonly seed: number;
  readonly report: RunReport | undefined;
  readonly failure: string | undefined;
  /** What the seed has drawn, in words. */
  readonly drawn: string;
  /** Of the whole trace. */
  readonly hash: string;
  /** The last lines of the trace. */
  readonly tail: string;
  /** Of a seed that was run again: whether it went the same way. */
  readonly repeats: boolean | undefined;
  /** Of the first time. */
  readonly cpuMs: number;
}

/** What a process is asked to do. */
export interface SeedJob {
  readonly seed: number;
  readonly traceLines: number;
  /** Whether the seed is run a second time, to see that it goes the same way. */
  readonly repetition: 'always' | 'failed' | 'never';
}

export const SEED_PROGRAM = 'test/sim/cluster/seed-worker.ts';

/** One of so many seeds is run again though it has not failed. */
const REPEATED_SHARE = 25;

/**
 * Runs seeds in processes of their own, each of which takes the next seed when it is done with one.
 * @param options.jobs processes at most.
 * @param onResult called as the results come, in any order.
 */
export async function runSeeds(
  seeds: readonly number[],
  options: { readonly jobs: number; readonly traceLines: number },
  onResult: (result: SeedResult) => void,
): Promise<void> {
  const { traceLines } = options;
  const waiting = [...seeds];
  const jobs = Math.max(1, Math.min(options.jobs, seeds.length));
  const program = await BundledProgram.build(SEED_PROGRAM);
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      for (let seed = waiting.shift(); seed !== undefined; ) {
        const worker = program.start();
        // One that dies is replaced: the seeds that follow are not to blame.
        while (seed !== undefined && worker.end === undefined) {
          const repetition = seed % REPEATED_SHARE === 0 ? 'always' : 'failed';
          onResult(await resultOf(worker, { seed, traceLines, repetition }));
          seed = waiting.shift();
        }
        await worker.close();
      }
    }),
  );
  program.remove();
}

/** What a process answers; where it ends instead, that. */
export async function resultOf(worker: BundledProcess, job: SeedJob): Promise<SeedResult> {
  const answer = await worker.ask(job);
  return (answer as SeedResult | undefined) ?? died(job.seed, worker.end);
}

function died(seed: number, end: string | undefined): SeedResult {
  return {
    seed,
    report: undefined,
    failure: `process-died: the process ended with ${end}`,
    drawn: '',
    hash: '',
    tail: '',
    repeats: undefined,
    cpuMs: 0,
  };
}
