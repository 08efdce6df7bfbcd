import { expect, it } from 'vitest';
import { Admin } from '../../src/client/index.ts';
import { diskThatFills } from '../broker/disk-that-fills.ts';
import { post, startPlatform } from './platform.ts';

/** Statements that the cluster takes in parts: a topic is made, and what is to be recorded is not. */

const COMMANDS = '_confluent-ksql-default__command_topic';
const create = (name: string): string =>
  `CREATE STREAM ${name} (k STRING KEY, v STRING) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=1);`;

it('says of a full disk what the broker has said: a statement', async () => {
  const { environment, setFull } = diskThatFills(COMMANDS);
  const platform = await startPlatform({ environment, properties: { 'ksql.kafka.timeout.ms': '1500' } });
  try {
    setFull(true);
    const refused = await post(`${platform.url}/ksql`, { ksql: create('late') });
    expect(refused.status).toBe(503);
    expect(refused.body).toMatchObject({
      message: expect.stringMatching(
        /cannot write: a disk of it is full.*no space left to write.*KAFKA_STORAGE_ERROR.*the topic late was made for the statement, and stays/,
      ) as string,
    });
    setFull(false);
    // The same statement finds the topic, and uses it.
    expect((await post(`${platform.url}/ksql`, { ksql: create('late') })).status).toBe(200);
  } finally {
    await platform.close();
  }
});

it('says of a full disk what the broker has said: a row', async () => {
  const { environment, setFull } = diskThatFills('rows');
  const platform = await startPlatform({ environment, properties: { 'ksql.kafka.timeout.ms': '1500' } });
  try {
    expect((await post(`${platform.url}/ksql`, { ksql: create('rows') })).status).toBe(200);
    setFull(true);
    const refused = await post(`${platform.url}/ksql`, { ksql: "INSERT INTO rows VALUES ('a', 'b');" });
    expect(refused).toMatchObject({
      status: 503,
      body: { message: expect.stringMatching(/cannot write: a disk of it is full.*no space left/) as string },
    });
  } finally {
    setFull(false);
    await platform.close();
  }
});

it('takes back the topic of a statement that the command topic refuses', async () => {
  const platform = await startPlatform();
  const admin = new Admin({ bootstrapServers: platform.bootstrap });
  const limit = async (bytes: string): Promise<void> =>
    admin.incrementalAlterConfigs([
      {
        type: 'topic',
        name: COMMANDS,
        alterations: [{ name: 'max.message.bytes', op: 'set', value: bytes }],
      },
    ]);
  const topics = async (): Promise<readonly string[]> => (await admin.listTopics()).map(({ name }) => name);
  try {
    expect((await post(`${platform.url}/ksql`, { ksql: create('first') })).status).toBe(200);
    await limit('100');
    for (const statement of [
      create('second'),
      'CREATE STREAM third AS SELECT * FROM first;',
      create('second'),
    ]) {
      const refused = await post(`${platform.url}/ksql`, { ksql: statement });
      expect(refused).toMatchObject({
        status: 500,
        body: { message: expect.stringMatching(/MESSAGE_TOO_LARGE\)$/) as string },
      });
    }
    expect(await topics()).toEqual([COMMANDS, 'first']);
    // A topic that was there before is not the statement's to delete.
    await admin.createTopics([{ name: 'second', partitions: 1 }]);
    expect((await post(`${platform.url}/ksql`, { ksql: create('second') })).status).toBe(500);
    expect(await topics()).toEqual([COMMANDS, 'first', 'second']);
    await limit('100000');
    expect((await post(`${platform.url}/ksql`, { ksql: create('second') })).status).toBe(200);
  } finally {
    await admin.close();
    await platform.close();
  }
});
