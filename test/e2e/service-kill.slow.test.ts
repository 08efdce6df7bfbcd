import { describe, expect, it } from 'vitest';
import { killRun, type KillRunResult } from './service-kill/kill-run.ts';

const PACE = { keys: 40, partitions: 8, awayMs: 6_000, betweenMs: 4_000 };

function report(name: string, { answers, outages, errors }: KillRunResult): void {
  const longest = outages.map(({ longestMs }) => longestMs);
  const median = longest[Math.floor(longest.length / 2)];
  console.log(
    `${name}: ${answers} answers; without one: ${longest[0]} ms at most, ${median} ms in the middle`,
    errors,
  );
}

describe('servers of a service are killed, one after the other, while a query counts and each key is asked for', () => {
  it.each([
    { name: 'two servers', servers: 2, kills: 4, settings: [] },
    { name: 'three servers', servers: 3, kills: 6, settings: [] },
    {
      ...{ name: 'three servers with standby replicas that may answer', servers: 3, kills: 6 },
      settings: ['ksql.streams.num.standby.replicas=1', 'ksql.query.pull.enable.standby.reads=true'],
    },
  ])('$name: no answer is wrong, and no row is lost', async ({ name, servers, kills, settings }) => {
    // What a standby task has is older than what the running one had told.
    const mayGoBack = settings.length > 0;
    const result = await killRun({ ...PACE, servers, kills, settings, mayGoBack });
    report(name, result);
    expect(result.wrong).toEqual([]);
    expect(result.lost).toEqual([]);
  });
});
