import { reportOf, runAppText } from '../harness/apps.ts';
import type { Contender, RunSize } from '../harness/figure.ts';
import { figuresOfSameRuns } from '../harness/same-runs.ts';

const QUERIES = 20;

type Times = Readonly<Record<'sqlStatement' | 'sqlStatementOthers', number>>;

/** Statements that each start a query, while twenty queries run, beside a server on which none does. */
export const { sqlStatement, sqlStatementOthers } = figuresOfSameRuns(
  {
    sqlStatement: {
      name: 'SQL statement from its text to the start of its query, p99',
      unit: 'ms',
      bound: { oursAtMost: 20 },
    },
    sqlStatementOthers: {
      name: 'SQL statement, what everybody else waits meanwhile, p99',
      unit: 'ms',
      bound: { oursAtMost: 10 },
    },
  },
  async (size) => ({
    ours: contender(`${QUERIES} queries`, QUERIES, size),
    rival: contender('no query', 0, size),
  }),
);

function contender(name: string, queries: number, { quick }: RunSize): Contender<Times> {
  return {
    name,
    async measure() {
      const text = await runAppText('sql-statements', [queries, quick ? 30 : 200]);
      return { sqlStatement: reportOf(text, 'p99Ms'), sqlStatementOthers: reportOf(text, 'waitP99Ms') };
    },
  };
}
