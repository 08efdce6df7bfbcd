import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Admin } from '../../src/client/index.ts';
import { type Json, post, startPlatform, type TestPlatform } from './platform.ts';

const COMMANDS = '_confluent-ksql-default__command_topic';

let platform: TestPlatform;
let admin: Admin;

beforeAll(async () => {
  platform = await startPlatform();
  admin = new Admin({ bootstrapServers: platform.bootstrap });
  await ksql(
    "CREATE STREAM base (k STRING KEY, v INT) WITH (KAFKA_TOPIC='base', VALUE_FORMAT='JSON', PARTITIONS=1);" +
      "CREATE STREAM old (k STRING KEY, v INT) WITH (KAFKA_TOPIC='old', VALUE_FORMAT='JSON', PARTITIONS=1);" +
      'CREATE STREAM running AS SELECT * FROM base;',
  );
});

afterAll(async () => {
  await admin.close();
  await platform.close();
});

const ksql = (text: string) => post(`${platform.url}/ksql`, { ksql: text });

/** All that a script could leave behind. */
async function traces(): Promise<unknown> {
  const { body } = await ksql('SHOW STREAMS; SHOW TABLES; SHOW QUERIES;');
  const [streams, tables, queries] = body as [{ streams: Json[] }, { tables: Json[] }, { queries: Json[] }];
  return {
    topics: (await admin.listTopics({ includeInternal: true })).map(({ name }) => name),
    recorded: (await admin.listOffsets([{ topic: COMMANDS, partition: 0, spec: 'latest' }]))[0]?.offset,
    sources: [...streams.streams, ...tables.tables].map(({ name }) => name),
    queries: queries.queries.map(({ id }) => id),
  };
}

const source = (name: string, more = 'PARTITIONS=1'): string =>
  `CREATE STREAM ${name} (k STRING KEY, v INT) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', ${more});`;

describe('a script of which the cluster would refuse one statement leaves nothing behind', () => {
  it.each([
    ['replicas of a topic', source('z', 'PARTITIONS=1, REPLICAS=3'), 'cannot be created'],
    [
      'replicas of a result',
      'CREATE STREAM z WITH (REPLICAS=3) AS SELECT * FROM a;',
      "Kafka topic 'Z' cannot be created",
    ],
    [
      'a table',
      'CREATE TABLE z WITH (REPLICAS=3) AS SELECT k, COUNT(*) FROM b GROUP BY k;',
      'cannot be created',
    ],
    ['the name of a topic', 'CREATE STREAM `a b` AS SELECT * FROM a;', 'invalid topic name'],
    [
      'a setting of a topic',
      'CREATE STREAM z WITH (RETENTION_MS=-7) AS SELECT * FROM a;',
      'Invalid value -7 for property RETENTION_MS',
    ],
    ['partitions', source('z', 'PARTITIONS=0'), 'Invalid value 0 for property PARTITIONS'],
    [
      'a topic of the same script',
      "CREATE STREAM z WITH (KAFKA_TOPIC='a', PARTITIONS=4) AS SELECT * FROM b;",
      'KSQL expects 4 partitions (topic has 1)',
    ],
    [
      'a topic that is there',
      "CREATE STREAM z WITH (KAFKA_TOPIC='base', PARTITIONS=4) AS SELECT * FROM b;",
      'KSQL expects 4 partitions (topic has 1)',
    ],
    [
      'replicas of a topic that is there',
      "CREATE STREAM z WITH (KAFKA_TOPIC='base', REPLICAS=2) AS SELECT * FROM b;",
      'KSQL expects 1 partitions (topic has 1), and 2 replication factor (topic has 1).',
    ],
    [
      'a topic that the script deletes first',
      `DROP STREAM old DELETE TOPIC; ${source('old', 'PARTITIONS=1, REPLICAS=3')}`,
      "Kafka topic 'old' cannot be created: topic old:",
    ],
    [
      'a topic that the script has deleted',
      `DROP STREAM old DELETE TOPIC; CREATE STREAM z (k STRING KEY) WITH (KAFKA_TOPIC='old', FORMAT='JSON');`,
      "Topic 'old' does not exist",
    ],
    [
      'partitions of a join',
      `${source('wide', 'PARTITIONS=2')}
       CREATE TABLE t (k STRING PRIMARY KEY, w INT) WITH (KAFKA_TOPIC='t', FORMAT='JSON', PARTITIONS=1);
       CREATE STREAM z AS SELECT wide.k, w FROM wide JOIN t ON wide.k = t.k;`,
      'partitions',
    ],
    [
      'a session property',
      "SET 'processing.guarantee' = 'sometimes'; CREATE STREAM z AS SELECT * FROM a;",
      'sometimes',
    ],
  ])('%s', async (_, third, message) => {
    const before = await traces();
    const script = `${source('a')}\nCREATE STREAM b AS SELECT * FROM a;\n${third}`;
    const { status, body } = await ksql(script);
    expect([status, body]).toMatchObject([400, { message: expect.stringContaining(message) as string }]);
    expect(await traces()).toEqual(before);
  });

  it('tells the place of the mistake in the script', async () => {
    const { body } = await ksql(`${source('a')}\n\n  ${source('z', 'PARTITIONS=1, REPLICAS=3')}`);
    expect((body as Json)['message']).toMatch(/^ {2}line 3:3$/m);
  });
});

it('runs a script whose topics and queries come and go in it', async () => {
  const script = `
    DROP STREAM old DELETE TOPIC; ${source('old', 'PARTITIONS=2')}
    CREATE STREAM copy AS SELECT * FROM old;
    CREATE STREAM copy2 WITH (PARTITIONS=3) AS SELECT * FROM copy;
    CREATE STREAM back (k STRING KEY) WITH (KAFKA_TOPIC='COPY2', VALUE_FORMAT='JSON');
    TERMINATE csas_running_2; INSERT INTO running SELECT * FROM copy; `;
  const { status, body } = await ksql(script);
  expect([status, (body as Json)['message']]).toEqual([200, undefined]);
  const { queries, sources } = (await traces()) as { queries: string[]; sources: string[] };
  expect(sources).toEqual(['BACK', 'BASE', 'COPY', 'COPY2', 'OLD', 'RUNNING']);
  expect(queries).toEqual(['CSAS_COPY_5', 'CSAS_COPY2_6', 'INSERTQUERY_9']);
  const topics = await admin.describeTopics(['old', 'COPY', 'COPY2']);
  expect(topics.map(({ name, partitions }) => [name, partitions.length])).toEqual([
    ['old', 2],
    ['COPY', 2],
    ['COPY2', 3],
  ]);
});

it('refuses a statement whose plan is too long to be recorded, and leaves nothing of it', async () => {
  const before = await traces();
  // Text that cannot be deflated to much less: a long plan is.
  const noise = randomBytes(450_000).toString('base64');
  const { status, body } = await ksql(`CREATE STREAM z AS SELECT k, '${noise}' AS v FROM base;`);
  expect([status, (body as Json)['message']]).toEqual([
    400,
    expect.stringMatching(/^The statement is too long: its plan does not fit a record[^]*line 1:1/),
  ]);
  expect(await traces()).toEqual(before);
});
