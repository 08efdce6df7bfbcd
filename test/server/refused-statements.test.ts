import { expect, it } from 'vitest';
import { Admin, Consumer } from '../../src/client/index.ts';
import { eventually, type Json, post, startPlatform } from './platform.ts';

const COMMANDS = '_confluent-ksql-default__command_topic';

async function queries(url: string): Promise<readonly unknown[]> {
  const { body } = await post(`${url}/ksql`, { ksql: 'SHOW QUERIES;' });
  return (body as [{ queries: Json[] }])[0].queries.map(({ id }) => id);
}

it('records no statement that was refused: after a restart there is what was accepted', async () => {
  const first = await startPlatform();
  const admin = new Admin({ bootstrapServers: first.bootstrap });
  const topic = { name: 'ms', partitions: 1 };
  const declare =
    "CREATE STREAM ms (k STRING KEY, v INT) WITH (KAFKA_TOPIC = 'ms', VALUE_FORMAT = 'JSON', PARTITIONS = 1);";
  expect((await post(`${first.url}/ksql`, { ksql: declare })).status).toBe(200);
  await admin.deleteTopics([topic.name]);
  for (let attempt = 0; attempt < 2; attempt++) {
    const { status, body } = await post(`${first.url}/ksql`, {
      ksql: 'CREATE STREAM ms2 AS SELECT * FROM ms;',
    });
    expect([status, body]).toMatchObject([400, { message: expect.stringContaining('ms') as string }]);
  }
  const many = 'CREATE STREAM hot WITH (REPLICAS = 3) AS SELECT * FROM ms;';
  await admin.createTopics([topic]);
  expect((await post(`${first.url}/ksql`, { ksql: many })).status).toBe(400);
  expect(await admin.listOffsets([{ topic: COMMANDS, partition: 0, spec: 'latest' }])).toMatchObject([
    { offset: 1 },
  ]);
  expect(
    (await admin.listTopics()).map(({ name }) => name).filter((name) => /^(MS2|HOT)$/.test(name)),
  ).toEqual([]);
  await admin.close();
  await first.stop();

  const second = await startPlatform({ data: first.data });
  try {
    expect(await queries(second.url)).toEqual([]);
    // One accepted attempt is one query, and every record comes once.
    const ksql =
      "CREATE STREAM ms2 AS SELECT * FROM ms; INSERT INTO ms VALUES ('a', 1); INSERT INTO ms VALUES ('b', 2);";
    expect((await post(`${second.url}/ksql`, { ksql })).status).toBe(200);
    expect(await queries(second.url)).toEqual(['CSAS_MS2_1']);
    const consumer = new Consumer({ bootstrapServers: second.bootstrap });
    const end = async (): Promise<number> => {
      const [found] = await consumer.endOffsets([{ topic: 'MS2', partition: 0 }]);
      return found?.offset ?? 0;
    };
    await eventually(async () => ((await end()) >= 2 ? true : undefined));
    expect(await end()).toBe(2);
    await consumer.close();
  } finally {
    await second.close();
  }
});
