import { afterAll, beforeAll, expect, it } from 'vitest';
import { longStatements, SOURCES } from '../../bench/harness/long-statements.ts';
import { post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
  expect((await post(`${platform.url}/ksql`, { ksql: SOURCES })).status).toBe(200);
});

afterAll(() => platform.close());

it.each(longStatements)('$name: gets its answer', async ({ sql, refusal }) => {
  const { status, body } = await post(`${platform.url}/ksql`, { ksql: sql });
  if (refusal === undefined) {
    expect({ status, body }).toMatchObject({ status: 200 });
  } else {
    expect(status).toBe(400);
    expect(body).toMatchObject({ message: expect.stringMatching(refusal) as string });
  }
});

it('rows go on through a query of 4,000 columns', async () => {
  const ksql = "INSERT INTO s (id, city, n) VALUES ('a', 'Rome', 7);";
  expect((await post(`${platform.url}/ksql`, { ksql })).status).toBe(200);
  const answer = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql: "SELECT id, c3999 FROM copies WHERE id = 'a' EMIT CHANGES LIMIT 1;" }),
  });
  expect(await answer.text()).toContain('["a",7]');
});
