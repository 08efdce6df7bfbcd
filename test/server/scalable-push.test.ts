import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Admin, Producer } from '../../src/client/index.ts';
import { eventually, post, startPlatform, type TestPlatform } from './platform.ts';
import { openPush, V2 } from './push-lines.ts';

let platform: TestPlatform;
let producer: Producer;

beforeAll(async () => {
  platform = await startPlatform({ properties: { 'ksql.query.push.waiting.bytes.max': '4000000' } });
  producer = new Producer({ bootstrapServers: platform.bootstrap });
  const { status, body } = await post(`${platform.url}/ksql`, {
    ksql: `
      CREATE STREAM base (k STRING KEY, v INT, x STRING)
        WITH (KAFKA_TOPIC='base', VALUE_FORMAT='JSON', PARTITIONS=3);
      CREATE STREAM s AS SELECT * FROM base;
      CREATE STREAM exact WITH (KAFKA_TOPIC='exact') AS SELECT * FROM s;
      CREATE TABLE counts AS SELECT k, COUNT(*) AS n FROM base GROUP BY k;`,
  });
  expect(status, JSON.stringify(body)).toBe(200);
});

afterAll(async () => {
  await producer.close();
  await platform.close();
});

/** Writes rows through the query. */
async function write(from: number, to: number, x = ''): Promise<void> {
  for (let v = from; v < to; v++)
    producer.send({ topic: 'base', key: `k${v}`, value: JSON.stringify({ V: v, X: x }) });
  await producer.flush();
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `[${from + i}]`).toSorted();

/** The rows that a query has, when it has so many. */
const told = (push: { readonly rows: readonly string[] }, count: number): Promise<string[]> =>
  eventually(async () => (push.rows.length >= count ? push.rows.toSorted() : undefined));

async function groups(): Promise<readonly string[]> {
  const admin = new Admin({ bootstrapServers: platform.bootstrap });
  const listed = await admin.listGroups();
  await admin.close();
  return listed.map(({ groupId }) => groupId).filter((id) => /transient|SCALABLE/.test(id));
}

describe('scalable push queries', () => {
  it('are told what comes from now on, each by its own columns and condition, without groups of their own', async () => {
    await write(0, 5);
    const [all, again, odd] = await Promise.all([
      openPush(platform.url, 'SELECT v FROM s EMIT CHANGES;'),
      openPush(platform.url, 'SELECT v FROM s EMIT CHANGES;'),
      openPush(platform.url, 'SELECT v * 10 AS v FROM s WHERE v % 2 = 1 EMIT CHANGES LIMIT 3;'),
    ]);
    expect([all.status, again.status, odd.status]).toEqual([200, 200, 200]);
    // What came before may still be on its way through the query.
    const from = 100;
    await write(from, from + 6);
    const news = (rows: readonly string[]): string[] =>
      rows.filter((row) => Number(row.slice(1, -1)) >= from).toSorted();
    await eventually(async () =>
      news(all.rows).length === 6 && news(again.rows).length === 6 ? true : undefined,
    );
    expect(news(all.rows)).toEqual(numbers(from, from + 6));
    expect(news(again.rows)).toEqual(numbers(from, from + 6));
    await odd.ended;
    expect(odd.rows).toHaveLength(3);
    expect(odd.others).toHaveLength(1);
    expect(await groups()).toEqual([]);
    const { body } = await post(`${platform.url}/ksql`, { ksql: 'SHOW QUERIES;' });
    expect(JSON.stringify(body)).not.toContain('SCALABLE');
    all.close();
    again.close();
  });

  it('are told the changes of a table', async () => {
    const push = await openPush(platform.url, 'SELECT k, n FROM counts EMIT CHANGES;');
    const key = `twice-${randomUUID()}`;
    // What came before may still be on its way through the query.
    const own = (): readonly string[] => push.rows.filter((row) => row.includes(key));
    for (let i = 0; i < 2; i++) {
      await producer.sendAndWait({ topic: 'base', key, value: '{"V":1}' });
      await eventually(async () => (own().length > i ? true : undefined));
    }
    expect(own()).toEqual([`["${key}",1]`, `["${key}",2]`]);
    push.close();
  });

  it('go on by the last token: what came meanwhile, and then what comes, each row once', async () => {
    const first = await openPush(platform.url, 'SELECT v FROM s EMIT CHANGES;');
    expect(first.token).toBeDefined();
    await write(1_000, 1_100);
    await told(first, 100);
    first.close();
    const { token } = first;
    await write(1_100, 1_500);
    // Another one has the tail at the end meanwhile.
    const other = await openPush(platform.url, 'SELECT v, 1 FROM s EMIT CHANGES;');
    const second = await openPush(platform.url, 'SELECT v FROM s EMIT CHANGES;', { token });
    await write(1_500, 1_700);
    const before = first.rows.filter((row) => Number(row.slice(1, -1)) >= 1_000);
    await eventually(async () => (before.length + second.rows.length >= 700 ? true : undefined));
    await write(1_700, 1_710);
    await eventually(async () => (before.length + second.rows.length >= 710 ? true : undefined));
    expect([...before, ...second.rows].toSorted()).toEqual(numbers(1_000, 1_710));
    other.close();
    second.close();
  });

  it('go on by a token while rows flow, without a gap', async () => {
    // Another one has the tail at the end, which the second one is told of while it catches up.
    const other = await openPush(platform.url, 'SELECT v, 2 FROM s EMIT CHANGES;');
    const first = await openPush(platform.url, 'SELECT v FROM s EMIT CHANGES;');
    first.close();
    await write(10_000, 14_000);
    await told(other, 4_000);
    let to = 14_000;
    let isFlowing = true;
    const flow = (async () => {
      for (; isFlowing; to += 10) await write(to, to + 10);
    })();
    const second = await openPush(platform.url, 'SELECT v FROM s EMIT CHANGES;', { token: first.token });
    await told(second, 1);
    isFlowing = false;
    await flow;
    expect(await told(second, to - 10_000)).toEqual(numbers(10_000, to));
    other.close();
    second.close();
  });

  it('go on by the token that they began with, where no row had come', async () => {
    const first = await openPush(platform.url, 'SELECT v FROM s WHERE v >= 2000 EMIT CHANGES;');
    first.close();
    await write(2_000, 2_020);
    const second = await openPush(platform.url, 'SELECT v FROM s WHERE v >= 2000 EMIT CHANGES;', {
      token: first.token,
    });
    expect(await told(second, 20)).toEqual(numbers(2_000, 2_020));
    second.close();
  });

  it('are refused with a token that is none, that of another topic, and where they are not scalable', async () => {
    const { token, close } = await openPush(platform.url, 'SELECT v FROM s EMIT CHANGES;');
    const refused = async (sql: string, options: Parameters<typeof openPush>[2]): Promise<string> => {
      const push = await openPush(platform.url, sql, options);
      expect(push.status).toBe(400);
      await push.ended;
      return push.others.join('');
    };
    const sql = 'SELECT v FROM s EMIT CHANGES;';
    expect(await refused(sql, { token: 'x' })).toContain('is none that this service has given');
    expect(await refused('SELECT v FROM exact EMIT CHANGES;', { token })).toContain(
      'is not of the topic exact',
    );
    expect(await refused('SELECT v FROM base EMIT CHANGES;', { token })).toContain(
      'Only scalable push queries',
    );
    const properties = { 'auto.offset.reset': 'earliest' };
    expect(await refused(sql, { token, properties })).toContain('Only scalable push queries');
    // The second one has the plan of the first.
    const pull = (key: string): string => `SELECT n FROM counts WHERE k = '${key}';`;
    await (await openPush(platform.url, pull('a'))).ended;
    expect(await refused(pull('b'), { token })).toContain('Only scalable push queries');
    close();
  });

  it('end where their clients do not read, and hold up no other', async () => {
    const sql = 'SELECT v, x FROM s EMIT CHANGES;';
    const left = new AbortController();
    // Nobody reads its body.
    const slow = await fetch(`${platform.url}/query-stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql, properties: V2 }),
      signal: left.signal,
    });
    const quick = await openPush(platform.url, sql);
    const x = 'x'.repeat(25_000);
    let sent = 3_000;
    const running = async (): Promise<string> =>
      /^ksql_push_queries (\d+)$/m.exec(await (await fetch(`${platform.url}/metrics`)).text())?.[1] ?? '';
    await eventually(async () => {
      await write(sent, sent + 20, x);
      sent += 20;
      await told(quick, sent - 3_000);
      return (await running()) === '1' ? true : undefined;
    });
    expect(await slow.text()).toContain('The client is too slow');
    expect(quick.rows).toHaveLength(sent - 3_000);
    quick.close();
  });
});
