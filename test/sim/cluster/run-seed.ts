import { messageOf } from '../../../src/base/errors.ts';
import { Simulation } from '../simulation.ts';
import { ClusterRun, type RunReport } from './cluster-run.ts';

/** How many lines of a trace are kept, unless said. */
export const TRACE_LINES = 120;

interface Outcome {
  readonly report: RunReport | undefined;
  /** What went wrong; each line of a violation begins with the name of its checker and a colon. */
  readonly failure: string | undefined;
  readonly simulation: Simulation;
  /** What the seed has drawn, in words. */
  readonly drawn: string;
}

/** One seed of the cluster simulation, from its beginning to its end or its first violation. */
export async function runSeed(seed: number, traceLines = TRACE_LINES): Promise<Outcome> {
  const simulation = new Simulation(seed, { traceLines });
  const stray: string[] = [];
  const onStray = (error: unknown): void => {
    if ((error as { readonly code?: unknown } | null)?.code !== 'HOST_DOWN')
      stray.push(`unhandled rejection: ${shown(error)}`);
  };
  process.on('unhandledRejection', onStray);
  const run = new ClusterRun(simulation);
  const { drawn } = run;
  try {
    const report = await run.run();
    return { report, failure: stray[0], simulation, drawn };
  } catch (error) {
    return { report: undefined, failure: [shown(error), ...stray].join('\n'), simulation, drawn };
  } finally {
    process.off('unhandledRejection', onStray);
  }
}

function shown(error: unknown): string {
  return error instanceof Error && error.name !== 'Violation'
    ? (error.stack ?? error.message)
    : messageOf(error);
}
