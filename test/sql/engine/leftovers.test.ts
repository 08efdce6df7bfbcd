import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { childPath } from '../../../src/base/child-path.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { Admin, Consumer } from '../../../src/client/index.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { KafkaHost, SqlEngine } from '../../../src/sql/index.ts';
import { ApplicationLeftovers } from '../../../src/sql/runtime/application-leftovers.ts';
import { replayCommands } from '../../../src/sql/engine/replay-commands.ts';
import { TestBrokers } from '../../broker/running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { sqlOnBroker } from './sql-on-broker.ts';

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

const topicNames = async (): Promise<readonly string[]> =>
  (await admin.listTopics({ includeInternal: true })).map(({ name }) => name);

/** Without a database of state. */
const parts = { instanceId: (id: string) => `${id}-p`, removeState: () => Promise.resolve() };

const hostOn = (stateDir: string): KafkaHost =>
  new KafkaHost({ environment: nodeEnvironment, bootstrapServers, stateDir, serviceId: 'test_' });

it('removes what push queries of a killed server have left, and nothing else', async () => {
  const stateDir = brokers.newDirectory();
  const left = '_confluent-ksql-test_transient_S_1_1700000000000';
  const kept = [
    '_confluent-ksql-test_query_CTAS_T_0',
    // Of another server: the folder is not here.
    '_confluent-ksql-test_transient_S_2_1700000000000',
    '_confluent-ksql-other_transient_S_1_1700000000000',
    'notes',
  ];
  const topicOf = (name: string): string => `${name}-KSTREAM-AGGREGATE-STATE-STORE-1-changelog`;
  const named = [left, ...kept.filter((name) => name !== 'notes')];
  const foreign = `${left}-of-somebody-else`;
  await admin.createTopics([...named.map(topicOf), foreign].map((name) => ({ name, partitions: 1 })));
  for (const name of [left, ...kept.filter((_, i) => i !== 1)]) fs.mkdirSync(path.join(stateDir, name));
  fs.writeFileSync(path.join(stateDir, left, 'internal-topics.json'), JSON.stringify([topicOf(left)]));
  const consumer = new Consumer({ environment: nodeEnvironment, bootstrapServers, groupId: left });
  await consumer.commit([{ topic: topicOf(left), partition: 0, offset: 0 }]);
  await consumer.close();

  const sql = hostOn(stateDir);
  await sql.removeLeftovers();
  await sql.close();
  const topics = await topicNames();
  expect(topics).not.toContain(topicOf(left));
  expect(topics).toContain(foreign);
  expect(topics).toEqual(expect.arrayContaining(named.filter((name) => name !== left).map(topicOf)));
  expect(await admin.listGroups()).toEqual([]);
  expect(fs.existsSync(path.join(stateDir, left))).toBe(false);
  for (const name of kept.filter((_, i) => i !== 1))
    expect(fs.existsSync(path.join(stateDir, name))).toBe(true);
});

it('finds nothing left where the folder of state is gone', async () => {
  const sql = hostOn(path.join(brokers.newDirectory(), 'sql-state'));
  await expect(sql.removeLeftovers()).resolves.toBeUndefined();
  await sql.close();
});

it('names the internal topics of a push query in its folder while it runs', async () => {
  const stateDir = brokers.newDirectory();
  const sql = hostOn(stateDir);
  const engine = new SqlEngine({ host: sql, functions: builtInRegistry() });
  try {
    for (const prepared of await engine.prepare(
      "CREATE STREAM p (k STRING KEY, v INT) WITH (KAFKA_TOPIC='p', VALUE_FORMAT='JSON', PARTITIONS=1);",
    ))
      await engine.execute(prepared);
    const [select] = await engine.prepare('SELECT v, COUNT(*) FROM p GROUP BY v EMIT CHANGES;');
    if (select === undefined) throw new Error('no statement');
    const push = await engine.query(select);
    if (push.kind !== 'push') throw new Error('not a push query');
    const subscription = push.rows$.subscribe();
    const [folder = ''] = fs.readdirSync(stateDir).filter((name) => name.includes('transient_'));
    const own = [
      `${folder}-Aggregate-GroupBy-repartition`,
      `${folder}-Aggregate-Aggregate-Materialize-changelog`,
    ];
    const file = path.join(stateDir, folder, 'internal-topics.json');
    const noted = (): unknown => JSON.parse(fs.readFileSync(file, 'utf8'));
    await expect.poll(noted, { timeout: PATIENCE_MS }).toEqual(own);
    await expect.poll(topicNames, { timeout: PATIENCE_MS }).toEqual(expect.arrayContaining(own));
    subscription.unsubscribe();
    await push.close();
    expect((await topicNames()).filter((name) => name.startsWith(folder))).toEqual([]);
  } finally {
    await engine.close();
    await sql.close();
  }
});

it('leaves the topics of a query whose id begins with the id of the one that is terminated', async () => {
  const sql = hostOn(brokers.newDirectory());
  const engine = new SqlEngine({ host: sql, functions: builtInRegistry() });
  const run = async (script: string): Promise<void> => {
    for (const prepared of await engine.prepare(script)) await engine.execute(prepared);
  };
  const changelogOf = (id: string): string =>
    `_confluent-ksql-test_query_${id}-Aggregate-Aggregate-Materialize-changelog`;
  try {
    await run(`
      CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE TABLE t WITH (QUERY_ID='x') AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`);
    await admin.createTopics([{ name: changelogOf('X-Y'), partitions: 1 }]);
    expect(await topicNames()).toContain(changelogOf('X'));
    await run('TERMINATE X;');
    const topics = await topicNames();
    expect(topics).not.toContain(changelogOf('X'));
    expect(topics).toContain(changelogOf('X-Y'));
  } finally {
    await engine.close();
    await sql.close();
  }
});

it('removes what a persistent query has left whose server was killed between its TERMINATE and the end of that', async () => {
  const stateDir = brokers.newDirectory();
  const first = sqlOnBroker(bootstrapServers, { stateDir, serviceId: 'test_' });
  const recorded = await first.run(`
    CREATE STREAM q (k STRING KEY, v INT) WITH (KAFKA_TOPIC='q', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE gone WITH (QUERY_ID='gone') AS SELECT v, COUNT(*) AS n FROM q GROUP BY v;
    CREATE TABLE kept WITH (QUERY_ID='kept') AS SELECT v, COUNT(*) AS n FROM q GROUP BY v;`);
  const groupOf = (id: string): string => `_confluent-ksql-test_query_${id}`;
  const topicsOf = async (id: string): Promise<readonly string[]> =>
    (await topicNames()).filter((name) => name.startsWith(`${groupOf(id)}-`));
  // Closed, and not terminated: all that it has made is there, as after a kill.
  await first.close();
  expect(await topicsOf('GONE')).toHaveLength(2);

  const terminated = [...recorded, { kind: 'control', action: 'TERMINATE', queryId: 'GONE' } as const];
  const state = await replayCommands(terminated);
  expect(state.ended).toEqual(['GONE']);
  const second = hostOn(stateDir);
  const engine = new SqlEngine({ host: second, functions: builtInRegistry() });
  await engine.restore(state);
  await second.removeLeftovers(state.ended);
  expect(await topicsOf('GONE')).toEqual([]);
  expect(await topicsOf('KEPT')).toHaveLength(2);
  expect((await admin.listGroups()).map(({ groupId }) => groupId)).not.toContain(groupOf('GONE'));
  expect(fs.existsSync(path.join(stateDir, groupOf('GONE')))).toBe(false);
  expect(fs.existsSync(path.join(stateDir, groupOf('KEPT')))).toBe(true);
  await engine.close();
  await second.close();
});

it('goes on later with a removing that the cluster did not let it end, and first where the id is used again', async () => {
  const stateDir = brokers.newDirectory();
  const applicationId = '_confluent-ksql-test_query_LATER';
  const topic = `${applicationId}-Aggregate-Aggregate-Materialize-changelog`;
  await admin.createTopics([{ name: topic, partitions: 1 }]);
  const options = { environment: nodeEnvironment, bootstrapServers, stateDir, serviceId: 'test_' };
  const away = new Admin({ environment: nodeEnvironment, bootstrapServers });
  await away.close();
  const before = new ApplicationLeftovers(options, { ...parts, admin: away });
  await before.note(applicationId, [topic]);
  await before.remove({ applicationId, internalTopics: [topic] });
  expect(await topicNames()).toContain(topic);

  const after = new ApplicationLeftovers(options, { ...parts, admin });
  await after.finish(applicationId);
  expect(await topicNames()).not.toContain(topic);
  expect(fs.existsSync(path.join(stateDir, applicationId))).toBe(false);
});

it('says in one line what it removes of an earlier life, and nothing of what it leaves to the next one', async () => {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const stateDir = brokers.newDirectory();
  const options = { environment: nodeEnvironment, bootstrapServers, stateDir, serviceId: 'test_', logger };
  const ids = ['_confluent-ksql-test_transient_L_1', '_confluent-ksql-test_transient_L_2'];
  const away = new Admin({ environment: nodeEnvironment, bootstrapServers });
  await away.close();
  const before = new ApplicationLeftovers(options, { ...parts, admin: away });
  for (const applicationId of ids) await before.note(applicationId, []);
  before.leaveToNextStart();
  for (const applicationId of ids) await before.remove({ applicationId, internalTopics: [] });
  expect(warnings).toEqual([]);
  await new ApplicationLeftovers(options, { ...parts, admin }).removeKilled([]);
  expect(warnings).toEqual([`removing what ${ids.join(', ')} have left`]);
  expect(fs.readdirSync(stateDir)).toEqual([]);
});

it('removes no folder outside its own, whatever an application is called', async () => {
  const parent = brokers.newDirectory();
  const stateDir = path.join(parent, 'state');
  const victim = path.join(parent, 'victim');
  fs.mkdirSync(path.join(stateDir, '_confluent-ksql-test_query_'), { recursive: true });
  fs.mkdirSync(victim);
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const options = { environment: nodeEnvironment, bootstrapServers, stateDir, serviceId: 'test_', logger };
  const leftovers = new ApplicationLeftovers(options, { ...parts, admin });
  await leftovers.remove({ applicationId: '_confluent-ksql-test_query_/../../victim', internalTopics: [] });
  await leftovers.remove({ applicationId: '..', internalTopics: [] });
  expect(fs.existsSync(victim)).toBe(true);
  expect(warnings.join('\n')).toContain('is not the name of a file in');
});

it('says nothing of a group that has gone by itself', async () => {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const stateDir = brokers.newDirectory();
  const options = { environment: nodeEnvironment, bootstrapServers, stateDir, serviceId: 'test_', logger };
  const applicationId = '_confluent-ksql-test_transient_P_1';
  await new ApplicationLeftovers(options, { ...parts, admin }).remove({
    applicationId,
    internalTopics: [],
  });
  expect(warnings).toEqual([]);
});

it.each(['', '.', '..', 'a/b', '/', 'a\\b', 'a\0'])('has no child %j', (name) => {
  expect(() => childPath('/folder', name)).toThrow('is not the name of a file');
});
