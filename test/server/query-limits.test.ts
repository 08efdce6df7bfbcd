import { afterAll, beforeAll, expect, it } from 'vitest';
import { LateAbort } from '../../src/base/late-signal.ts';
import { QueryLimits } from '../../src/server/rest/query-limits.ts';
import { eventually, post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform({ properties: { 'ksql.query.pull.max.concurrent.requests': '0' } });
});

afterAll(async () => {
  await platform.close();
});

it('refuses pull queries beyond what they may take, with 429', async () => {
  await post(`${platform.url}/ksql`, {
    ksql: `
      CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`,
  });
  const answer = await eventually(async () => {
    const tried = await post(`${platform.url}/query-stream`, { sql: "SELECT * FROM t WHERE k = 'a';" });
    return tried.status === 429 ? tried : undefined;
  });
  expect(answer.body).toMatchObject({
    '@type': 'generic_error',
    error_code: 42900,
    message:
      'Host is at concurrency limit for pull queries. Currently set to 0 maximum concurrent operations.',
  });
});

class Time {
  nowMs = 0;
  readonly clock = { monotonicMs: (): number => this.nowMs };
}

it('lets as many begin in a second as it may', () => {
  const time = new Time();
  const limits = new QueryLimits({ clock: time.clock, kind: 'pull', perSecondMax: 3 });
  for (let i = 0; i < 3; i++) limits.begin()();
  expect(() => limits.begin()).toThrow(
    'Host is at rate limit for pull queries. Currently set to 3 queries per second.',
  );
  time.nowMs = 333;
  expect(() => limits.begin()).toThrow('rate limit');
  time.nowMs = 334;
  limits.begin()();
  expect(() => limits.begin()).toThrow('rate limit');
  time.nowMs = 60_000;
  for (let i = 0; i < 3; i++) limits.begin()();
  expect(() => limits.begin()).toThrow('rate limit');
});

it('lets as many run at a time as it may', () => {
  const limits = new QueryLimits({ clock: new Time().clock, kind: 'pull', concurrentMax: 2 });
  const [first] = [limits.begin(), limits.begin()];
  expect(() => limits.begin()).toThrow('Currently set to 2 maximum concurrent operations.');
  first?.();
  limits.begin();
  expect(() => limits.begin()).toThrow('concurrency limit');
});

it('counts what was sent in the last hour', () => {
  const time = new Time();
  const limits = new QueryLimits({ clock: time.clock, kind: 'push', megabytesPerHourMax: 1 });
  const sent: string[] = [];
  const stream = limits.counted({
    gone: new LateAbort(),
    write: (text) => sent.push(text) > 0,
    drained: () => Promise.resolve(),
    end: (text) => sent.push(text),
  });
  stream.write('x'.repeat(1_048_576));
  limits.begin();
  time.nowMs = 600_000;
  stream.end('y');
  expect(sent.map((text) => text.length)).toEqual([1_048_576, 1]);
  expect(() => limits.begin()).toThrow('Host is at bandwidth rate limit for push queries.');
  time.nowMs = 3_599_999;
  expect(() => limits.begin()).toThrow('bandwidth');
  time.nowMs = 3_600_000;
  limits.begin();
});
