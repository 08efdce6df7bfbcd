import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin } from '../../src/client/index.ts';
import { SqlServer } from '../../src/server/index.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;
let admin: Admin;

beforeAll(async () => {
  platform = await startPlatform();
  admin = new Admin({ environment: nodeEnvironment, bootstrapServers: platform.bootstrap });
  await post(`${platform.url}/ksql`, {
    ksql: `
      CREATE STREAM given (k STRING KEY, v INT) WITH (KAFKA_TOPIC='given', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM made_one AS SELECT * FROM given;
      CREATE STREAM made_two AS SELECT * FROM given;
      CREATE TABLE kept AS SELECT k, COUNT(*) AS n FROM given GROUP BY k;`,
  });
});

afterAll(async () => {
  await admin.close();
  await platform.close();
});

const topics = async (): Promise<readonly string[]> =>
  (await admin.listTopics({ includeInternal: true })).map(({ name }) => name);

it('refuses what is no list of patterns', async () => {
  for (const [deleteTopicList, message] of [
    [['['], 'Invalid pattern: ['],
    ['made', '"deleteTopicList" must be a list of names and patterns'],
    [[1], '"deleteTopicList" must be a list of names and patterns'],
  ]) {
    const answer = await post(`${platform.url}/ksql/terminate`, { deleteTopicList });
    expect(answer).toMatchObject({ status: 400, body: { error_code: 40000, message } });
  }
});

it('ends the queries, deletes the topics that are named and the command topic, and takes nothing any more', async () => {
  const commandTopic = '_confluent-ksql-default__command_topic';
  expect(await topics()).toContain(commandTopic);
  const push = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql: 'SELECT * FROM given EMIT CHANGES;' }),
  });
  const pushed = push.text();

  const answer = await post(`${platform.url}/ksql/terminate`, {
    deleteTopicList: ['MADE_.*', 'given', 'KEP'],
  });
  expect(answer).toMatchObject({
    status: 200,
    body: [
      {
        '@type': 'currentStatus',
        statementText: 'TERMINATE CLUSTER;',
        commandId: 'cluster/TerminateCluster/terminate',
        commandStatus: { status: 'QUEUED', message: 'Statement written to command topic', queryId: null },
      },
    ],
  });
  await eventually(async () => {
    const { serverState } = (await (await fetch(`${platform.url}/healthcheck`)).json()) as Json;
    return serverState === 'TERMINATED' ? true : undefined;
  });
  expect(await pushed).toContain('"error_code":50303');
  const left = await topics();
  expect(left).toContain('given');
  expect(left).toContain('KEPT');
  expect(left.filter((name) => name.startsWith('MADE_') || name === commandTopic)).toEqual([]);
  expect(left.filter((name) => name.startsWith('_confluent-ksql-'))).toEqual([]);
  const refused = await post(`${platform.url}/ksql`, { ksql: 'SHOW STREAMS;' });
  expect(refused).toMatchObject({
    status: 503,
    body: { error_code: 50304, message: 'The server is shut down' },
  });
});

it('leaves nothing for the next server of that id', async () => {
  await platform.stopServer();
  const server = await SqlServer.start({
    bootstrapServers: platform.bootstrap,
    listen: { host: '127.0.0.1', port: 0 },
    data: platform.data,
    properties: {},
    logger: silentLogger,
  });
  const { body } = await post(`${server.url}/ksql`, { ksql: 'SHOW STREAMS; SHOW QUERIES;' });
  await server.close();
  expect(body).toMatchObject([{ streams: [] }, { queries: [] }]);
});
