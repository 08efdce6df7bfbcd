import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { Producer } from '../../../src/client/index.ts';
import { TestBrokers } from '../../broker/running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { OnThreads } from './on-threads.ts';

const brokers = new TestBrokers();
let bootstrapServers: string;
let producer: Producer;
let sql: OnThreads;

// The same queries each time: what one test leaves, groups and changelogs, is nothing for the next.
beforeEach(async () => {
  const { host, port } = (await brokers.start({ 'group.initial.rebalance.delay.ms': 0 })).address;
  bootstrapServers = `${host}:${port}`;
  producer = new Producer({ environment: nodeEnvironment, bootstrapServers, lingerMs: 0 });
});
afterEach(async () => {
  await sql.close();
  await producer.close();
  await brokers.close();
});

describe.each(['AVRO', 'JSON_SR', 'PROTOBUF'])('%s on a cluster, with a registry', (format) => {
  it('is inserted, transformed, counted and joined', async () => {
    sql = new OnThreads(bootstrapServers, { stateDir: brokers.newDirectory() });
    const name = `r_${format}`;
    await sql.run(`
      CREATE STREAM s (k INT KEY, v INT, t STRING) WITH (KAFKA_TOPIC='${name}', FORMAT='${format}', PARTITIONS=2);
      CREATE TABLE names (k INT PRIMARY KEY, name STRING) WITH (KAFKA_TOPIC='${name}_names', FORMAT='${format}', PARTITIONS=2);
      CREATE STREAM doubled WITH (KAFKA_TOPIC='${name}_doubled') AS SELECT k, v * 2 AS w, t FROM s;
      INSERT INTO names VALUES (1, 'one');
      INSERT INTO names VALUES (2, 'two');`);
    await sql.run(`
      CREATE STREAM inferred WITH (KAFKA_TOPIC='${name}_doubled', FORMAT='${format}');
      CREATE TABLE counts WITH (KAFKA_TOPIC='${name}_counts') AS SELECT t, COUNT(*) AS n, SUM(w) AS total FROM inferred GROUP BY t;
      CREATE TABLE kept WITH (KAFKA_TOPIC='${name}_kept') AS SELECT * FROM names;`);
    await sql.pulled('SELECT k, name FROM kept WHERE k = 2;').toEqual([[2, 'two']]);
    await sql.run(`
      CREATE STREAM joined WITH (KAFKA_TOPIC='${name}_joined') AS SELECT s.k, v, name FROM s LEFT JOIN names ON s.k = names.k;
      CREATE TABLE last WITH (KAFKA_TOPIC='${name}_last') AS SELECT s_k, LATEST_BY_OFFSET(name) AS name FROM joined GROUP BY s_k;`);
    for (const [k, v] of [
      [1, 10],
      [2, 20],
      [1, 30],
    ])
      await sql.run(`INSERT INTO s VALUES (${k}, ${v}, 'a');`);
    await sql.pulled("SELECT n, total FROM counts WHERE t = 'a';").toEqual([[3, 120]]);
    // Keys with schema ids send both sides of a join through internal topics, whose order nothing binds: rows come until one meets
    // its partner.
    await expect
      .poll(
        async () => {
          await sql.run("INSERT INTO s VALUES (2, 20, 'b');");
          return sql.pull('SELECT name FROM last WHERE s_k = 2;').catch(() => []);
        },
        { timeout: PATIENCE_MS, interval: 200 },
      )
      .toEqual([['two']]);
  });

  it('a record whose schema is nowhere, or that has none, costs only itself', async () => {
    sql = new OnThreads(bootstrapServers, { stateDir: brokers.newDirectory() });
    const name = `bad_${format}`;
    await sql.run(`
      CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='${format}', PARTITIONS=1);
      CREATE TABLE counts WITH (KAFKA_TOPIC='${name}_counts') AS SELECT v, COUNT(*) AS n FROM s GROUP BY v;
      INSERT INTO s VALUES (1);`);
    for (const hex of ['00000f4240', '7b7d', '']) {
      await producer.sendAndWait({ topic: name, key: null, value: Buffer.from(hex, 'hex') });
    }
    await sql.run('INSERT INTO s VALUES (1);');
    await sql.pulled('SELECT n FROM counts WHERE v = 1;').toEqual([[2]]);
  });
});
