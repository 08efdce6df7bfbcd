import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { TestBrokers } from '../../broker/running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { OnThreads } from './on-threads.ts';

const brokers = new TestBrokers();
let bootstrapServers: string;
let sql: OnThreads;

beforeAll(async () => {
  const { host, port } = (await brokers.start({ 'group.initial.rebalance.delay.ms': 0 })).address;
  bootstrapServers = `${host}:${port}`;
});
afterEach(() => sql.close());
afterAll(() => brokers.close());

it('a row that fills the heap ends its thread once: its query is named, and the others go on without it', async () => {
  sql = new OnThreads(bootstrapServers, {
    stateDir: brokers.newDirectory(),
    heapMegabytesMax: 160,
    // The one that is held back is not tried again within the test.
    restartBackoff: { initialMs: 10 * PATIENCE_MS, maxMs: 10 * PATIENCE_MS },
  });
  await sql.run(`
    CREATE STREAM s (k STRING KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM filler AS SELECT k, TRANSFORM(GENERATE_SERIES(1, n), x => GENERATE_SERIES(1, n)) AS r FROM s;
    CREATE TABLE good AS SELECT k, COUNT(*) AS c FROM s GROUP BY k;
    INSERT INTO s (k, n) VALUES ('a', 1);`);
  await sql.pulled("SELECT c FROM good WHERE k = 'a';").toEqual([[1]]);
  const [filler, good] = sql.engine.queries();
  await sql.run("INSERT INTO s (k, n) VALUES ('x', 100000);");
  await expect
    .poll(() => sql.engine.queries()[0]?.errors.at(-1)?.message, { timeout: PATIENCE_MS })
    .toMatch(
      /^the stream thread has ended while a row of this query was being processed, which is taken up again \d+ s after the others: .*memory/,
    );
  expect(good?.errors.at(-1)?.message).toContain(`while query ${filler?.id} had its turn: `);
  expect(sql.lines).toContainEqual(
    expect.objectContaining({
      message: 'a stream thread has ended: another one will take up its queries',
      ...{ processing: `query ${filler?.id}`, delayMs: 0, queries: 2 },
    }),
  );

  await sql.run("INSERT INTO s (k, n) VALUES ('b', 1);");
  await sql.pulled("SELECT c FROM good WHERE k = 'b';").toEqual([[1]]);
  expect(sql.states()).toEqual(['ERROR', 'RUNNING']);
  await sql.run(`TERMINATE ${filler?.id};`);
  expect(sql.states()).toEqual(['RUNNING']);
  expect(sql.lines.filter(({ message }) => message.startsWith('a stream thread has ended'))).toHaveLength(1);
});
