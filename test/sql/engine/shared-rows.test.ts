import { afterAll, describe, expect, it, vi } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { Admin, Consumer, Producer } from '../../../src/client/index.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { KafkaHost, SqlEngine } from '../../../src/sql/index.ts';
import { emptySession } from '../../../src/sql/statements/session.ts';
import { SharedDecoding } from '../../../src/streams/runtime/shared-decoding.ts';
import type { SharedSerde } from '../../../src/streams/shared-serde.ts';
import { until } from '../../client/contract/clients.ts';
import { TestBrokers } from '../../broker/running-broker.ts';

const ROWS = 200;

const sources = `
  CREATE STREAM orders (k STRING KEY, item STRING, n INT, tags ARRAY<STRING>, address STRUCT<city STRING, zip INT>,
      prices MAP<STRING, INT>, ts BIGINT)
    WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM timed (k STRING KEY, item STRING, n INT, ts BIGINT)
    WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', TIMESTAMP='ts');
  CREATE TABLE items (item STRING PRIMARY KEY, name STRING)
    WITH (KAFKA_TOPIC='items', VALUE_FORMAT='JSON', PARTITIONS=1);`;

/** A query of each kind of step, all over one topic. */
const queries: readonly string[] = [
  'CREATE STREAM q0 AS SELECT * FROM orders WHERE n % 3 = 0;',
  'CREATE STREAM q1 AS SELECT k, tags, address->city, n * 2 AS twice, ROWTIME AS t, ROWOFFSET AS o FROM orders;',
  'CREATE STREAM q2 AS SELECT k, ROWTIME AS t, n FROM timed;',
  'CREATE TABLE q3 AS SELECT k, SUM(n) AS total, COUNT(*) AS c FROM orders GROUP BY k;',
  'CREATE TABLE q4 AS SELECT item, COLLECT_LIST(n) AS all_n, LATEST_BY_OFFSET(address) AS a FROM orders GROUP BY item;',
  'CREATE TABLE q5 AS SELECT item, COUNT(*) AS c FROM timed WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY item;',
  'CREATE STREAM q6 AS SELECT k, EXPLODE(tags) AS tag FROM orders;',
  'CREATE STREAM q7 AS SELECT ARRAY_SORT(tags) AS sorted, ARRAY_DISTINCT(tags) AS d, k FROM orders;',
  'CREATE STREAM q8 AS SELECT * FROM orders PARTITION BY item;',
  'CREATE STREAM q9 AS SELECT o.item AS item, o.n AS n, i.name AS name FROM orders o LEFT JOIN items i ON o.item = i.item;',
  "CREATE STREAM q10 AS SELECT k, prices FROM orders WHERE ARRAY_CONTAINS(tags, 'b');",
  'CREATE STREAM q11 AS SELECT a.k AS k, a.n AS n, b.n AS m FROM orders a JOIN timed b WITHIN 1 SECOND ON a.k = b.k;',
  'CREATE TABLE q12 AS SELECT item, TOPK(n, 2) AS top, HISTOGRAM(k) AS h FROM orders GROUP BY item;',
];

const brokers = new TestBrokers();
afterAll(() => brokers.close());

/** Makes everything in a value read-only, and the places of a row that the source does not fill. */
function frozen(value: unknown, columnsCount = Number.POSITIVE_INFINITY): void {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    frozen(inner);
    if (Number(name) < columnsCount) Object.defineProperty(value, name, { writable: false });
  }
  if (columnsCount === Number.POSITIVE_INFINITY) Object.freeze(value);
}

/** How many places of a row come from its bytes; see `rowIdentity` in lower-source.ts. */
function valueColumnsIn(sharedAs: string): number {
  const [, , columns] = JSON.parse(sharedAs) as readonly (readonly unknown[])[];
  return columns?.length ?? 0;
}

/** Keeps the queries that were started. */
class WatchedHost extends KafkaHost {
  readonly started: ReturnType<KafkaHost['newQuery']>[] = [];

  override newQuery(...args: Parameters<KafkaHost['newQuery']>): ReturnType<KafkaHost['newQuery']> {
    const query = super.newQuery(...args);
    this.started.push(query);
    return query;
  }
}

/** Reads with the same serde, and freezes what it has read. @returns how many values were frozen, and how many reused. */
function freezeDecoded(): { readonly decoded: () => number; readonly restore: () => void } {
  let decoded = 0;
  // oxlint-disable-next-line typescript/unbound-method -- it is called on what it was called on
  const { join } = SharedDecoding.prototype;
  const spy = vi.spyOn(SharedDecoding.prototype, 'join').mockImplementation(function (
    this: SharedDecoding,
    topic,
    side,
    own,
  ) {
    const freezing = (serde: SharedSerde<unknown>): SharedSerde<unknown> => ({
      sharedAs: serde.sharedAs,
      unread: serde.unread,
      serialize: (...args) => serde.serialize(...args),
      deserialize: (...args) => {
        const value = serde.deserialize(...args);
        decoded++;
        frozen(value, side === 'value' ? valueColumnsIn(serde.sharedAs) : undefined);
        return value;
      },
      leavingOut: (unread) => freezing(serde.leavingOut(unread)),
    });
    return join.call(this, topic, side, 'sharedAs' in own ? freezing(own as SharedSerde<unknown>) : own);
  });
  return { decoded: () => decoded, restore: () => spy.mockRestore() };
}

async function writeRows(bootstrapServers: string): Promise<void> {
  const producer = new Producer({ environment: nodeEnvironment, bootstrapServers });
  for (let i = 0; i < 5; i++)
    producer.send({
      topic: 'items',
      key: `i${i}`,
      value: JSON.stringify({ name: `name ${i}` }),
      timestamp: 0,
    });
  for (let i = 0; i < ROWS; i++) {
    const order = {
      item: `i${i % 7}`,
      n: i,
      tags: ['c', 'a', 'b', 'a'].slice(i % 3),
      address: { city: `city ${i % 4}`, zip: i },
      prices: { x: i, y: -i },
      ts: 1_000_000 + 100 * i,
    };
    const value = i % 50 === 49 ? 'not JSON' : JSON.stringify(order);
    producer.send({ topic: 'orders', key: `k${i % 11}`, value, timestamp: 1_000_000 + i });
  }
  await producer.flush();
  await producer.close();
}

/** Runs queries, each group on a host of its own; answers what each of them has written. */
async function run(groups: readonly (readonly string[])[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const broker = await brokers.start({});
  const bootstrapServers = `${broker.address.host}:${broker.address.port}`;
  const environment = nodeEnvironment;
  const admin = new Admin({ environment, bootstrapServers });
  await admin.createTopics(
    ['orders', 'items'].map((name) => ({ name, partitions: 1, replicationFactor: 1 })),
  );
  const session = { ...emptySession, properties: { 'auto.offset.reset': 'earliest' } };
  const engines: { close(): Promise<void> }[] = [];
  const hosts: WatchedHost[] = [];
  for (const [index, group] of groups.entries()) {
    const host = new WatchedHost({
      environment,
      bootstrapServers,
      stateDir: brokers.newDirectory(),
      serviceId: `shared_${index}_`,
      commitIntervalMs: 100,
      cacheBytesMax: 0,
    });
    const engine = new SqlEngine({ host, functions: builtInRegistry() });
    for (const prepared of await engine.prepare(`${sources}\n${group.join('\n')}`, session))
      await engine.execute(prepared);
    engines.push(engine, host);
    hosts.push(host);
  }
  await until(() => hosts.every(({ started }) => started.every((query) => query.state() === 'RUNNING')));
  await writeRows(bootstrapServers);
  const outputs = await outputsOf(admin, bootstrapServers);
  for (const each of engines) await each.close();
  await admin.close();
  return outputs;
}

/** Reads the topics of the queries until nothing has come for a while after something of each has. */
async function outputsOf(
  admin: Admin,
  bootstrapServers: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const topics = queries.map((_, index) => `Q${index}`);
  const consumer = new Consumer({ environment: nodeEnvironment, bootstrapServers });
  const found = new Map<string, string[]>(topics.map((topic) => [topic, []]));
  const described = await admin.describeTopics(topics);
  consumer.assign(
    described.flatMap(({ name, partitions }) =>
      partitions.map(({ partition }) => ({ topic: name, partition })),
    ),
  );
  consumer.seekToBeginning(consumer.assignment());
  for (let quiet = 0; quiet < 10 || [...found.values()].some((rows) => rows.length === 0); quiet++) {
    for (const { topic, records } of await consumer.poll(200)) {
      quiet = 0;
      for (const { key, value, timestamp } of records)
        found.get(topic)?.push(`${timestamp} ${String(key)} ${String(value)}`);
    }
  }
  await consumer.close();
  return found;
}

describe('rows that queries share', () => {
  it('are read once, never changed, and give each query what it gets alone', async () => {
    const freezing = freezeDecoded();
    const together = await run([queries]);
    freezing.restore();
    // Keys, values as each of the two sources has them, and keys of four repartition topics; alone it is 30 times.
    expect(freezing.decoded()).toBeLessThan(ROWS * 9);
    expect(freezing.decoded()).toBeGreaterThan(ROWS * 2);
    const alone = await run(queries.map((query) => [query]));
    for (const [topic, rows] of alone) expect(together.get(topic)?.toSorted()).toEqual(rows.toSorted());
  }, 120_000);
});
