import { expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { Admin, Consumer } from '../../../src/client/index.ts';
import { decodeCommand } from '../../../src/server/commands/command.ts';
import { KafkaHost } from '../../../src/sql/index.ts';
import { post, startPlatform } from '../platform.ts';

it('a recorded DELETE TOPIC means the topic that there was: a server that comes to it later leaves the next one', async () => {
  const platform = await startPlatform();
  const admin = new Admin({ bootstrapServers: platform.bootstrap });
  const host = new KafkaHost({
    environment: nodeEnvironment,
    bootstrapServers: platform.bootstrap,
    ...{ stateDir: platform.data, serviceId: 'other_' },
  });
  const run = async (ksql: string): Promise<void> => {
    const { status, body } = await post(`${platform.url}/ksql`, { ksql });
    expect(status, JSON.stringify(body)).toBe(200);
  };
  const idOf = async (topic: string): Promise<string | undefined> =>
    (await admin.describeTopics([topic], { existingOnly: true }))[0]?.topicId;
  try {
    const create =
      "CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";
    await run(create);
    const first = await idOf('s');
    await run('DROP STREAM s DELETE TOPIC;');
    expect(await idOf('s')).toBeUndefined();
    expect((await lastCommand(platform.bootstrap)).plan).toMatchObject({
      ...{ deleteTopic: 's', deleteTopicId: first },
    });
    await run(create);
    const second = await idOf('s');
    expect(second).not.toBe(first);
    // Another server carries out the recorded command now.
    expect(await host.deleteTopic('s', { topicId: first })).toBe(false);
    expect(await idOf('s')).toBe(second);
    expect(await host.deleteTopic('s', { topicId: second })).toBe(true);
    expect(await idOf('s')).toBeUndefined();
    await run('DROP STREAM s DELETE TOPIC;');
    expect((await lastCommand(platform.bootstrap)).plan).toMatchObject({ deleteTopicId: null });
  } finally {
    await Promise.all([admin.close(), host.close()]);
    await platform.close();
  }
});

async function lastCommand(bootstrapServers: string): Promise<{ readonly plan: unknown }> {
  const topic = '_confluent-ksql-default__command_topic';
  const consumer = new Consumer({ bootstrapServers });
  const partition = { topic, partition: 0 };
  try {
    consumer.assign([partition]);
    const [end] = await consumer.endOffsets([partition]);
    consumer.seek(partition, (end?.offset ?? 0) - 1);
    for (;;) {
      for (const { records } of await consumer.poll(1_000)) {
        for (const { key, value } of records) return decodeCommand(key, value).command;
      }
    }
  } finally {
    await consumer.close();
  }
}
