import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import type { DiskLock } from '../../../src/base/environment.ts';
import { DiagnosticError, OperationalError } from '../../../src/base/errors.ts';
import { Admin } from '../../../src/client/index.ts';
import { replayCommands } from '../../../src/sql/index.ts';
import { errorKindOf, QueryErrors } from '../../../src/sql/runtime/query-errors.ts';
import { RestartBackoff } from '../../../src/base/restart-backoff.ts';
import { StreamsFailure } from '../../../src/streams/index.ts';
import { TestBrokers } from '../../broker/running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { type SqlOnBroker, sqlOnBroker } from './sql-on-broker.ts';

const brokers = new TestBrokers();
let bootstrapServers: string;
let admin: Admin;

beforeAll(async () => {
  const { host, port } = (await brokers.start()).address;
  bootstrapServers = `${host}:${port}`;
  admin = new Admin({ environment: nodeEnvironment, bootstrapServers });
});

afterAll(async () => {
  await admin.close();
  await brokers.close();
});

const sqlOn = (stateDir: string, serviceId: string): SqlOnBroker =>
  sqlOnBroker(bootstrapServers, { stateDir, serviceId });

/** State that another process has: it cannot be opened until it is released. */
function lockedState(folder: string, serviceId: string): DiskLock {
  const state = path.join(folder, `_confluent-ksql-${serviceId}shared`, 'state');
  fs.mkdirSync(state, { recursive: true });
  return nodeEnvironment.disk.lock(path.join(state, '.lock'));
}

const stateOf = (sql: SqlOnBroker): string | undefined => sql.engine.queries()[0]?.state;

it('starts a query again that a record has stopped, until the record can be written', async () => {
  const sql = sqlOn(brokers.newDirectory(), 'large_');
  try {
    await admin.createTopics([{ name: 'SMALL', partitions: 1, configs: { 'max.message.bytes': '300' } }]);
    await sql.run(`
      CREATE STREAM large (k STRING KEY, v STRING) WITH (KAFKA_TOPIC='large', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM small AS SELECT * FROM large;
      INSERT INTO large VALUES ('a', '${'x'.repeat(1000)}');`);
    await expect
      .poll(() => sql.engine.queries()[0]?.errors.length, { timeout: PATIENCE_MS })
      .toBeGreaterThan(1);
    expect(['ERROR', 'RUNNING', 'REBALANCING']).toContain(stateOf(sql));
    expect(sql.engine.queries()[0]?.errors[0]).toMatchObject({
      kind: 'USER',
      message: expect.stringMatching(/production.*SMALL.*MESSAGE_TOO_LARGE/) as string,
      timestampMs: expect.any(Number) as number,
    });
    await admin.incrementalAlterConfigs([
      {
        type: 'topic',
        name: 'SMALL',
        alterations: [{ name: 'max.message.bytes', op: 'set', value: '100000' }],
      },
    ]);
    const ends = async (): Promise<number | undefined> =>
      (await admin.listOffsets([{ topic: 'SMALL', partition: 0, spec: 'latest' }]))[0]?.offset;
    await expect.poll(ends, { timeout: PATIENCE_MS }).toBe(1);
    // Inserted only now: of records that were read with the one that cannot be written, each attempt writes some again.
    await sql.run("INSERT INTO large VALUES ('b', 'y');");
    await expect.poll(ends, { timeout: PATIENCE_MS }).toBe(2);
    await expect.poll(() => stateOf(sql), { timeout: PATIENCE_MS }).toBe('RUNNING');
  } finally {
    await sql.close();
  }
});

it('lists a recorded query whose state cannot be opened in ERROR, and starts it when it can', async () => {
  const folder = brokers.newDirectory();
  const first = sqlOn(folder, 'state_');
  const recorded = await first.run(`
    CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
    INSERT INTO s VALUES ('a', 1);`);
  await expect.poll(() => stateOf(first), { timeout: PATIENCE_MS }).toBe('RUNNING');
  await first.close();
  const state = lockedState(folder, 'state_');

  const second = sqlOn(folder, 'state_');
  try {
    await second.engine.restore(await replayCommands(recorded));
    await expect.poll(() => stateOf(second), { timeout: PATIENCE_MS }).toBe('ERROR');
    expect(second.engine.queries()[0]?.errors[0]).toMatchObject({ kind: 'SYSTEM' });
    state.release();
    await expect.poll(() => stateOf(second), { timeout: PATIENCE_MS }).toBe('RUNNING');
  } finally {
    await second.close();
  }
});

it('sets a file aside that lies where the state belongs, and restores it from the changelog', async () => {
  const folder = brokers.newDirectory();
  const first = sqlOn(folder, 'file_');
  const recorded = await first.run(`
    CREATE STREAM f (k STRING KEY, v INT) WITH (KAFKA_TOPIC='f', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM f GROUP BY k;
    INSERT INTO f VALUES ('a', 1);`);
  const rows = async (sql: SqlOnBroker): Promise<readonly unknown[]> => {
    const [query] = await sql.engine.prepare('SELECT n FROM t;');
    if (query === undefined) throw new Error('no query');
    const result = await sql.engine.query(query).catch(() => undefined);
    if (result?.kind !== 'pull') return [];
    const all: unknown[] = [];
    for await (const some of result.rows) all.push(...some);
    return all;
  };
  await expect.poll(() => rows(first).catch(() => []), { timeout: PATIENCE_MS }).toEqual([[1]]);
  await first.close();
  const state = path.join(folder, '_confluent-ksql-file_query_CTAS_T_0');
  fs.rmSync(state, { recursive: true });
  fs.writeFileSync(state, 'no folder');

  const second = sqlOn(folder, 'file_');
  try {
    await second.engine.restore(await replayCommands(recorded));
    await second.run("INSERT INTO f VALUES ('a', 2);");
    await expect.poll(() => rows(second).catch(() => []), { timeout: PATIENCE_MS }).toEqual([[2]]);
    const aside = fs.readdirSync(folder).filter((name) => name.includes('-damaged-'));
    expect(aside.map((name) => fs.readFileSync(path.join(folder, name), 'utf8'))).toEqual(['no folder']);
  } finally {
    await second.close();
  }
});

it('accepts a query that does not start, and starts it when it can', async () => {
  const folder = brokers.newDirectory();
  const state = lockedState(folder, 'new_');
  const sql = sqlOn(folder, 'new_');
  try {
    await sql.run(`
      CREATE STREAM r (k STRING KEY, v INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM r GROUP BY k;`);
    expect(stateOf(sql)).toBe('ERROR');
    expect(sql.engine.catalog.source('T')).toBeDefined();
    state.release();
    await expect.poll(() => stateOf(sql), { timeout: PATIENCE_MS }).toBe('RUNNING');
  } finally {
    await sql.close();
  }
});

it('leaves a query that failed and was then paused alone, and takes no time to stop it', async () => {
  const sql = sqlOn(brokers.newDirectory(), 'paused_');
  try {
    await admin.createTopics([{ name: 'TINY', partitions: 1, configs: { 'max.message.bytes': '100' } }]);
    await sql.run(`
      CREATE STREAM big (k STRING KEY, v STRING) WITH (KAFKA_TOPIC='big', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM tiny AS SELECT * FROM big;
      INSERT INTO big VALUES ('a', '${'x'.repeat(1000)}');`);
    await expect.poll(() => stateOf(sql), { timeout: PATIENCE_MS }).toBe('ERROR');
    await sql.run('PAUSE CSAS_TINY_0;');
    const failures = sql.engine.queries()[0]?.errors.length;
    await nodeEnvironment.timers.sleep(600);
    expect(stateOf(sql)).toBe('PAUSED');
    expect(sql.engine.queries()[0]?.errors).toHaveLength(failures ?? -1);
  } finally {
    await sql.close();
  }
});

it('waits longer after each failure, but not for a cluster that is away', () => {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const random = { ...nodeEnvironment.random, float: () => 0 };
  const backoff = new RestartBackoff({ initialMs: 10, maxMs: 50 }, { clock, random });
  const away = new OperationalError('CLUSTER_UNREACHABLE', 'away', { retriable: true });
  const bad = new Error('bad');
  const delays = [bad, away, away, bad, bad, bad].map((error) => {
    backoff.started();
    nowMs += 5;
    return backoff.delayAfter(error);
  });
  expect(delays).toEqual([10, 20, 20, 20, 40, 50]);
  backoff.started();
  nowMs += 60;
  expect(backoff.delayAfter(bad)).toBe(10);
});

it('says whose error it is, and keeps what stopped a query when records fail by the thousand', () => {
  const place = { topic: 's', partition: 0, offset: 1, taskId: '0_0', nodeName: 'n' };
  const context = { ...place, sink: undefined, record: undefined };
  const full = new OperationalError('DISK_FULL', 'full', { retriable: true });
  expect(errorKindOf(full)).toBe('SYSTEM');
  expect(errorKindOf(new OperationalError('MISSING_SOURCE_TOPIC', 'gone', { retriable: false }))).toBe(
    'USER',
  );
  expect(errorKindOf(new OperationalError('RECORD_TOO_LARGE', 'a large row', { retriable: false }))).toBe(
    'USER',
  );
  expect(errorKindOf(new StreamsFailure('processing', context, new Error('bad')))).toBe('USER');
  expect(errorKindOf(new StreamsFailure('processing', context, full))).toBe('SYSTEM');
  expect(errorKindOf(new DiagnosticError({ message: 'wrong' }))).toBe('USER');
  expect(errorKindOf(new TypeError('a bug'))).toBe('UNKNOWN');
  let nowMs = 0;
  const errors = new QueryErrors({ sizeMax: 2, nowMs: () => nowMs++ });
  errors.addFailure(full);
  for (let i = 0; i < 5; i++) errors.addRowError(`row ${i}`);
  expect(errors.list().map(({ message }) => message)).toEqual(['full', 'row 3', 'row 4']);
});
