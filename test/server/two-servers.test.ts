import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLogger } from '../../src/base/logger.ts';
import { Admin } from '../../src/client/index.ts';
import { SqlServer } from '../../src/server/index.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

const COMMANDS = '_confluent-ksql-default__command_topic';

let platform: TestPlatform;
let admin: Admin;
let second: SqlServer;
const folders: string[] = [];

/** Another server of the same service. */
function startAnother(): Promise<SqlServer> {
  const data = mkdtempSync(path.join(tmpdir(), 'millrace-test-'));
  folders.push(data);
  return SqlServer.start({
    bootstrapServers: platform.bootstrap,
    listen: { host: '127.0.0.1', port: 0 },
    data,
    properties: { 'ksql.streams.commit.interval.ms': '100' },
    logger: silentLogger,
  });
}

beforeAll(async () => {
  platform = await startPlatform();
  admin = new Admin({ bootstrapServers: platform.bootstrap });
  second = await startAnother();
  const ksql =
    "CREATE STREAM base (k STRING KEY, v INT) WITH (KAFKA_TOPIC='base', VALUE_FORMAT='JSON', PARTITIONS=1);";
  expect((await post(`${platform.url}/ksql`, { ksql })).status).toBe(200);
});

afterAll(async () => {
  await admin.close();
  await second.close();
  await platform.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What a server says that the service is. */
async function serviceOf(url: string): Promise<string> {
  const { body } = await post(`${url}/ksql`, { ksql: 'SHOW STREAMS; SHOW QUERIES;' });
  const [{ streams }, { queries }] = body as [{ streams: Json[] }, { queries: Json[] }];
  return JSON.stringify([
    streams.map(({ name }) => name),
    queries.map(({ id, sinks }) => `${String(id)} ${JSON.stringify(sinks)}`).toSorted(),
  ]);
}

/** What both servers say, once they say the same. */
function agreed(): Promise<string> {
  return eventually(async () => {
    const [one, other] = [await serviceOf(platform.url), await serviceOf(second.url)];
    return one === other ? one : undefined;
  });
}

async function commandCount(): Promise<number> {
  const [end] = await admin.listOffsets([{ topic: COMMANDS, partition: 0, spec: 'latest' }]);
  return end?.offset ?? -1;
}

describe('two servers of one service', () => {
  it('agree on statements that both were given at once, and so does a third that starts later', async () => {
    const statements = [0, 1, 2, 3].map((i) => `CREATE STREAM r_${i} AS SELECT * FROM base WHERE v > ${i};`);
    for (const ksql of statements) {
      const answers = await Promise.all(
        [platform.url, second.url].map((url) => post(`${url}/ksql`, { ksql })),
      );
      // The later one is planned anew, on what the first one has left.
      expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '400']);
      expect(JSON.stringify(answers.find(({ status }) => status === 400)?.body)).toContain('already exists');
    }
    const expected = await agreed();
    const third = await startAnother();
    expect(await serviceOf(third.url)).toBe(expected);
    await third.close();
  });

  it('both get what they ask for where it does not exclude the other', async () => {
    const create = (name: string): string => `CREATE STREAM ${name} AS SELECT * FROM base;`;
    const answers = await Promise.all([
      ...['a', 'b', 'c'].map((name) => post(`${platform.url}/ksql`, { ksql: create(`first_${name}`) })),
      ...['a', 'b', 'c'].map((name) => post(`${second.url}/ksql`, { ksql: create(`second_${name}`) })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    // Each has carried out its own; those of the other follow.
    const service = await agreed();
    for (const name of ['FIRST_A', 'SECOND_A', 'FIRST_B', 'SECOND_B', 'FIRST_C', 'SECOND_C'])
      expect(service).toContain(`CSAS_${name}_`);
  });

  it('record what one of them is given at once in turn: no statement gets ahead of another', async () => {
    const before = await commandCount();
    const answers = await Promise.all(
      [0, 1, 2, 3, 4].map((i) =>
        post(`${platform.url}/ksql`, { ksql: `CREATE TYPE t_${i} AS STRUCT<x INT>;` }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await commandCount()) - before).toBe(5);
  });
});
