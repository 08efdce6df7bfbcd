import { reportOf, runAppText } from '../harness/apps.ts';
import type { Contenders, Figure, RunSize } from '../harness/figure.ts';

const CONNECTIONS = 32;

/** Requests to the schema registry of a server with a broker in its process, beside a bare `node:http` that answers always the same. */
export const registryFigures: readonly Figure[] = [
  figure('register', { name: 'Schema registry, registering new schemas', atLeast: 3_000, requests: 20_000 }),
  figure('look-up', {
    name: 'Schema registry, look-up of schemas by id',
    atLeast: 20_000,
    requests: 200_000,
  }),
];

function figure(
  kind: 'register' | 'look-up',
  { name, atLeast, requests }: { readonly name: string; readonly atLeast: number; readonly requests: number },
): Figure {
  const perSecond = async (what: string, { quick }: RunSize): Promise<number> => {
    const count = quick ? requests / 10 : requests;
    return reportOf(await runAppText('registry-load', [what, CONNECTIONS, count]), 'requestsPerSecond');
  };
  return {
    name: `${name}, ${CONNECTIONS} connections`,
    unit: 'requests/s',
    bound: { oursAtLeast: atLeast },
    prepare: async (size): Promise<Contenders> => ({
      ours: { name: 'Millrace', measure: () => perSecond(kind, size) },
      rival: { name: 'node:http with a fixed answer', measure: () => perSecond('fixed', size) },
    }),
  };
}
