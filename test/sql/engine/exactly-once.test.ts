import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin, Producer } from '../../../src/client/index.ts';
import { type RecordedStatement, replayCommands } from '../../../src/sql/index.ts';
import { TestBrokers } from '../../broker/running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { resultsNow } from '../../streams/runtime/numbered-results.ts';
import { OnThreads } from './on-threads.ts';

const brokers = new TestBrokers();
let bootstrapServers: string;
let admin: Admin;
let sql: OnThreads;
let number = 0;

beforeAll(async () => {
  const { host, port } = (await brokers.start({ 'group.initial.rebalance.delay.ms': 0 })).address;
  bootstrapServers = `${host}:${port}`;
  admin = new Admin({ environment, bootstrapServers });
});
afterEach(() => sql.close());
afterAll(async () => {
  await admin.close();
  await brokers.close();
});

const GROUP = '_confluent-ksql-threads_query_';

/** Begins a session in which queries have this guarantee, and each count is a result. */
function under(
  guarantee: 'at_least_once' | 'exactly_once_v2',
  own: Readonly<Record<string, string>> = {},
): void {
  sql.session = {
    ...sql.session,
    properties: {
      'auto.offset.reset': 'earliest',
      'processing.guarantee': guarantee,
      'statestore.cache.max.bytes': '0',
      ...own,
    },
  };
}

async function stream(): Promise<string> {
  const name = `E${number++}`;
  await sql.run(
    `CREATE STREAM ${name} (k STRING KEY, v INT) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=2);`,
  );
  return name;
}

/** Starts a query that counts the rows of each key, and answers its id. */
async function counting(table: string, source: string): Promise<string> {
  const [result] = await sql.run(
    `CREATE TABLE ${table} WITH (VALUE_FORMAT='KAFKA') AS SELECT k, CAST(COUNT(*) AS STRING) AS n FROM ${source} GROUP BY k;`,
  );
  if (result?.kind !== 'ddl' || result.queryId === undefined) throw new Error('no query');
  return result.queryId;
}

async function insert(source: string, from: number, count: number): Promise<void> {
  const producer = new Producer({ environment, bootstrapServers });
  for (let i = from; i < from + count; i++)
    producer.send({ topic: source, key: `k${i % 3}`, value: JSON.stringify({ v: i }) });
  await producer.flush();
  await producer.close();
}

/** Results of a table by key, in order. */
function results(table: string): Promise<Readonly<Record<string, readonly number[]>>> {
  return resultsNow(bootstrapServers, { input: '', output: table, partitions: 2 });
}

const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i + 1);
const counts = (each: number) => ({ k0: upTo(each), k1: upTo(each), k2: upTo(each) });
const eventually = (what: () => Promise<unknown>) => expect.poll(what, { timeout: PATIENCE_MS });

const transactions = async (): Promise<readonly string[]> =>
  (await admin.listTransactions()).map(({ transactionalId }) => transactionalId);

describe('exactly-once on stream threads', () => {
  it('is of a query alone: others on its thread are at least once', async () => {
    sql = new OnThreads(bootstrapServers, { stateDir: brokers.newDirectory() });
    const s = await stream();
    under('exactly_once_v2');
    const exact = await counting('mixed_exact', s);
    under('at_least_once');
    const other = await counting('mixed_other', s);
    await insert(s, 0, 30);
    await eventually(() => results('MIXED_EXACT')).toEqual(counts(10));
    await eventually(() => results('MIXED_OTHER')).toEqual(counts(10));
    const ids = await transactions();
    expect(ids.filter((id) => id.startsWith(`${GROUP}${exact}-`))).toHaveLength(1);
    expect(ids.filter((id) => id.startsWith(`${GROUP}${other}-`))).toEqual([]);
  });

  it('tells each result once where threads die, and leaves no transaction open', async () => {
    const folder = brokers.newDirectory();
    sql = new OnThreads(bootstrapServers, { stateDir: folder });
    const s = await stream();
    under('exactly_once_v2');
    const id = await counting('dying', s);
    let written = 0;
    for (let death = 0; death < 3; death++) {
      await insert(s, written, 300);
      written += 300;
      // Some are processed, and others are not.
      await eventually(async () => Object.values(await results('DYING')).flat().length).toBeGreaterThan(
        written - 300,
      );
      await sql.killThreads();
    }
    await eventually(() => results('DYING')).toEqual(counts(300));
    await sql.run(`PAUSE ${id};`);
    await eventually(() => admin.listTransactions({ states: ['Ongoing'] })).toEqual([]);
  });

  it('goes on where a query is paused, resumed, and replaced', async () => {
    sql = new OnThreads(bootstrapServers, { stateDir: brokers.newDirectory() });
    const s = await stream();
    under('exactly_once_v2');
    const id = await counting('replaced', s);
    for (let round = 0; round < 3; round++) {
      await insert(s, round * 60, 60);
      await sql.run(`PAUSE ${id};`);
      await eventually(() => admin.listTransactions({ states: ['Ongoing'] })).toEqual([]);
      await sql.run(`RESUME ${id};`);
    }
    await sql.run(
      `CREATE OR REPLACE TABLE replaced WITH (VALUE_FORMAT='KAFKA') AS SELECT k, CAST(COUNT(*) AS STRING) AS n FROM ${s} WHERE k <> 'none' GROUP BY k;`,
    );
    await insert(s, 180, 60);
    await eventually(() => results('REPLACED')).toEqual(counts(80));
    await sql.run(`TERMINATE ${id};`);
    expect(await admin.listTransactions({ states: ['Ongoing'] })).toEqual([]);
  });

  it('pull queries see rows with their commit', async () => {
    sql = new OnThreads(bootstrapServers, { stateDir: brokers.newDirectory() });
    const s = await stream();
    // Nothing is committed but by whoever pauses it.
    under('exactly_once_v2', { 'commit.interval.ms': '400000' });
    const id = await counting('held', s);
    const processed = async (): Promise<number | undefined> =>
      (await sql.engine.queries()[0]?.statistics?.())?.rowsIn;
    await insert(s, 0, 3);
    await eventually(processed).toBe(3);
    expect(await sql.pull('SELECT * FROM held;')).toEqual([]);
    expect(await sql.pull("SELECT * FROM held WHERE k = 'k1';")).toEqual([]);
    await sql.run(`PAUSE ${id}; RESUME ${id};`);
    await sql.pulled("SELECT n FROM held WHERE k = 'k1';").toEqual([['1']]);
    await insert(s, 3, 3);
    await eventually(processed).toBe(6);
    expect(await sql.pull("SELECT n FROM held WHERE k = 'k1';")).toEqual([['1']]);
    expect(await sql.pull('SELECT n FROM held;')).toEqual([['1'], ['1'], ['1']]);
  });

  it('at least once pull queries see rows at once', async () => {
    sql = new OnThreads(bootstrapServers, { stateDir: brokers.newDirectory() });
    const s = await stream();
    under('at_least_once', { 'commit.interval.ms': '400000' });
    await counting('at_once', s);
    await insert(s, 0, 3);
    await sql.pulled("SELECT n FROM at_once WHERE k = 'k1';").toEqual([['1']]);
  });

  it('refuses settings that cannot hold together, before anything is recorded', async () => {
    sql = new OnThreads(bootstrapServers, { stateDir: brokers.newDirectory() });
    const s = await stream();
    under('exactly_once_v2', { 'consumer.isolation.level': 'read_uncommitted' });
    await expect(counting('never', s)).rejects.toThrow(/reads committed records only/);
    expect(sql.engine.queries()).toEqual([]);
  });
});

describe('queries of whichever guarantee', () => {
  /** A stream with a row that was committed between two that were aborted, and none. */
  async function withAborted(): Promise<string> {
    const s = await stream();
    const producer = new Producer({ environment, bootstrapServers, transactionalId: `tx-${s}` });
    await producer.initTransactions();
    for (const [v, end] of [
      [1, 'abort'],
      [2, 'commit'],
      [3, 'abort'],
    ] as const) {
      producer.beginTransaction();
      await producer.sendAndWait({ topic: s, key: 'k', value: JSON.stringify({ v }) });
      await (end === 'commit' ? producer.commitTransaction() : producer.abortTransaction());
    }
    await producer.close();
    return s;
  }

  it.each(['at_least_once', 'exactly_once_v2'] as const)(
    'read what is committed, pushed, pulled and in persistent queries: %s',
    async (guarantee) => {
      sql = new OnThreads(bootstrapServers, { stateDir: brokers.newDirectory() });
      const s = await withAborted();
      under(guarantee);
      expect(await sql.push(`SELECT v FROM ${s} EMIT CHANGES;`, 1)).toEqual([[2]]);
      const table = `sums_${guarantee.slice(0, 2)}`;
      await sql.run(`CREATE TABLE ${table} AS SELECT k, SUM(v) AS n FROM ${s} GROUP BY k;`);
      await sql.pulled(`SELECT n FROM ${table};`).toEqual([[2]]);
      // It ends, although the last thing in the topic is a marker.
      expect(await sql.push(`SELECT v FROM ${s};`, 10)).toEqual([[2]]);
      await insert(s, 5, 1);
      await sql.pulled(`SELECT n FROM ${table} WHERE k = 'k2';`).toEqual([[5]]);
    },
  );
});

it('a query that moves to another thread is the same to the coordinator', async () => {
  const stateDir = brokers.newDirectory();
  sql = new OnThreads(bootstrapServers, { stateDir, count: 2 });
  const s = await stream();
  under('exactly_once_v2');
  const { session } = sql;
  const tables = ['moving_a', 'moving_b'];
  const recorded: RecordedStatement[] = [];
  for (const table of tables) {
    const results = await sql.run(
      `CREATE TABLE ${table} WITH (VALUE_FORMAT='KAFKA') AS SELECT k, CAST(COUNT(*) AS STRING) AS n FROM ${s} GROUP BY k;`,
    );
    for (const result of results)
      if (result.kind === 'ddl') recorded.push({ kind: 'plan', plan: result.plan, session });
  }
  const ids = async (): Promise<readonly string[]> =>
    (await transactions()).filter((id) => id.includes('_MOVING_'));
  await insert(s, 0, 30);
  for (const table of tables) await eventually(() => results(table.toUpperCase())).toEqual(counts(10));
  const before = await ids();
  expect(before).toHaveLength(2);
  await sql.close();

  sql = new OnThreads(bootstrapServers, { stateDir, count: 1 });
  await sql.engine.restore(await replayCommands(recorded));
  await insert(s, 30, 30);
  for (const table of tables) await eventually(() => results(table.toUpperCase())).toEqual(counts(20));
  expect(await ids()).toEqual(before);
});
