import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { Admin } from '../../src/client/index.ts';
import { CommandTopic } from '../../src/server/commands/command-topic.ts';
import { KafkaAbsence } from '../../src/server/commands/kafka-absence.ts';
import { SkippedCommands } from '../../src/server/commands/skipped-commands.ts';
import { SessionRules } from '../../src/server/rest/session-rules.ts';
import { StatementExecutor } from '../../src/server/rest/statement-executor.ts';
import { builtInRegistry } from '../../src/sql/functions/built-in.ts';
import { emptySession, KafkaHost, SqlEngine } from '../../src/sql/index.ts';
import { brokerAndFolder } from '../streams/runtime/broker-and-folder.ts';

/** A point that nobody passes until it is opened. */
class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

/** A host on a real cluster, part of which does not answer: what has to do with these topics and queries waits. */
class HeldHost extends KafkaHost {
  readonly held = new Map<string, Gate>();
  /** Topics that somebody has begun to make. */
  readonly begun = new Set<string>();

  hold(name: string): Gate {
    const gate = new Gate();
    this.held.set(name, gate);
    return gate;
  }

  override async createTopic(request: Parameters<KafkaHost['createTopic']>[0]): Promise<boolean> {
    this.begun.add(request.name);
    await this.held.get(request.name)?.opened;
    return super.createTopic(request);
  }

  override async deleteTopic(name: string): Promise<boolean> {
    await this.held.get(name)?.opened;
    return super.deleteTopic(name);
  }

  override newQuery(
    ...[plan, context]: Parameters<KafkaHost['newQuery']>
  ): ReturnType<KafkaHost['newQuery']> {
    const query = super.newQuery(plan, context);
    const start = query.start.bind(query);
    query.start = async (options) => {
      await this.held.get(`query of ${plan.sink}`)?.opened;
      return start(options);
    };
    return query;
  }
}

let around: Awaited<ReturnType<typeof brokerAndFolder>>;
let admin: Admin;
let host: HeldHost;
let engine: SqlEngine;
let commands: CommandTopic;
let executor: StatementExecutor;
const skipped = new SkippedCommands(silentLogger);

beforeEach(async () => {
  around = await brokerAndFolder();
  const { bootstrapServers, folder } = around;
  const environment = nodeEnvironment;
  admin = new Admin({ environment, bootstrapServers });
  host = new HeldHost({ environment, bootstrapServers, stateDir: folder, serviceId: 'test_' });
  engine = new SqlEngine({ host, functions: builtInRegistry() });
  const kafka = kafkaThatIsAwaited(60_000);
  commands = new CommandTopic({
    replicas: {},
    backup: undefined,
    planForeign: (recorded) => Promise.resolve(recorded),
    environment,
    bootstrapServers,
    admin,
    topic: 'commands',
    logger: silentLogger,
    kafka,
    skipDamage: false,
    progressFile: `${folder}/command-topic.json`,
    onRead: () => {},
    restore: async () => {},
    apply: (command) => executor.apply(command),
    onSkipped: (recorded, reason) => skipped.skip(recorded, reason),
    onFailure: () => {},
  });
  executor = newExecutor(kafka);
  await commands.open();
  await run('r', 's');
});

afterEach(async () => {
  for (const gate of host.held.values()) gate.open();
  await commands.close();
  await engine.close();
  await host.close();
  await admin.close();
  await around.close();
});

const kafkaThatIsAwaited = (timeoutMs: number) =>
  new KafkaAbsence({ bootstrapServers: around.bootstrapServers, timeoutMs, failure: () => undefined });
const newExecutor = (kafka: KafkaAbsence) =>
  new StatementExecutor(engine, {
    rules: new SessionRules([]),
    catchUpMsMax: 5_000,
    closePush: () => false,
    commands: () => commands,
    kafka,
    skipped,
    environment: nodeEnvironment,
  });
const execute = (sql: string) => executor.execute(sql, emptySession);
const create = (name: string): string =>
  `CREATE STREAM ${name} (id STRING KEY, n INT) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=1);`;
const run = (...names: readonly string[]) => Promise.all(names.map((name) => execute(create(name))));
const names = (): readonly string[] =>
  engine.catalog
    .sources()
    .map(({ name }) => name)
    .toSorted();
const queryIds = (): readonly string[] =>
  engine
    .queries()
    .map(({ id }) => id.replace(/_\d+$/, ''))
    .toSorted();

it('a statement that waits for its topic holds up none that touches other things', async () => {
  executor = newExecutor(kafkaThatIsAwaited(2_000));
  const gate = host.hold('slow');
  const slow = execute(create('slow'));
  await execute(create('other'));
  await execute('CREATE STREAM c AS SELECT * FROM s EMIT CHANGES;');
  await execute('SHOW STREAMS; DESCRIBE s; EXPLAIN SELECT * FROM s EMIT CHANGES;');
  await execute('DROP STREAM other;');
  expect(names()).toEqual(['C', 'R', 'S']);
  // What it is going to make is nobody else's.
  await expect(
    execute("CREATE TABLE slow (id STRING PRIMARY KEY) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON');"),
  ).rejects.toThrow(/^the statement was not run: it waited for another one, CREATE STREAM slow /);
  gate.open();
  await slow;
  expect(names()).toEqual(['C', 'R', 'S', 'SLOW']);
});

it('a query that does not come to start, or to its end, holds up no other one', async () => {
  const gate = host.hold('query of SLOW');
  const slow = execute('CREATE STREAM slow AS SELECT * FROM s EMIT CHANGES;');
  await expect.poll(queryIds).toEqual(['CSAS_SLOW']);
  await execute(
    'CREATE STREAM quick AS SELECT * FROM r EMIT CHANGES; INSERT INTO quick SELECT * FROM r EMIT CHANGES;',
  );
  expect(queryIds()).toEqual(['CSAS_QUICK', 'CSAS_SLOW', 'INSERTQUERY']);
  const [id = ''] = engine.queries().flatMap((query) => (query.id.startsWith('CSAS_SLOW') ? [query.id] : []));
  await execute(`TERMINATE ${id};`);
  expect(queryIds()).toEqual(['CSAS_QUICK', 'INSERTQUERY']);
  gate.open();
  await slow;
  expect(queryIds()).toEqual(['CSAS_QUICK', 'INSERTQUERY']);
});

it('a topic that is being deleted is not made use of', async () => {
  const gate = host.hold('s');
  const dropping = execute('DROP STREAM s DELETE TOPIC;');
  await expect.poll(names).toEqual(['R']);
  const again = execute(create('s'));
  await execute(create('other'));
  gate.open();
  await Promise.all([dropping, again]);
  expect(names()).toEqual(['OTHER', 'R', 'S']);
  expect((await admin.listTopics()).map(({ name }) => name)).toContain('s');
});

it('of many statements at once each is carried out, with a query of its own', async () => {
  const streams = Array.from({ length: 12 }, (_, i) => create(`many${i}`));
  const inserts = Array.from({ length: 6 }, () => 'INSERT INTO r SELECT * FROM s EMIT CHANGES;');
  const types = Array.from({ length: 6 }, (_, i) => `CREATE TYPE y${i} AS STRUCT<a INT>;`);
  await Promise.all([...streams, ...inserts, ...types].map(execute));
  expect(engine.catalog.sources()).toHaveLength(14);
  const ids = engine.queries().map(({ id }) => id);
  expect(new Set(ids).size).toBe(6);
});

it('of two that make the same thing one is refused, and takes nothing away from the other', async () => {
  const both = await Promise.allSettled(['one', 'one'].map((name) => execute(create(name))));
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(names()).toContain('ONE');
  expect((await admin.listTopics()).map(({ name }) => name)).toContain('one');
});

it('what has nothing to do yet waits for the statement of its name that is under way', async () => {
  const gate = host.hold('slow');
  const slow = execute(create('slow'));
  await expect.poll(() => host.begun.has('slow')).toBe(true);
  let isDropped = false;
  const dropping = execute('DROP STREAM IF EXISTS slow;').then(() => (isDropped = true));
  await execute(create('other'));
  expect(isDropped).toBe(false);
  gate.open();
  await Promise.all([slow, dropping]);
  expect(names()).toEqual(['OTHER', 'R', 'S']);
});

it('of two scripts that cross each other one runs whole, and nothing is left of the other', async () => {
  for (let round = 0; round < 10; round++) {
    const [a, b, c] = ['A', 'B', 'C'].map((name) => `${name}${round}`) as [string, string, string];
    const before = names();
    const scripts = [
      [a, b],
      [c, b, a],
    ];
    const ends = await Promise.allSettled(scripts.map((script) => execute(script.map(create).join('\n'))));
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const whole = scripts[ends.findIndex(({ status }) => status === 'fulfilled')] ?? [];
    expect(names().filter((name) => !before.includes(name))).toEqual(whole.toSorted());
    const refused = ends.find((end) => end.status === 'rejected');
    expect(refused?.reason).toMatchObject({ errorCode: 40_001, entities: [] });
  }
});

it('a script is checked again when one that it has not waited for has overtaken it', async () => {
  const gate = new Gate();
  const prepare = engine.prepare.bind(engine);
  let isChecked = false;
  const [early, late] = [
    'CREATE TYPE y AS INT;',
    `CREATE TYPE x AS INT; ${create('z')} CREATE TYPE y AS INT;`,
  ];
  // Its check has ended, and the answer is on its way.
  engine.prepare = async (...args) => {
    const prepared = await prepare(...args);
    if (args[0] !== late || isChecked) return prepared;
    isChecked = true;
    await gate.opened;
    return prepared;
  };
  const overtaken = execute(late);
  await expect.poll(() => isChecked).toBe(true);
  await execute(early);
  gate.open();
  await expect(overtaken).rejects.toMatchObject({ errorCode: 40_001, entities: [] });
  expect(names()).toEqual(['R', 'S']);
});
