import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../e2e/millrace-process.ts';

/** kafkajs 2.2.4, unmodified, on a real socket. */
describe('kafkajs', () => {
  const millrace = new Millrace();
  let kafka: Kafka;

  beforeAll(async () => {
    const { facts } = await millrace.startBroker(['-s', 'num.partitions=3']);
    kafka = new Kafka({ clientId: 'test', brokers: [facts.kafka], logLevel: logLevel.NOTHING });
  });

  afterAll(() => millrace.close());

  async function consumeAll(groupId: string, topic: string, count: number): Promise<string[]> {
    const consumer = kafka.consumer({ groupId });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const values: string[] = [];
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async ({ message }) => {
            values.push(message.value?.toString() ?? '');
            if (values.length === count) resolve();
          },
        })
        .catch(reject);
    });
    await consumer.stop();
    await consumer.disconnect();
    return values;
  }

  it('creates a topic, produces with a key, consumes in a group and goes on where it stopped', async () => {
    const admin = kafka.admin();
    await admin.connect();
    expect(await admin.createTopics({ topics: [{ topic: 'made', numPartitions: 3 }] })).toBe(true);
    expect(await admin.listTopics()).toContain('made');
    const producer = kafka.producer({ allowAutoTopicCreation: true });
    await producer.connect();
    const send = (from: number, to: number) =>
      producer.send({
        topic: 'made',
        messages: Array.from({ length: to - from }, (_, i) => ({ key: `k${i % 7}`, value: `v${from + i}` })),
      });
    await send(0, 50);
    const first = await consumeAll('readers', 'made', 50);
    expect(first.toSorted()).toEqual(Array.from({ length: 50 }, (_, i) => `v${i}`).toSorted());
    await send(50, 60);
    const second = await consumeAll('readers', 'made', 10);
    expect(second.toSorted()).toEqual(Array.from({ length: 10 }, (_, i) => `v${50 + i}`).toSorted());
    const offsets = await admin.fetchOffsets({ groupId: 'readers', topics: ['made'] });
    const sum = offsets[0]?.partitions.reduce((total, { offset }) => total + Number(offset), 0);
    expect(sum).toBe(60);
    const { groups } = await admin.listGroups();
    expect(groups.map(({ groupId }) => groupId)).toContain('readers');
    await admin.deleteGroups(['readers']);
    await admin.deleteTopics({ topics: ['made'] });
    expect(await admin.listTopics()).not.toContain('made');
    await producer.disconnect();
    await admin.disconnect();
  });

  it('produces idempotently and compressed to a topic that is made on the way', async () => {
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const messages = Array.from({ length: 20 }, (_, i) => ({ value: `value ${i} ${'x'.repeat(100)}` }));
    await producer.send({ topic: 'on-the-way', compression: 1, messages });
    await producer.disconnect();
    expect(await consumeAll('others', 'on-the-way', 20)).toHaveLength(20);
  });
});
