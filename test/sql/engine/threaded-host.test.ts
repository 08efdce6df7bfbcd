import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { Admin } from '../../../src/client/index.ts';
import { replayCommands } from '../../../src/sql/index.ts';
import { TestBrokers } from '../../broker/running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { OnThreads } from './on-threads.ts';

const brokers = new TestBrokers();
let bootstrapServers: string;
let admin: Admin;
let number = 0;
let sql: OnThreads;

beforeAll(async () => {
  const { host, port } = (await brokers.start({ 'group.initial.rebalance.delay.ms': 0 })).address;
  bootstrapServers = `${host}:${port}`;
  admin = new Admin({ environment: nodeEnvironment, bootstrapServers });
});
afterEach(() => sql.close());
afterAll(async () => {
  await admin.close();
  await brokers.close();
});

/** How many records of its sources a query has committed. */
async function committed(id: string | undefined): Promise<number> {
  const offsets = await admin.listConsumerGroupOffsets(`_confluent-ksql-threads_query_${id}`);
  return offsets.reduce((sum, { offset }) => sum + offset, 0);
}

/** A stream of its own. */
async function stream(): Promise<string> {
  const name = `S${number++}`;
  await sql.run(
    `CREATE STREAM ${name} (k STRING KEY, v INT, b BYTES, d DECIMAL(5, 2), m MAP<STRING, INT>)
       WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=2);`,
  );
  return name;
}

describe('queries on a thread of their own', () => {
  it('are started, read, held up, let go on and ended', async () => {
    sql = new OnThreads(bootstrapServers, { stateDir: brokers.newDirectory() });
    const s = await stream();
    await sql.run(`
      CREATE TABLE t AS SELECT k, COUNT(*) AS n, LATEST_BY_OFFSET(b) AS b, MAX(d) AS d FROM ${s} GROUP BY k;
      INSERT INTO ${s} VALUES ('a', 1, TO_BYTES('00ff', 'hex'), 1.25, MAP('x' := 1));`);
    const row = ['a', 1, Buffer.from([0, 255]), expect.objectContaining({ unscaled: 125n, scale: 2 })];
    await sql.pulled("SELECT k, n, b, d FROM t WHERE k = 'a';").toEqual([row]);
    await sql.pulled('SELECT k, n, b, d FROM t;').toEqual([row]);
    expect(await sql.push(`SELECT m FROM ${s} EMIT CHANGES;`, 1)).toEqual([[new Map([['x', 1]])]]);
    expect(await sql.push('SELECT k, n FROM t EMIT CHANGES;', 1)).toEqual([['a', 1]]);

    const [query] = sql.engine.queries();
    expect(query?.state).toBe('RUNNING');
    expect(await query?.statistics?.()).toMatchObject({ rowsIn: 1, rowsOut: 1, lag: 0 });
    const [explain] = await sql.engine.prepare(`EXPLAIN ${query?.id};`, sql.session);
    const explained = explain === undefined ? undefined : await sql.engine.execute(explain);
    expect(explained).toMatchObject({
      explanation: { topology: expect.stringContaining('Sub-topology: 0') },
    });

    await sql.run(`PAUSE ${query?.id};`);
    expect(sql.states()).toEqual(['PAUSED']);
    await sql.run(`INSERT INTO ${s} (k, v) VALUES ('a', 2);`);
    await sql.run(`RESUME ${query?.id};`);
    await sql.pulled("SELECT n FROM t WHERE k = 'a';").toEqual([[2]]);
    expect(sql.states()).toEqual(['RUNNING']);
    await sql.run(`TERMINATE ${query?.id};`);
    expect(sql.states()).toEqual([]);
  });

  it('tell their errors, which the log has with their fields', async () => {
    sql = new OnThreads(bootstrapServers, { stateDir: brokers.newDirectory() });
    const s = await stream();
    await sql.run(`
      CREATE STREAM raw (k STRING KEY, v STRING) WITH (KAFKA_TOPIC='${s}', VALUE_FORMAT='KAFKA');
      CREATE STREAM copy AS SELECT * FROM ${s};
      INSERT INTO raw VALUES ('a', 'no JSON');`);
    await expect
      .poll(() => sql.engine.queries()[0]?.errors, { timeout: PATIENCE_MS })
      .toMatchObject([{ kind: 'USER' }]);
    const [query] = sql.engine.queries();
    expect(query?.state).toBe('RUNNING');
    expect(sql.lines.find((line) => line['queryId'] === query?.id)).toBeDefined();
  });

  it('are ended with a thread that fails, and taken up by another one where they committed', async () => {
    sql = new OnThreads(bootstrapServers, { stateDir: brokers.newDirectory() });
    const s = await stream();
    await sql.run(`
      CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM ${s} GROUP BY k;
      CREATE TABLE held AS SELECT k, COUNT(*) AS n FROM ${s} GROUP BY k;
      INSERT INTO ${s} (k) VALUES ('a');`);
    await sql.pulled("SELECT n FROM t WHERE k = 'a';").toEqual([[1]]);
    await sql.pulled("SELECT n FROM held WHERE k = 'a';").toEqual([[1]]);
    const [, held] = sql.engine.queries();
    await sql.run(`PAUSE ${held?.id};`);
    const push = sql.push(`SELECT v FROM ${s} EMIT CHANGES;`, 5);
    const ended = expect(push).rejects.toMatchObject({ code: 'STREAM_THREAD_ENDED', retriable: true });
    await sql.run(`INSERT INTO ${s} (k) VALUES ('b');`);
    await sql.pulled("SELECT n FROM t WHERE k = 'b';").toEqual([[1]]);
    // What is not committed when the thread ends is counted again.
    for (const [index, records] of [2, 1].entries()) {
      await expect
        .poll(() => committed(sql.engine.queries()[index]?.id), { timeout: PATIENCE_MS })
        .toBe(records);
    }

    await sql.killThreads();
    expect(sql.states()).toEqual(['ERROR', 'PAUSED']);
    await ended;
    await expect(sql.pull('SELECT n FROM t;')).rejects.toMatchObject({ retriable: true });
    expect(sql.engine.queries()[0]?.errors.at(-1)?.message).toMatch(/^the stream thread has ended/);
    await sql.run(`INSERT INTO ${s} (k) VALUES ('a');`);
    await sql.pulled("SELECT n FROM t WHERE k = 'a';").toEqual([[2]]);
    expect(sql.states()).toEqual(['RUNNING', 'PAUSED']);
    await sql.run(`RESUME ${held?.id};`);
    await sql.pulled("SELECT n FROM held WHERE k = 'a';").toEqual([[2]]);
    expect(sql.lines.map(({ message }) => message)).toContain(
      'a stream thread has ended: another one will take up its queries',
    );

    // What is asked of a thread that is gone does not wait for its time.
    await sql.killThreads();
    await sql.run(`TERMINATE ALL;`);
    expect(sql.states()).toEqual([]);
  });

  it('are spread over the threads, and stay where their state is', async () => {
    const stateDir = brokers.newDirectory();
    sql = new OnThreads(bootstrapServers, { stateDir, count: 2 });
    const { tables, recorded } = await countsOf('spread');
    await sql.run("INSERT INTO spread (k) VALUES ('a');");
    for (const t of tables) await sql.pulled(`SELECT n FROM ${t};`).toEqual([[1]]);
    expect(placesIn(stateDir).map(({ length }) => length)).toEqual([2, 2]);
    // The next server has one query fewer: each would be on the other thread if only their numbers counted.
    const before = placesIn(stateDir);
    await sql.close();
    sql = new OnThreads(bootstrapServers, { stateDir, count: 2 });
    const [made, , ...others] = recorded;
    await sql.engine.restore(await replayCommands([made, ...others].filter((each) => each !== undefined)));
    for (const t of tables.slice(1)) await sql.pulled(`SELECT n FROM ${t};`).toEqual([[1]]);
    expect(placesIn(stateDir)).toEqual(before);
  });

  it('move where there are fewer threads than before, or more, and restore nothing', async () => {
    const stateDir = brokers.newDirectory();
    sql = new OnThreads(bootstrapServers, { stateDir, count: 3 });
    const { tables, recorded } = await countsOf('moving');
    for (const [index, lives] of [{ queries: [2, 1, 1] }, { queries: [4] }, { queries: [2, 2] }].entries()) {
      if (index > 0) {
        await sql.close();
        sql = new OnThreads(bootstrapServers, { stateDir, count: lives.queries.length });
        await sql.engine.restore(await replayCommands(recorded));
        for (const t of tables) await sql.pulled(`SELECT n FROM ${t};`).toEqual([[index]]);
        for (const query of sql.engine.queries()) {
          expect((await query.statistics?.())?.threads[0]?.restoredRecords).toBe(0);
        }
      }
      await sql.run("INSERT INTO moving (k) VALUES ('a');");
      for (const t of tables) await sql.pulled(`SELECT n FROM ${t};`).toEqual([[index + 1]]);
      expect(placesIn(stateDir).map(({ length }) => length)).toEqual(lives.queries);
      expect(nodeEnvironment.disk.list(stateDir).filter((name) => /^thread-\d/.test(name))).toHaveLength(
        lives.queries.length - 1,
      );
    }
    // Wherever it has come to, a query is ended with all that it had.
    await sql.run('TERMINATE ALL;');
    expect(placesIn(stateDir).flat()).toEqual([]);
  });
});

/** Four tables that count a stream of one partition, by its name, and what a server recorded of them. */
async function countsOf(name: string) {
  const tables = [0, 1, 2, 3].map((i) => `${name.toUpperCase()}${i}`);
  const results = await sql.run(
    `CREATE STREAM ${name} (k STRING KEY, v INT) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=1);
     ${tables.map((t) => `CREATE TABLE ${t} AS SELECT k, COUNT(*) AS n FROM ${name} GROUP BY k;`).join('\n')}`,
  );
  const recorded = results.flatMap((result) =>
    result.kind === 'ddl' ? [{ kind: 'plan', plan: result.plan, session: sql.session } as const] : [],
  );
  return { tables, recorded };
}

/** Application ids of the queries in the folder of each thread. */
function placesIn(stateDir: string): readonly (readonly string[])[] {
  const { disk } = nodeEnvironment;
  const others = disk.list(stateDir).filter((name) => /^thread-\d+$/.test(name));
  return [stateDir, ...others.map((name) => `${stateDir}/${name}`)].map((folder) =>
    disk.list(folder).filter((name) => name.startsWith('_confluent-ksql-threads_query_')),
  );
}
