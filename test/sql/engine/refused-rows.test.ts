import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin, Consumer, Producer } from '../../../src/client/index.ts';
import { TestBrokers } from '../../broker/running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { type SqlOnBroker, sqlOnBroker } from './sql-on-broker.ts';

const DAY_MS = 86_400_000;

const brokers = new TestBrokers();
let bootstrapServers: string;
let admin: Admin;
let producer: Producer;

beforeAll(async () => {
  const { host, port } = (await brokers.start()).address;
  bootstrapServers = `${host}:${port}`;
  admin = new Admin({ environment, bootstrapServers });
  producer = new Producer({ environment, bootstrapServers });
});
afterAll(async () => {
  await producer.close();
  await admin.close();
  await brokers.close();
});

/** Keys of the committed rows of a topic of one partition, in order. */
async function rowsOf(topic: string): Promise<readonly string[]> {
  const consumer = new Consumer({ environment, bootstrapServers, isolationLevel: 'read_committed' });
  const partition = { topic, partition: 0 };
  try {
    consumer.assign([partition]);
    consumer.seekToBeginning([partition]);
    const [end] = await consumer.endOffsets([partition]);
    const rows: string[] = [];
    while ((await consumer.position(partition)) < (end?.offset ?? 0))
      for (const { records } of await consumer.poll(100)) rows.push(...records.map(({ key }) => String(key)));
    return rows;
  } finally {
    await consumer.close();
  }
}

const eventually = (what: () => Promise<unknown>) => expect.poll(what, { timeout: PATIENCE_MS });

describe.each(['at_least_once', 'exactly_once_v2'] as const)(
  'a row that the broker refuses, %s',
  (guarantee) => {
    const of = guarantee.slice(0, 2);

    /** Begins a session in which queries have this guarantee. */
    async function open(name: string): Promise<SqlOnBroker> {
      return sqlOnBroker(bootstrapServers, { stateDir: brokers.newDirectory(), serviceId: `${name}_${of}_` });
    }

    const run = (sql: SqlOnBroker, script: string): Promise<unknown> =>
      sql.run(`SET 'processing.guarantee' = '${guarantee}'; ${script}`);
    const errorsOf = (sql: SqlOnBroker): readonly string[] =>
      sql.engine.queries().flatMap((query) => query.errors.map(({ message }) => `${query.id}: ${message}`));
    const statesOf = (sql: SqlOnBroker): ReadonlySet<string> =>
      new Set(sql.engine.queries().map(({ state }) => state));

    it('for its time costs only itself: microseconds taken for milliseconds', async () => {
      const sql = await open('micros');
      try {
        const topic = `micros_${of}`;
        await run(
          sql,
          `CREATE STREAM micros (k STRING KEY, w BIGINT) WITH (KAFKA_TOPIC='${topic}', VALUE_FORMAT='JSON', PARTITIONS=1, TIMESTAMP='w');
        CREATE STREAM times WITH (KAFKA_TOPIC='times_${of}') AS SELECT * FROM micros;
        CREATE TABLE counts WITH (KAFKA_TOPIC='counts_${of}') AS SELECT k, COUNT(*) AS n FROM micros GROUP BY k;
        CREATE TABLE hourly WITH (KAFKA_TOPIC='hourly_${of}') AS SELECT k, COUNT(*) AS n FROM micros WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY k;`,
        );
        const times = [1000, 2000, 1_767_225_600_000_000, 3000, 1_767_225_600_000_001, 4000];
        for (const [index, w] of times.entries())
          producer.send({ topic, partition: 0, key: `k${index}`, value: `{"W":${w}}` });
        await producer.flush();
        for (const output of [`times_${of}`, `counts_${of}`])
          await eventually(async () => (await rowsOf(output)).toSorted()).toEqual(['k0', 'k1', 'k3', 'k5']);
        await eventually(async () => errorsOf(sql).length).toBe(6);
        const ids = ['CSAS_TIMES_0', 'CTAS_COUNTS_1', 'CTAS_HOURLY_2'];
        const told = /: the broker refuses a row: .*INVALID_TIMESTAMP/;
        for (const id of ids)
          expect(errorsOf(sql).filter((error) => error.startsWith(id) && told.test(error))).toHaveLength(2);
        expect(statesOf(sql)).toEqual(new Set(['RUNNING']));
      } finally {
        await sql.close();
      }
    });

    it('in the middle of a batch costs no other one, nor the queries behind', async () => {
      const sql = await open('ahead');
      try {
        const topic = `ahead_${of}`;
        await run(
          sql,
          `CREATE STREAM s (k STRING KEY, ts BIGINT) WITH (KAFKA_TOPIC='${topic}', VALUE_FORMAT='JSON', PARTITIONS=1);
        CREATE STREAM f WITH (KAFKA_TOPIC='f_${of}', TIMESTAMP='ts') AS SELECT k, ts FROM s;
        CREATE STREAM behind WITH (KAFKA_TOPIC='behind_${of}') AS SELECT k, ts FROM f;`,
        );
        const now = Date.now();
        for (let i = 0; i < 50; i++) {
          const value = JSON.stringify({ TS: now + (i === 30 ? DAY_MS : 0) });
          producer.send({ topic, partition: 0, key: `k${i}`, value });
        }
        await producer.flush();
        const others = Array.from({ length: 50 }, (_, i) => `k${i}`).filter((key) => key !== 'k30');
        await eventually(() => rowsOf(`f_${of}`)).toEqual(others);
        await eventually(() => rowsOf(`behind_${of}`)).toEqual(others);
        expect(statesOf(sql)).toEqual(new Set(['RUNNING']));
      } finally {
        await sql.close();
      }
    });

    it('for its null key in a compacted topic costs only itself', async () => {
      const sql = await open('nulls');
      try {
        const compacted = `compacted_${of}`;
        await admin.createTopics([
          { name: compacted, partitions: 1, configs: { 'cleanup.policy': 'compact' } },
        ]);
        await run(
          sql,
          `CREATE STREAM s (k STRING KEY, n INT) WITH (KAFKA_TOPIC='nulls_${of}', VALUE_FORMAT='JSON', PARTITIONS=1);
        CREATE STREAM c WITH (KAFKA_TOPIC='${compacted}') AS
          SELECT NULLIF(k, 'b') AS kk, n FROM s PARTITION BY NULLIF(k, 'b');`,
        );
        for (const key of ['a', 'b', 'c']) producer.send({ topic: `nulls_${of}`, key, value: '{"N":1}' });
        await producer.flush();
        await eventually(() => rowsOf(compacted)).toEqual(['a', 'c']);
        expect(errorsOf(sql)).toEqual([expect.stringMatching(/the broker refuses a row: .*INVALID_RECORD/)]);
        expect(statesOf(sql)).toEqual(new Set(['RUNNING']));
      } finally {
        await sql.close();
      }
    });
  },
);
