import {
  Admin,
  Consumer,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../e2e/millrace-process.ts';

/** @platformatic/kafka, unmodified, on a real socket. */
describe('@platformatic/kafka', () => {
  const millrace = new Millrace();
  let bootstrapBrokers: string[] = [];

  beforeAll(async () => {
    const { facts } = await millrace.startBroker();
    bootstrapBrokers = [facts.kafka];
  });

  afterAll(() => millrace.close());

  it('creates a topic, produces and consumes in a group', async () => {
    const admin = new Admin({ clientId: 'test', bootstrapBrokers });
    await admin.createTopics({ topics: ['planes'], partitions: 2, replicas: 1 });
    expect(await admin.listTopics()).toContain('planes');
    const producer = new Producer({ clientId: 'test', bootstrapBrokers, serializers: stringSerializers });
    const messages = Array.from({ length: 40 }, (_, i) => ({
      topic: 'planes',
      key: `k${i}`,
      value: `v${i}`,
    }));
    await producer.send({ messages });
    const consumer = new Consumer({
      clientId: 'test',
      groupId: 'readers',
      bootstrapBrokers,
      deserializers: stringDeserializers,
    });
    const stream = await consumer.consume({
      topics: ['planes'],
      mode: MessagesStreamModes.EARLIEST,
      autocommit: true,
    });
    const values: string[] = [];
    for await (const message of stream) {
      values.push(message.value ?? '');
      if (values.length === messages.length) break;
    }
    expect(values.toSorted()).toEqual(messages.map(({ value }) => value).toSorted());
    await stream.close();
    await new Promise((resolve) => consumer.close(true, resolve));
    await producer.close();
    await admin.close();
  });
});
