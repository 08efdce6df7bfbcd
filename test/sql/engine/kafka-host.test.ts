import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { Admin, Producer } from '../../../src/client/index.ts';
import { KafkaHost } from '../../../src/sql/index.ts';
import { TestBrokers } from '../../broker/running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { SqlSession } from './sql-session.ts';

/** On a broker of its own. */
class Sql extends SqlSession {
  constructor(bootstrapServers: string, stateDir: string) {
    super(
      new KafkaHost({
        environment: nodeEnvironment,
        bootstrapServers,
        stateDir,
        serviceId: 'test_',
        commitIntervalMs: 100,
        // A query that was put out of its place does not take it back during a test.
        restartBackoff: { initialMs: 60_000, maxMs: 60_000 },
      }),
    );
  }
}

const brokers = new TestBrokers();
afterAll(() => brokers.close());

const script = `
  CREATE STREAM flights (id STRING KEY, origin STRING, delay INT)
    WITH (KAFKA_TOPIC='flights', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE airports (code STRING PRIMARY KEY, city STRING)
    WITH (KAFKA_TOPIC='airports', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM late AS SELECT id, origin, delay FROM flights WHERE delay > 10;
  CREATE TABLE delays AS SELECT origin, COUNT(*) AS n, SUM(delay) AS total FROM flights GROUP BY origin;
  CREATE TABLE hourly AS SELECT origin, COUNT(*) AS n FROM flights
    WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY origin;
  CREATE STREAM placed AS SELECT f.origin AS origin, f.id AS id, a.city FROM flights f JOIN airports a ON f.origin = a.code;
`;

describe('SQL on a Kafka cluster', () => {
  it('runs queries, answers push and pull queries, and drops what it made', async () => {
    const broker = await brokers.start();
    const { host, port } = broker.address;
    const sql = new Sql(`${host}:${port}`, brokers.newDirectory());
    try {
      const results = await sql.run(script);
      expect(results.map((result) => (result.kind === 'ddl' ? result.message : ''))).toEqual([
        'Stream created',
        'Table created',
        'Created query with ID CSAS_LATE_0',
        'Created query with ID CTAS_DELAYS_1',
        'Created query with ID CTAS_HOURLY_2',
        'Created query with ID CSAS_PLACED_3',
      ]);
      await sql.run(`
        INSERT INTO airports (code, city, ROWTIME) VALUES ('SFO', 'San Francisco', 0);
        INSERT INTO flights (id, origin, delay, ROWTIME) VALUES ('1', 'SFO', 5, 1000);
        INSERT INTO flights (id, origin, delay, ROWTIME) VALUES ('2', 'SFO', 20, 2000);
        INSERT INTO flights (id, origin, delay, ROWTIME) VALUES ('3', 'LAX', 30, 3000);
      `);
      expect(await sql.push('SELECT id, delay FROM late EMIT CHANGES;', 2)).toEqual([
        ['2', 20],
        ['3', 30],
      ]);
      expect(await sql.push('SELECT id, city FROM placed EMIT CHANGES;', 2)).toEqual([
        ['1', 'San Francisco'],
        ['2', 'San Francisco'],
      ]);
      await expect
        .poll(() => sql.pull("SELECT total FROM delays WHERE origin = 'SFO';"), { timeout: PATIENCE_MS })
        .toEqual([[25]]);
      expect(await sql.pull('SELECT origin, n FROM delays WHERE total > 26;')).toEqual([['LAX', 1]]);
      await expect
        .poll(() => sql.pull("SELECT WINDOWSTART, n FROM hourly WHERE origin = 'SFO' AND WINDOWSTART < 1;"), {
          timeout: PATIENCE_MS,
        })
        .toEqual([[0, 2]]);
      // A pull query over a stream reads it to where it ends, and completes of itself.
      expect(await sql.push("SELECT id FROM flights WHERE origin = 'SFO';", 99)).toEqual([['1'], ['2']]);
      expect(await sql.push('SELECT id FROM flights LIMIT 1;', 99)).toEqual([['1']]);
      await expect(sql.run('DROP STREAM flights;')).rejects.toThrow('Cannot drop FLIGHTS');
      const [explained] = await sql.run('EXPLAIN CTAS_DELAYS_1;');
      expect(explained?.kind === 'explain' && explained.explanation.topology).toContain('Aggregate-GroupBy');
      const [planned] = await sql.run('EXPLAIN SELECT id FROM flights WHERE delay > 1 EMIT CHANGES;');
      expect(planned?.kind === 'explain' && planned.explanation).toMatchObject({
        syntaxTree: expect.stringContaining('where: Comparison operator >') as string,
        logicalPlan: expect.stringContaining('> Filter WhereFilter (DELAY > 1)') as string,
        physicalPlan: expect.stringContaining('> source KsqlTopic topic flights') as string,
        topology: expect.stringContaining('Processor: WhereFilter') as string,
      });
      await sql.run('TERMINATE ALL; DROP STREAM late DELETE TOPIC;');
      expect(sql.engine.queries()).toEqual([]);
      const [topics] = await sql.run('SHOW ALL TOPICS;');
      const names = topics?.kind === 'topics' ? [...topics.topics.keys()] : [];
      expect(names).toContain('flights');
      expect(names).not.toContain('LATE');
      expect(names.filter((name) => name.includes('query_'))).toEqual([]);
      const admin = new Admin({ environment: nodeEnvironment, bootstrapServers: `${host}:${port}` });
      expect(await admin.listGroups()).toEqual([]);
      await admin.close();
    } finally {
      await sql.close();
    }
  });

  it('reads the source table that was asked for, not one whose name begins as its name', async () => {
    const broker = await brokers.start();
    const { host, port } = broker.address;
    const bootstrapServers = `${host}:${port}`;
    const sql = new Sql(bootstrapServers, brokers.newDirectory());
    try {
      const admin = new Admin({ environment: nodeEnvironment, bootstrapServers });
      await admin.createTopics(['old', 'new'].map((name) => ({ name, partitions: 1 })));
      await admin.close();
      const producer = new Producer({ environment: nodeEnvironment, bootstrapServers });
      for (const topic of ['old', 'new'])
        producer.send({ topic, key: Buffer.from('k'), value: Buffer.from(JSON.stringify({ V: topic })) });
      await producer.close();
      await sql.run(`
        CREATE SOURCE TABLE orders_old (k STRING PRIMARY KEY, v STRING) WITH (KAFKA_TOPIC='old', VALUE_FORMAT='JSON');
        CREATE SOURCE TABLE orders (k STRING PRIMARY KEY, v STRING) WITH (KAFKA_TOPIC='new', VALUE_FORMAT='JSON');`);
      const rowsOf = (table: string) => sql.pull(`SELECT v FROM ${table};`).catch(() => undefined);
      await expect.poll(() => rowsOf('orders_old'), { timeout: PATIENCE_MS }).toEqual([['old']]);
      await expect.poll(() => rowsOf('orders'), { timeout: PATIENCE_MS }).toEqual([['new']]);
      await sql.run('DROP TABLE orders;');
      expect(await rowsOf('orders_old')).toEqual([['old']]);
    } finally {
      await sql.close();
    }
  });

  it('takes the place of a server that was killed, without waiting for its sessions to end', async () => {
    const broker = await brokers.start();
    const { host, port } = broker.address;
    const table = `
      CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`;
    const killed = brokers.newDirectory();
    const first = new Sql(`${host}:${port}`, killed);
    await first.run(`${table} INSERT INTO s (k, v) VALUES ('a', 1);`);
    await expect.poll(() => first.pull('SELECT n FROM t;'), { timeout: PATIENCE_MS }).toEqual([[1]]);
    const admin = new Admin({ environment: nodeEnvironment, bootstrapServers: `${host}:${port}` });
    const committed = () => admin.listConsumerGroupOffsets('_confluent-ksql-test_query_CTAS_T_0');
    await expect.poll(committed, { timeout: PATIENCE_MS }).toMatchObject([{ topic: 's', offset: 1 }]);
    await admin.close();
    // The first one cannot be killed here. It stays, which is harder: the partition must be taken from a member that lives.
    const restarted = brokers.newDirectory();
    fs.copyFileSync(path.join(killed, 'process-id'), path.join(restarted, 'process-id'));
    const second = new Sql(`${host}:${port}`, restarted);
    try {
      await second.run(table);
      await second.run('PAUSE CTAS_T_0;');
      await expect(second.pull('SELECT n FROM t;')).rejects.toThrow(
        'the state of query CTAS_T_0 cannot be read while it is PAUSED; try again when SHOW QUERIES says RUNNING',
      );
      await second.run('RESUME CTAS_T_0;');
      // Until it learns that its place is taken, the first one reads on.
      await expect.poll(() => first.engine.queries()[0]?.state, { timeout: PATIENCE_MS }).toBe('ERROR');
      await second.run("INSERT INTO s (k, v) VALUES ('a', 2);");
      await expect.poll(() => second.pull('SELECT n FROM t;'), { timeout: PATIENCE_MS }).toEqual([[2]]);
    } finally {
      await second.close();
      await first.close();
    }
  });

  it('runs nothing of a script whose last statement is wrong', async () => {
    const broker = await brokers.start();
    const { host, port } = broker.address;
    const sql = new Sql(`${host}:${port}`, brokers.newDirectory());
    try {
      const wrong = `
        CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
        CREATE STREAM t AS SELECT id, v + 1 AS w FROM s;
        CREATE STREAM u AS SELECT id, nothing FROM t;`;
      await expect(sql.run(wrong)).rejects.toThrow("SELECT column 'NOTHING' cannot be resolved.");
      const untold = "CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='typo', VALUE_FORMAT='JSON');";
      await expect(sql.run(untold)).rejects.toThrow("Topic 'typo' does not exist.");
      expect(sql.engine.catalog.sources()).toEqual([]);
      expect(sql.engine.queries()).toEqual([]);
      const [topics] = await sql.run('SHOW TOPICS;');
      expect(topics?.kind === 'topics' && [...topics.topics.keys()]).toEqual([]);
    } finally {
      await sql.close();
    }
  });
});
