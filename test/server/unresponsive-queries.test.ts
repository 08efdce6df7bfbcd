import { expect, it } from 'vitest';
import { allFailed } from '../../src/server/health.ts';
import { queryFamilies } from '../../src/server/metrics/query-families.ts';
import type { QueryDescription } from '../../src/sql/index.ts';
import { showQueries } from '../../src/sql/statements/show-queries.ts';
import { NO_STATISTICS } from '../../src/sql/runtime/query-counts.ts';
import { planOf } from '../sql/runtime/thread/plan-of.ts';

const STANDSTILL = 'stream thread 1 has not answered for 20 s: query A holds up the 2 queries on it';

it('queries of a thread that does not answer are UNRESPONSIVE in lists and metrics, and SHOW QUERIES says why once', async () => {
  const plan = await planOf('CREATE STREAM t AS SELECT * FROM s;');
  const query = (id: string, standstill?: string): QueryDescription => ({
    ...{
      id,
      plan,
      text: 'CREATE',
      state: 'RUNNING',
      kind: 'PERSISTENT',
      overridden: {},
      columns: [],
      sources: [],
      errors: [],
    },
    ...(standstill === undefined ? {} : { standstill }),
    statistics: () => Promise.resolve(NO_STATISTICS),
  });
  const queries = [query('A', STANDSTILL), query('B', STANDSTILL), query('C')];
  const facts = { serviceWarnings: () => [] };
  for (const extended of [false, true]) {
    const result = { kind: 'queries', text: 'SHOW QUERIES;', extended, queries } as const;
    const entity = await showQueries.entity(result, facts as never);
    const listed = { state: 'UNRESPONSIVE' };
    expect(entity).toMatchObject({
      [extended ? 'queryDescriptions' : 'queries']: [listed, listed, { state: 'RUNNING' }],
      warnings: [{ message: STANDSTILL }],
    });
  }
  const [states] = await queryFamilies(queries);
  const set = [...(states?.samples() ?? [])].filter(({ value }) => value === 1);
  expect(set.map(({ labels }) => labels['state'])).toEqual(['UNRESPONSIVE', 'UNRESPONSIVE', 'RUNNING']);
});

it('a server is not well where all of several queries are in ERROR', () => {
  const [failed, running] = [{ state: 'ERROR' }, { state: 'RUNNING' }] as const;
  expect(allFailed([failed, failed])).toBe('all 2 queries are in ERROR: SHOW QUERIES says why');
  for (const queries of [[], [failed], [failed, running]]) expect(allFailed(queries)).toBeUndefined();
});
