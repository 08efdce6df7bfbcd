import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin, Producer } from '../../../src/client/index.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { post } from '../../server/platform.ts';
import type { Deployment } from './deployment.ts';
import { type ExpectedResults, ResultsCheck } from './results-check.ts';

/** How large a run is. On a machine with little to do a kill takes some five seconds. */
export interface KillRun {
  readonly rows: number;
  readonly kills: number;
  /** Between a start and the next kill, at most. */
  readonly aliveMsMax: number;
}

/** A larger run: SQL_EXACTLY_ONCE_ROWS=1000000 SQL_EXACTLY_ONCE_KILLS=100; its time limit grows with both. */
export const killRun: KillRun = {
  rows: Number(process.env['SQL_EXACTLY_ONCE_ROWS'] ?? 3_000),
  kills: Number(process.env['SQL_EXACTLY_ONCE_KILLS'] ?? 6),
  aliveMsMax: Number(process.env['SQL_EXACTLY_ONCE_ALIVE_MS'] ?? 3_000),
};

/** What a kill may take with the start after it, on a machine with much to do. */
const KILL_MS_MAX = 30_000;
/** A row is sent, waited for and read once more, each at a thousand a second where it is slow. */
const ROW_MS_MAX = 3;

function limitMsOf({ rows, kills, aliveMsMax }: KillRun): number {
  return 4 * PATIENCE_MS + kills * (aliveMsMax + KILL_MS_MAX) + rows * ROW_MS_MAX;
}

/** Odd: the numbers of a key are even and odd in turn. */
const KEYS = 51;
const PARTITIONS = 3;

const STATEMENTS = `
  CREATE STREAM orders (k STRING KEY, v INT) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=${PARTITIONS});
  CREATE TABLE names (k STRING PRIMARY KEY, name STRING)
    WITH (KAFKA_TOPIC='names', VALUE_FORMAT='JSON', PARTITIONS=${PARTITIONS});
  CREATE TABLE counts AS SELECT k, COUNT(*) AS n FROM orders GROUP BY k;
  CREATE STREAM named AS SELECT orders.k, v, name FROM orders JOIN names ON orders.k = names.k;
  CREATE STREAM evens AS SELECT k, v FROM orders WHERE v % 2 = 0;`;

/** What an aggregate, a join and a filter make of the rows 0 to n-1, whose key is that of their remainder. */
function expectedOf(rows: number): readonly ExpectedResults[] {
  const common = { partitions: PARTITIONS };
  return [
    { topic: 'COUNTS', ...common, total: rows, first: () => 1, step: 1, numberIn: ({ N }) => Number(N) },
    {
      ...{ topic: 'NAMED', ...common, total: rows, first: (key) => key, step: KEYS },
      numberIn: ({ V, NAME }, key) => (NAME === `name ${key}` ? Number(V) : `of ${String(NAME)}`),
    },
    {
      ...{ topic: 'EVENS', ...common, total: Math.ceil(rows / 2), step: 2 * KEYS },
      first: (key) => (key % 2 === 0 ? key : key + KEYS),
      numberIn: ({ V }) => Number(V),
    },
  ];
}

/** An aggregate, a join and a filter under exactly-once, whose processes are killed. */
export function describeSqlExactlyOnce(name: string, deploy: () => Promise<Deployment>, run: KillRun): void {
  const { rows, kills, aliveMsMax } = run;
  describe(`SQL under exactly-once, ${name}`, () => {
    let deployment: Deployment;
    beforeAll(async () => {
      deployment = await deploy();
      await deployment.start();
    });
    afterAll(() => deployment.close());

    it(`${rows} rows, ${kills} kills: each result is there once, and nobody has seen another`, {
      timeout: limitMsOf(run),
    }, async () => {
      const { bootstrap, url } = deployment;
      const { status, body } = await post(`${url}/ksql`, { ksql: STATEMENTS });
      expect(status, JSON.stringify(body)).toBe(200);
      const producer = new Producer({ environment, bootstrapServers: bootstrap });
      const send = async (topic: string, from: number, until: number): Promise<void> => {
        for (let i = from; i < until; i++) {
          const value = topic === 'names' ? { name: `name ${i}` } : { v: i };
          producer.send({ topic, key: `k${i % KEYS}`, value: JSON.stringify(value) });
          const waiting = producer.ready();
          if (waiting !== undefined) await waiting;
        }
        await producer.flush();
      };
      await send('names', 0, KEYS);
      await joinHasRead(bootstrap, KEYS);

      const watched = new ResultsCheck(bootstrap, expectedOf(rows));
      let isOver = false;
      const watching = watched.read(() => isOver);
      for (let kill = 0; kill < kills; kill++) {
        const sending = send(
          'orders',
          Math.floor((kill * rows) / kills),
          Math.floor(((kill + 1) * rows) / kills),
        );
        // A while that differs from kill to kill, and is the same in each run.
        await environment.timers.sleep((aliveMsMax * ((7 * kill + 3) % 11)) / 11);
        await deployment.killNext();
        await sending;
      }
      // On a busy machine little is done between two kills: all rows may still be to come, a few thousand a second.
      const late = environment.timers.after(PATIENCE_MS + rows, () => (isOver = true));
      await watching;
      late.cancel();
      expect(watched.faults).toEqual([]);
      expect(watched.count).toBe(watched.total);
      await watched.close();
      await producer.close();

      await deployment.stopServer();
      await noneIsOpen(bootstrap);
      // Whoever reads afterwards sees what was seen meanwhile, and no more.
      const after = new ResultsCheck(bootstrap, expectedOf(rows));
      await after.readToEnd();
      await after.close();
      expect(after.faults).toEqual([]);
      expect(after.count).toBe(watched.total);
    });
  });
}

/** Waits until the join has all rows of its table: a row of the stream that comes before has no partner. */
async function joinHasRead(bootstrapServers: string, names: number): Promise<void> {
  const admin = new Admin({ environment, bootstrapServers });
  const read = async (): Promise<number> => {
    const groups = (await admin.listGroups()).map(({ groupId }) => groupId);
    const group = groups.find((id) => id.includes('_NAMED_'));
    if (group === undefined) return 0;
    const offsets = await admin.listConsumerGroupOffsets(group);
    return offsets.filter(({ topic }) => topic === 'names').reduce((sum, { offset }) => sum + offset, 0);
  };
  await expect.poll(read, { timeout: PATIENCE_MS, interval: 100 }).toBe(names);
  await admin.close();
}

/** Where a server has ended, or its queries are at rest, no transaction of it is open. */
async function noneIsOpen(bootstrapServers: string): Promise<void> {
  const admin = new Admin({ environment, bootstrapServers });
  const open = async (): Promise<number> => (await admin.listTransactions({ states: ['Ongoing'] })).length;
  await expect.poll(open, { timeout: PATIENCE_MS, interval: 100 }).toBe(0);
  await admin.close();
}
