import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import {
  Admin,
  Consumer,
  type KafkaProducer,
  Producer,
  nodeEnvironment as environment,
} from '../../src/client/index.ts';
import type { ProducerOptions, ProducerRecord } from '../../src/client/index.ts';
import { SharedConnections } from '../../src/client/cluster/shared-connections.ts';
import { SharedProducers } from '../../src/client/producer/shared-producers.ts';
import { TestBrokers } from '../broker/running-broker.ts';

let brokers: TestBrokers;
let bootstrapServers: string;
let admin: Admin;
let shared: SharedProducers;
let producers: KafkaProducer[];

beforeEach(async () => {
  brokers = new TestBrokers();
  const { host, port } = (await brokers.start({ 'auto.create.topics.enable': true })).address;
  bootstrapServers = `${host}:${port}`;
  admin = new Admin({ environment, bootstrapServers });
  await admin.createTopics(['a', 'b'].map((name) => ({ name, partitions: 1, replicationFactor: 1 })));
  shared = new SharedProducers({
    connections: new SharedConnections(),
    clientId: 'shared',
    logger: silentLogger,
  });
  producers = [];
});

afterEach(async () => {
  await Promise.allSettled(producers.map((producer) => producer.close({ timeoutMs: 0 })));
  await admin.close();
  await brokers.close();
});

function producerOf(options: Partial<ProducerOptions> = {}): KafkaProducer {
  const producer = shared.producer({ environment, bootstrapServers, lingerMs: 60_000, ...options });
  producers.push(producer);
  return producer;
}

/** Sends without lingering. */
async function sent(producer: KafkaProducer, record: ProducerRecord): Promise<void> {
  producer.send(record);
  await producer.flush();
}

async function contents(topic: string, count: number): Promise<readonly string[]> {
  const consumer = new Consumer({ environment, bootstrapServers, autoOffsetReset: 'earliest' });
  consumer.assign([{ topic, partition: 0 }]);
  const values: string[] = [];
  while (values.length < count) {
    for (const { records } of await consumer.poll(100))
      values.push(...records.map(({ value }) => String(value)));
  }
  await consumer.close();
  return values;
}

it('a flush sends and awaits the records of its own tenant only', async () => {
  const [first, second] = [producerOf(), producerOf()];
  let isDelivered = false;
  second.send({ topic: 'b', value: 'lingers' }, () => (isDelivered = true));
  first.send({ topic: 'a', value: 'sent' });
  await first.flush();
  expect(await contents('a', 1)).toEqual(['sent']);
  expect(isDelivered).toBe(false);
  await second.flush();
  expect(isDelivered).toBe(true);
});

it('a flush waits for no topic that another tenant writes to in vain', async () => {
  const [first, second] = [producerOf({ mayCreateTopic: () => false }), producerOf()];
  first.send({ topic: 'nowhere', value: 'waits' });
  second.send({ topic: 'b', value: 'sent' });
  await second.flush();
  expect(await contents('b', 1)).toEqual(['sent']);
});

it('what one tenant sends in vain fails for it alone', async () => {
  const [first, second] = [producerOf({ requestBytesMax: 1_000 }), producerOf({ requestBytesMax: 1_000 })];
  first.send({ topic: 'a', value: 'x'.repeat(2_000) });
  second.send({ topic: 'b', value: 'small' });
  await second.flush();
  await expect(first.flush()).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
  await first.flush();
});

it('a tenant that cannot write leaves room for the others, and has room again when it can', async () => {
  const options = { bufferBytesMax: 40_000, mayCreateTopic: () => false };
  const [first, second] = [producerOf(options), producerOf(options)];
  const value = 'x'.repeat(1_000);
  let count = 0;
  for (; first.ready() === undefined; count++) first.send({ topic: 'nowhere', value });
  expect(count).toBeGreaterThan(5);
  expect(count).toBeLessThan(20);
  // Room for all together would be there for it to go on.
  for (let i = 0; i < 5; i++) {
    expect(second.ready()).toBeUndefined();
    second.send({ topic: 'b', value });
  }
  await second.flush();
  const room = first.ready();
  await admin.createTopics([{ name: 'nowhere', partitions: 1, replicationFactor: 1 }]);
  await first.flush();
  await room;
  expect(first.ready()).toBeUndefined();
  expect(await contents('nowhere', count)).toHaveLength(count);
});

it('a tenant that holds twice the buffer and does not wait is refused, and the others are not', async () => {
  const options = { bufferBytesMax: 20_000, mayCreateTopic: () => false };
  const [first, second] = [producerOf(options), producerOf(options)];
  const refused: string[] = [];
  for (let i = 0; i < 60; i++) {
    first.send({ topic: 'nowhere', value: 'x'.repeat(1_000) }, (error) => {
      if (error !== null && 'code' in error) refused.push(String(error.code));
    });
  }
  expect(new Set(refused)).toEqual(new Set(['BUFFER_EXHAUSTED']));
  await sent(second, { topic: 'b', value: 'taken' });
  expect(await contents('b', 1)).toEqual(['taken']);
});

it('a tenant that closes lets go of what it could not send, and one that comes after it writes on', async () => {
  const [first, second] = [producerOf(), producerOf()];
  for (let i = 0; i < 3; i++) first.send({ topic: 'a', value: `first ${i}` });
  await first.flush();
  await first.close();
  expect(() => first.send({ topic: 'a', value: 'late' })).toThrow(/closed/);
  // The sequence numbers of the partition begin again, and must not be taken for those of before.
  const third = producerOf();
  for (let i = 0; i < 3; i++) {
    await sent(third, { topic: 'a', value: `third ${i}` });
  }
  await sent(second, { topic: 'b', value: 'still here' });
  expect(await contents('a', 6)).toEqual(
    [0, 1, 2].map((i) => `first ${i}`).concat([0, 1, 2].map((i) => `third ${i}`)),
  );
});

it('no topic is made that one of its writers has forbidden', async () => {
  const [first, second] = [producerOf({ mayCreateTopic: (topic) => topic !== 'own' }), producerOf()];
  first.send({ topic: 'own', value: 'waits' });
  await sent(second, { topic: 'free', value: 'made' });
  const names = (await admin.listTopics()).map(({ name }) => name);
  expect(names).toContain('free');
  expect(names).not.toContain('own');
});

it('a topic that one of its writers has forbidden is made for none of them, and holds up nobody else', async () => {
  const forbids = { mayCreateTopic: (topic: string) => topic !== 'own' };
  const [first, second, third] = [producerOf(forbids), producerOf(), producerOf()];
  first.send({ topic: 'own', value: 'waits' });
  second.send({ topic: 'own', value: 'waits, too' });
  await sent(third, { topic: 'free', value: 'made' });
  const names = (await admin.listTopics()).map(({ name }) => name);
  expect(names).toContain('free');
  expect(names).not.toContain('own');
  await admin.createTopics([{ name: 'own', partitions: 1, replicationFactor: 1 }]);
  await Promise.all([first.flush(), second.flush()]);
  expect(await contents('own', 2)).toEqual(['waits', 'waits, too']);
});

it('a tenant that may not wait any longer closes, though others wait for the same topic', async () => {
  const options = { mayCreateTopic: () => false, blockMsMax: 1_000_000_000 };
  const [first, second] = [producerOf(options), producerOf(options)];
  first.send({ topic: 'own', value: 'of the first' });
  second.send({ topic: 'own', value: 'of the second' });
  await expect(first.close({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'TIMED_OUT' });
  await admin.createTopics([{ name: 'own', partitions: 1, replicationFactor: 1 }]);
  await second.flush();
  expect(await contents('own', 2)).toContain('of the second');
  const [third, fourth] = [producerOf(options), producerOf(options)];
  const failed: string[] = [];
  for (const producer of [third, fourth])
    producer.send({ topic: 'nowhere', value: 'x' }, (error) => failed.push(String(error)));
  // The last one that waits for it takes with it what all have written there.
  await Promise.allSettled([third, fourth].map((producer) => producer.close({ timeoutMs: 1 })));
  expect(failed).toHaveLength(2);
});

it('where the buffer is full, each of many tenants has an equal share of it', async () => {
  const tenants = 8;
  const bufferBytesMax = 40_000;
  const options = { bufferBytesMax, mayCreateTopic: () => false };
  const all = Array.from({ length: tenants }, () => producerOf(options));
  const held = all.map((producer, i) => {
    let count = 0;
    for (; producer.ready() === undefined; count++)
      producer.send({ topic: `nowhere-${i}`, value: 'x'.repeat(500) });
    return count;
  });
  const [first = 0, last = 0] = [held[0], held.at(-1)];
  // A quarter of it while there is room, and an eighth of it afterwards.
  expect(first).toBeGreaterThan(last * 1.5);
  expect(last).toBeGreaterThan(first / 3);
  expect(held.slice(4)).toEqual([last, last, last, last]);
});

it('what a tenant writes is not taken for what one before it has written to the same topic', async () => {
  const [first, second] = [producerOf({ lingerMs: 0 }), producerOf({ lingerMs: 0 })];
  // So that the producer that all share goes on.
  await second.sendAndWait({ topic: 'b', value: 'stays' });
  expect(await first.sendAndWait({ topic: 'a', value: 'first' })).toMatchObject({ offset: 0 });
  await first.close();
  // The same numbers again: the broker would answer with the offset of the record that it has.
  const third = producerOf({ lingerMs: 0 });
  expect(await third.sendAndWait({ topic: 'a', value: 'third' })).toMatchObject({ offset: 1 });
});

it('learns of a topic that was made anew with more partitions before it writes for another tenant', async () => {
  const first = producerOf();
  first.send({ topic: 'a', value: 'old' });
  await first.flush();
  await admin.deleteTopics(['a']);
  await admin.createTopics([{ name: 'a', partitions: 4, replicationFactor: 1 }]);
  expect(await producerOf().partitionsFor('a')).toBe(4);
});

it('who asks for other settings has a producer of his own', async () => {
  const [first, second] = [producerOf(), producerOf({ lingerMs: 0 })];
  let isDelivered = false;
  first.send({ topic: 'a', value: 'lingers' }, () => (isDelivered = true));
  // Without lingering, nobody has to flush.
  await second.sendAndWait({ topic: 'a', value: 'sent' });
  expect(isDelivered).toBe(false);
});

it('a second close waits for the first, and may set it a limit', async () => {
  const alone = new Producer({ environment, bootstrapServers, lingerMs: 0 });
  producers.push(alone);
  for (const producer of [producerOf({ mayCreateTopic: () => false }), alone]) {
    const topic = producer === alone ? 'a' : 'nowhere';
    let isDelivered = false;
    producer.send({ topic, value: 'x' }, () => (isDelivered = true));
    const first = producer.close();
    let isClosed = false;
    void first.then(
      () => (isClosed = true),
      () => (isClosed = true),
    );
    await producer.close(producer === alone ? {} : { timeoutMs: 1 });
    expect(isDelivered).toBe(true);
    await first.catch(() => undefined);
    expect(isClosed).toBe(true);
  }
});
