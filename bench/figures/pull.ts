import { reportOf, runAppText } from '../harness/apps.ts';
import type { Contender, Figure, RunSize } from '../harness/figure.ts';
import { figuresOfSameRuns } from '../harness/same-runs.ts';

const CONNECTIONS = 32;

type Taken = Readonly<Record<'rate' | 'tail', number>>;

/** Pull queries by key over HTTP, beside a bare `node:http` that answers always the same. */
export const pullFigures: readonly Figure[] = [
  ...figures('here', 'SQL pull queries by key'),
  ...figures('forwarded', 'SQL pull queries by key, forwarded to another server'),
];

function figures(whom: 'here' | 'forwarded', name: string): readonly Figure[] {
  const { rate, tail } = figuresOfSameRuns<keyof Taken>(
    {
      rate: {
        name: `${name}, ${CONNECTIONS} connections`,
        unit: 'queries/s',
        bound: { oursAtLeast: whom === 'here' ? 10_000 : 5_000 },
      },
      tail: { name: `${name}, ${CONNECTIONS} connections, p99`, unit: 'ms', bound: { oursAtMost: 10 } },
    },
    async (size) => ({
      ours: contender('Millrace', whom, size),
      rival: contender('node:http with a fixed answer', 'fixed', size),
    }),
  );
  return [rate, tail];
}

function contender(name: string, whom: string, { quick }: RunSize): Contender<Taken> {
  return {
    name,
    async measure() {
      const text = await runAppText('pull-load', [whom, CONNECTIONS, quick ? 20_000 : 200_000]);
      return { rate: reportOf(text, 'requestsPerSecond'), tail: reportOf(text, 'p99Ms') };
    },
  };
}
