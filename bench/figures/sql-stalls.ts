import { reportOf, runAppText } from '../harness/apps.ts';
import type { Contender, Figure } from '../harness/figure.ts';

/** What the longest statements keep from the broker and the queries that share their event loop. */
export const sqlStalls: Figure = {
  name: 'SQL, what the longest statements stop everybody else for, in processor time',
  unit: 'ms',
  bound: { oursAtMost: 50 },
  prepare: () => Promise.resolve({ ours: contender('long statements'), rival: contender('once more') }),
};

function contender(name: string): Contender {
  return { name, measure: async () => reportOf(await runAppText('sql-stalls', []), 'longestMs') };
}
