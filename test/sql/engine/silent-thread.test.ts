import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { TestBrokers } from '../../broker/running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { OnThreads } from './on-threads.ts';

/** Longer than a thread of a machine that is busy with other tests keeps still. */
const SILENT_MS_MAX = 3_000;

/** Of the n of a row: hours for 100,000. */
const ENDLESS = `REDUCE(GENERATE_SERIES(1, n), 0, (a, x) => a + REDUCE(GENERATE_SERIES(1, n), 0, (b, y) =>
  b + REDUCE(GENERATE_SERIES(1, n), 0, (c, z) => c + 1)))`;

const brokers = new TestBrokers();
let bootstrapServers: string;
let sql: OnThreads;

beforeAll(async () => {
  const { host, port } = (await brokers.start({ 'group.initial.rebalance.delay.ms': 0 })).address;
  bootstrapServers = `${host}:${port}`;
});
afterEach(() => sql.close());
afterAll(() => brokers.close());

/** A query that has met a row that takes hours, and a table beside it that had counted one of 'a'. */
async function heldUp(s: string, count: number): Promise<{ readonly hanger: string }> {
  sql = new OnThreads(bootstrapServers, {
    ...{ stateDir: brokers.newDirectory(), count, silentMsMax: SILENT_MS_MAX },
  });
  await sql.run(`
    CREATE STREAM ${s} (k STRING KEY, n INT) WITH (KAFKA_TOPIC='${s}', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM ${s}_hanger AS SELECT k, ${ENDLESS} AS r FROM ${s};
    CREATE TABLE ${s}_good AS SELECT k, COUNT(*) AS c FROM ${s} GROUP BY k;
    INSERT INTO ${s} (k, n) VALUES ('a', 1);`);
  await sql.pulled(`SELECT c FROM ${s}_good WHERE k = 'a';`).toEqual([[1]]);
  const [hanger] = sql.engine.queries();
  await sql.run(`INSERT INTO ${s} (k, n) VALUES ('x', 100000);`);
  await held();
  return { hanger: hanger?.id ?? '' };
}

const held = () =>
  expect
    .poll(() => sql.engine.queries()[0]?.standstill, { timeout: PATIENCE_MS })
    .toMatch(/^stream thread \d has not answered for \d+ s: query CSAS_.*_HANGER_\d+ holds up the \d/);

const SILENT = { code: 'STREAM_THREAD_SILENT', message: expect.stringContaining('holds up') };

it('a query that holds up its only thread keeps nobody waiting, and can be paused and replaced', async () => {
  const { hanger } = await heldUp('ONLY', 1);
  const shown = sql.engine.queries();
  expect(shown.map(({ standstill }) => standstill?.endsWith(`TERMINATE ${hanger}; ends it`))).toEqual([
    true,
    true,
  ]);
  expect(await Promise.all(shown.map(async ({ statistics }) => (await statistics?.())?.groupId))).toEqual(
    shown.map(({ id }) => `_confluent-ksql-threads_query_${id}`),
  );
  await expect(sql.pull("SELECT c FROM only_good WHERE k = 'a';")).rejects.toMatchObject(SILENT);
  await expect(sql.pull('SELECT c FROM only_good;')).rejects.toMatchObject(SILENT);
  await expect(sql.push('SELECT * FROM only EMIT CHANGES;', 1)).rejects.toMatchObject(SILENT);
  await expect(sql.run('CREATE STREAM other AS SELECT * FROM only;')).rejects.toMatchObject(SILENT);
  await expect(
    sql.run(
      "CREATE OR REPLACE TABLE only_good AS SELECT k, COUNT(*) AS c FROM only WHERE k <> 'y' GROUP BY k;",
    ),
  ).rejects.toMatchObject(SILENT);
  expect(sql.engine.queries()).toHaveLength(2);

  await sql.run(`PAUSE ${hanger};`);
  await sql.run("INSERT INTO only (k, n) VALUES ('b', 1);");
  await sql.pulled("SELECT c FROM only_good WHERE k = 'b';").toEqual([[1]]);
  expect(sql.states()).toEqual(['PAUSED', 'RUNNING']);

  await sql.run(`RESUME ${hanger};`);
  await held();
  await sql.run(`CREATE OR REPLACE STREAM only_hanger AS SELECT k, ${ENDLESS} AS r FROM only WHERE n < 10;`);
  await expect.poll(() => sql.states(), { timeout: PATIENCE_MS }).toEqual(['RUNNING', 'RUNNING']);
  await sql.run("INSERT INTO only (k, n) VALUES ('c', 2);");
  expect(await sql.push('SELECT k, r FROM only_hanger EMIT CHANGES;', 3)).toEqual([
    ['a', 1],
    ['b', 1],
    ['c', 8],
  ]);
  await sql.pulled("SELECT c FROM only_good WHERE k = 'c';").toEqual([[1]]);
});

it('new queries and push queries come to a thread that answers', async () => {
  const { hanger } = await heldUp('TWO', 2);
  const [first] = sql.engine.queries();
  expect(first?.id).toBe(hanger);
  for (const name of ['two_a', 'two_b', 'two_c']) {
    await sql.run(`CREATE TABLE ${name} AS SELECT k, COUNT(*) AS c FROM two GROUP BY k;`);
    await sql.pulled(`SELECT c FROM ${name} WHERE k = 'a';`).toEqual([[1]]);
  }
  expect(await sql.push('SELECT k FROM two EMIT CHANGES;', 1)).toEqual([['a']]);
  expect(sql.engine.queries().map(({ standstill }) => standstill !== undefined)).toEqual([
    ...[true, false, false, false, false],
  ]);
});
