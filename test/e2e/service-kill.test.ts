import { expect, it } from 'vitest';
import { killRun } from './service-kill/kill-run.ts';

it('a server of a service is killed while a query counts: no answer is wrong, and no row is lost', async () => {
  const result = await killRun({
    ...{ servers: 2, kills: 1, keys: 12, partitions: 4, awayMs: 1_000, betweenMs: 500 },
    untilAnswered: true,
  });
  expect(result.wrong).toEqual([]);
  expect(result.lost).toEqual([]);
  expect(result.answers).toBeGreaterThan(0);
});
