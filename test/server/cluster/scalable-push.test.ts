import { afterAll, beforeAll, expect, it } from 'vitest';
import { Producer } from '../../../src/client/index.ts';
import { eventually, post } from '../platform.ts';
import { openPush } from '../push-lines.ts';
import { startService, type TestService } from './services.ts';

const SQL = 'SELECT v FROM s EMIT CHANGES;';

let service: TestService;
let producer: Producer;
let sent = 0;

beforeAll(async () => {
  service = await startService({
    servers: 2,
    properties: { 'ksql.streams.processing.guarantee': 'exactly_once_v2' },
  });
  producer = new Producer({ bootstrapServers: service.platform.bootstrap });
  const { status, body } = await post(`${service.platform.url}/ksql`, {
    ksql: `
      CREATE STREAM base (k STRING KEY, v INT) WITH (KAFKA_TOPIC='base', VALUE_FORMAT='JSON', PARTITIONS=4);
      CREATE STREAM s AS SELECT * FROM base;`,
  });
  expect(status, JSON.stringify(body)).toBe(200);
});

afterAll(async () => {
  await producer.close();
  await service.close();
});

async function write(count: number): Promise<void> {
  for (let i = 0; i < count; i++, sent++)
    producer.send({ topic: 'base', key: `k${sent}`, value: JSON.stringify({ V: sent }) });
  await producer.flush();
}

/** Of all rows that were written: each once. */
const all = (): string[] => Array.from({ length: sent }, (_, v) => `[${v}]`).toSorted();

const complete = (rows: () => readonly string[]): Promise<string[]> =>
  eventually(async () => (rows().length >= sent ? rows().toSorted() : undefined));

it('has the rows of all servers at each of them, also when one has gone, and goes on at another by its token', async () => {
  const [first = '', second = ''] = service.urls;
  // The other one learns of the stream from the command topic.
  await eventually(async () => {
    const { body } = await post(`${second}/ksql`, { ksql: 'SHOW STREAMS;' });
    return JSON.stringify(body).includes('"S"') ? true : undefined;
  });
  const staying = await openPush(first, SQL);
  const leaving = await openPush(second, SQL);
  expect([staying.status, leaving.status]).toEqual([200, 200]);
  await write(40);
  expect(await complete(() => staying.rows)).toEqual(all());
  expect(await complete(() => leaving.rows)).toEqual(all());
  const { token } = leaving;
  await Promise.all([service.stop(second), write(100)]);
  await leaving.ended;
  const seen = leaving.rows.length;
  const continued = await openPush(first, SQL, { token: leaving.token });
  await write(20);
  // What the server that has gone had run, the other one takes over.
  expect(await complete(() => staying.rows)).toEqual(all());
  expect(await complete(() => [...leaving.rows, ...continued.rows])).toEqual(all());
  const again = await openPush(first, SQL, { token });
  expect(await complete(() => [...leaving.rows.slice(0, 40), ...again.rows])).toEqual(all());
  expect(seen).toBeLessThanOrEqual(sent);
  for (const push of [staying, continued, again]) push.close();
});
