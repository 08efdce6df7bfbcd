import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Disk } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { Cluster } from '../../../src/client/cluster/cluster.ts';
import { Admin } from '../../../src/client/index.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { KafkaHost, SqlEngine } from '../../../src/sql/index.ts';
import { emptySession } from '../../../src/sql/statements/session.ts';
import { TopicRequests } from '../../../src/sql/runtime/topic-requests.ts';
import { TestBrokers } from '../../broker/running-broker.ts';
import { sqlOnBroker } from './sql-on-broker.ts';

const brokers = new TestBrokers();
let bootstrapServers: string;

beforeAll(async () => {
  const { host, port } = (await brokers.start()).address;
  bootstrapServers = `${host}:${port}`;
});

afterAll(() => brokers.close());

it('starts and ends queries without waiting for the disk on the event loop', async () => {
  const waits: string[] = [];
  const disk: Disk = {
    ...nodeEnvironment.disk,
    replaceFile(file, content) {
      waits.push(`replace ${file}`);
      nodeEnvironment.disk.replaceFile(file, content);
    },
    removeDirectory(file) {
      waits.push(`remove ${file}`);
      nodeEnvironment.disk.removeDirectory(file);
    },
  };
  const environment = { ...nodeEnvironment, disk };
  const stateDir = brokers.newDirectory();
  const host = new KafkaHost({ environment, bootstrapServers, stateDir, serviceId: 'waits_' });
  const engine = new SqlEngine({ host, functions: builtInRegistry() });
  const run = async (script: string): Promise<void> => {
    for (const prepared of await engine.prepare(script)) await engine.execute(prepared);
  };
  try {
    await run("CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', FORMAT='JSON', PARTITIONS=1);");
    // The host's own identity, once in its life.
    expect(waits.splice(0)).toEqual([expect.stringContaining('process-id')]);
    await run(`
      CREATE STREAM c AS SELECT * FROM s;
      CREATE TABLE t AS SELECT v, COUNT(*) FROM s GROUP BY v;
      DROP STREAM c DELETE TOPIC;
      DROP TABLE t DELETE TOPIC;`);
    expect(waits).toEqual([]);
    // And the database that queries share.
    expect(disk.list(stateDir).toSorted()).toEqual(['_confluent-ksql-waits_shared', 'process-id']);
  } finally {
    await engine.close();
    await host.close();
  }
});

it('makes a topic in one request, and asks for it only where the cluster refuses', async () => {
  const asked: string[] = [];
  const admin = new Admin({ environment: nodeEnvironment, bootstrapServers });
  const requests = new TopicRequests({
    admin,
    describe: async (names) => {
      asked.push(...names);
      const found = await admin.describeTopics(names, { existingOnly: true });
      return new Map(
        found.map(({ name, partitions }) => [name, { partitions: partitions.length, replicas: 1 }]),
      );
    },
  });
  try {
    expect(await requests.create({ name: 'new', partitions: 2, compacted: false })).toBe(true);
    expect(asked).toEqual([]);
    expect(await requests.create({ name: 'new', partitions: 2, compacted: false })).toBe(false);
    expect(asked).toEqual(['new']);
  } finally {
    await admin.close();
  }
});

it('asks the cluster once for what a statement is checked against, and starts its query on what all queries share', async () => {
  const sql = sqlOnBroker(bootstrapServers, { stateDir: brokers.newDirectory(), serviceId: 'asks_' });
  await sql.run("CREATE STREAM a (k STRING KEY, v INT) WITH (KAFKA_TOPIC='a', FORMAT='JSON', PARTITIONS=1);");
  const described = vi.spyOn(Admin.prototype, 'describeTopics');
  const made = vi.spyOn(Admin.prototype, 'createTopics');
  try {
    await sql.run('CREATE STREAM made_of_a AS SELECT * FROM a;');
    // For the statement, and for the tasks of its query.
    expect(described.mock.calls.map(([names]) => names)).toEqual([['a'], ['a']]);
    const connected = new Set(described.mock.contexts);
    await sql.run('CREATE STREAM also_of_a AS SELECT * FROM a;');
    expect(described.mock.contexts.filter((context) => !connected.has(context))).toEqual([]);
    expect(made.mock.calls.map(([topics, options]) => [topics[0]?.name, options?.validateOnly])).toEqual([
      ['MADE_OF_A', true],
      ['MADE_OF_A', false],
      ['ALSO_OF_A', true],
      ['ALSO_OF_A', false],
    ]);
  } finally {
    vi.restoreAllMocks();
    await sql.close();
  }
});

it('finds the coordinator of its query once, however many requests settle where it begins', async () => {
  const stateDir = brokers.newDirectory();
  const host = new KafkaHost({
    environment: nodeEnvironment,
    bootstrapServers,
    stateDir,
    serviceId: 'finds_',
  });
  const engine = new SqlEngine({ host, functions: builtInRegistry() });
  const session = { ...emptySession, properties: { 'auto.offset.reset': 'latest' } };
  const run = async (script: string): Promise<void> => {
    for (const prepared of await engine.prepare(script, session)) await engine.execute(prepared);
  };
  await run("CREATE STREAM b (k STRING KEY, v INT) WITH (KAFKA_TOPIC='b', FORMAT='JSON', PARTITIONS=1);");
  const settled = vi.spyOn(Admin.prototype, 'alterConsumerGroupOffsets');
  const sent = vi.spyOn(Cluster.prototype, 'sendToAny');
  try {
    await run('CREATE STREAM made_of_b AS SELECT * FROM b;');
    expect(settled).toHaveBeenCalledTimes(1);
    const apisOf = (cluster: unknown): readonly string[] =>
      sent.mock.calls.flatMap(([{ api }], call) => (sent.mock.contexts[call] === cluster ? [api.name] : []));
    // The client that makes topics is that of the host; the others are those of the query, which joins its group.
    const ofHost = sent.mock.contexts.map(apisOf).find((apis) => apis.includes('CreateTopics')) ?? [];
    expect(ofHost.filter((name) => name === 'FindCoordinator')).toHaveLength(1);
  } finally {
    vi.restoreAllMocks();
    await engine.close();
    await host.close();
  }
});
