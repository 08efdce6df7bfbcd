import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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
  /** Of a seed that failed: whether it went the same way when it was run again. */
  readonly repeats: boolean | undefined;
  readonly cpuMs: number;
}

/** What a process is asked to do. */
export interface SeedJob {
  readonly seed: number;
  readonly traceLines: number;
}

const WORKER = fileURLToPath(new URL('seed-worker.ts', import.meta.url));

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
  const waiting = [...seeds];
  const jobs = Math.max(1, Math.min(options.jobs, seeds.length));
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      for (let seed = waiting.shift(); seed !== undefined; ) {
        const worker = fork(WORKER, { serialization: 'advanced' });
        // One that dies is replaced: the seeds that follow are not to blame.
        while (seed !== undefined && worker.connected) {
          onResult(await ask(worker, { seed, traceLines: options.traceLines }));
          seed = waiting.shift();
        }
        if (worker.connected) worker.disconnect();
      }
    }),
  );
}

function ask(worker: ChildProcess, job: SeedJob): Promise<SeedResult> {
  return new Promise((resolve) => {
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
      worker.off('message', onMessage);
      resolve({
        seed: job.seed,
        report: undefined,
        failure: `process-died: the process ended with ${code ?? signal}`,
        drawn: '',
        hash: '',
        tail: '',
        repeats: undefined,
        cpuMs: 0,
      });
    };
    const onMessage = (result: unknown): void => {
      worker.off('exit', onExit);
      resolve(result as SeedResult);
    };
    worker.once('exit', onExit);
    worker.once('message', onMessage);
    worker.send(job);
  });
}
