import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { Admin } from '../../../src/client/index.ts';
import { TestBrokers } from '../../broker/running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { type SqlOnBroker, sqlOnBroker } from './sql-on-broker.ts';

const brokers = new TestBrokers();
let admin: Admin;
let bootstrapServers: string;
let sql: SqlOnBroker;

beforeAll(async () => {
  const { host, port } = (await brokers.start()).address;
  bootstrapServers = `${host}:${port}`;
  admin = new Admin({ environment: nodeEnvironment, bootstrapServers });
  sql = sqlOnBroker(bootstrapServers, { stateDir: brokers.newDirectory(), serviceId: 'check_' });
  await admin.createTopics([{ name: 'TAKEN', partitions: 3 }]);
  await sql.run(`
    CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM gone (k STRING KEY, v INT) WITH (KAFKA_TOPIC='gone', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE two (k STRING PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='two', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM c AS SELECT * FROM s;`);
  await vi.waitUntil(() => sql.engine.queries()[0]?.state === 'RUNNING', { timeout: PATIENCE_MS });
  await admin.deleteTopics(['gone', 'two']);
  await admin.createTopics([{ name: 'two', partitions: 2 }]);
});

afterAll(async () => {
  await sql.close();
  await admin.close();
  await brokers.close();
});

const long = 'l'.repeat(240);

describe('what the cluster would refuse is refused before it is recorded', () => {
  it.each<readonly [string, string | RegExp]>([
    ['CREATE STREAM x AS SELECT * FROM gone;', 'Kafka topics do not exist: gone'],
    ['INSERT INTO c SELECT * FROM gone;', 'Kafka topics do not exist: gone'],
    ['INSERT INTO gone SELECT * FROM s;', 'Kafka topics do not exist: gone'],
    ['CREATE OR REPLACE STREAM c AS SELECT * FROM gone;', 'Values differ: s vs. gone'],
    ['CREATE STREAM x WITH (REPLICAS=3) AS SELECT * FROM s;', "Kafka topic 'X' cannot be created"],
    ['CREATE STREAM `a b` AS SELECT * FROM s;', 'invalid topic name "a b"'],
    [
      'CREATE STREAM x WITH (RETENTION_MS=-7) AS SELECT * FROM s;',
      'Invalid value -7 for property RETENTION_MS',
    ],
    [
      "CREATE STREAM x (k STRING KEY) WITH (KAFKA_TOPIC='x', FORMAT='JSON', PARTITIONS=0);",
      'Invalid value 0 for property PARTITIONS',
    ],
    [
      "CREATE STREAM x WITH (KAFKA_TOPIC='TAKEN') AS SELECT * FROM s;",
      'KSQL expects 1 partitions (topic has 3), and 1 replication factor (topic has 1).',
    ],
    [
      "CREATE STREAM x WITH (KAFKA_TOPIC='TAKEN', PARTITIONS=3, REPLICAS=2) AS SELECT * FROM s;",
      'KSQL expects 3 partitions (topic has 3), and 2 replication factor (topic has 1).',
    ],
    ...['CREATE STREAM x', 'CREATE SOURCE STREAM x', 'CREATE OR REPLACE STREAM x'].map(
      (create): readonly [string, string] => [
        `${create} (k STRING KEY) WITH (KAFKA_TOPIC='TAKEN', FORMAT='JSON', PARTITIONS=3, REPLICAS=3);`,
        'KSQL expects 3 partitions (topic has 3), and 3 replication factor (topic has 1).',
      ],
    ),
    [
      "CREATE TABLE x (k STRING PRIMARY KEY) WITH (KAFKA_TOPIC='TAKEN', FORMAT='JSON', PARTITIONS=2);",
      'KSQL expects 2 partitions (topic has 3), and 1 replication factor (topic has 1).',
    ],
    [`CREATE STREAM \`${long}\` AS SELECT v, COUNT(*) FROM s GROUP BY v;`, /./],
    ['CREATE STREAM x AS SELECT s.k, two.v FROM s JOIN two ON s.k = two.k;', /partitions/],
  ])('%s', async (text, message) => {
    const before = (await admin.listTopics({ includeInternal: true })).map(({ name }) => name);
    const queries = sql.engine.queries();
    const catalog = sql.engine.catalog;
    await expect(sql.run(text)).rejects.toThrow(message);
    expect((await admin.listTopics({ includeInternal: true })).map(({ name }) => name)).toEqual(before);
    expect(sql.engine.queries().map(({ id, plan, state }) => [id, plan, state])).toEqual(
      queries.map(({ id, plan }) => [id, plan, 'RUNNING']),
    );
    expect(sql.engine.catalog).toBe(catalog);
  });

  it('leaves a query that was to be replaced at work', async () => {
    await expect(sql.run('CREATE OR REPLACE STREAM c AS SELECT * FROM gone;')).rejects.toThrow();
    await sql.run("INSERT INTO s VALUES ('a', 1);");
    const end = async (): Promise<number | undefined> =>
      (await admin.listOffsets([{ topic: 'C', partition: 0, spec: 'latest' }]))[0]?.offset;
    await expect.poll(end, { timeout: PATIENCE_MS }).toBe(1);
  });
});

it('executes statements that come at once one after the other', async () => {
  const outcomes = await Promise.allSettled([
    sql.run('CREATE STREAM d AS SELECT * FROM s;'),
    sql.run('CREATE STREAM d AS SELECT * FROM s WHERE v > 1;'),
    sql.run('CREATE STREAM e AS SELECT * FROM s;'),
  ]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  const made = sql.engine.queries().filter(({ sink }) => sink === 'D' || sink === 'E');
  expect(made.map(({ sink }) => sink)).toEqual(['D', 'E']);
  expect(new Set(made.map(({ id }) => id.slice(id.lastIndexOf('_')))).size).toBe(2);
  await sql.run('DROP STREAM d; DROP STREAM e;');
});

it('replaces a query by closing it first', async () => {
  const [first] = sql.engine.queries().filter(({ sink }) => sink === 'C');
  await sql.run('CREATE OR REPLACE STREAM c AS SELECT * FROM s WHERE v > 100;');
  await expect
    .poll(() => sql.engine.queries().find(({ sink }) => sink === 'C')?.state, { timeout: PATIENCE_MS })
    .toBe('RUNNING');
  const members = async (): Promise<number> => {
    const [group] = await admin.describeGroups([`_confluent-ksql-check_query_${first?.id ?? ''}`]);
    return group?.members.length ?? -1;
  };
  expect(await members()).toBe(1);
  await sql.run("INSERT INTO s VALUES ('b', 2); INSERT INTO s VALUES ('c', 200);");
  const end = async (): Promise<number | undefined> =>
    (await admin.listOffsets([{ topic: 'C', partition: 0, spec: 'latest' }]))[0]?.offset;
  await expect.poll(end, { timeout: PATIENCE_MS }).toBe(2);
});
