import { afterAll, expect, it } from 'vitest';
import { Admin, Consumer, Producer } from '../../src/client/index.ts';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { TestBrokers } from '../broker/running-broker.ts';
import { BrokerProcess } from './broker-process.ts';

const TOPIC = 'table';
const PARTITION = { topic: TOPIC, partition: 0 };
const KEYS = 50;
const ROUNDS = 12;

const folders = new TestBrokers();
let running: BrokerProcess | undefined;
afterAll(async () => {
  await running?.kill();
  await folders.close();
});

/** What is in the topic by key: the number in the last value. */
async function read(bootstrapServers: string): Promise<ReadonlyMap<string, number>> {
  const consumer = new Consumer({ bootstrapServers, autoOffsetReset: 'earliest' });
  consumer.assign([PARTITION]);
  const [end] = await consumer.endOffsets([PARTITION]);
  const last = new Map<string, number>();
  while ((await consumer.position(PARTITION)) < (end?.offset ?? 0)) {
    for (const { records } of await consumer.poll(500))
      for (const { key, value } of records) last.set(String(key), Number(String(value).split(' ')[0]));
  }
  await consumer.close();
  return last;
}

it(`no key loses its last value when the broker is killed ${ROUNDS} times while it compacts`, async () => {
  const [port = 0] = await freePorts(1);
  const bootstrapServers = `127.0.0.1:${port}`;
  const config = {
    'log.dirs': folders.newDirectory(),
    listeners: `PLAINTEXT://${bootstrapServers}`,
    'log.segment.bytes': 50_000,
    'log.cleaner.backoff.ms': 1,
    'log.cleaner.min.cleanable.ratio': 0.001,
    'log.segment.delete.delay.ms': 20,
    // So slow that it is always at it.
    'log.cleaner.io.max.bytes.per.second': 400_000,
    'log.cleaner.io.buffer.size': 8_000,
  };
  running = await BrokerProcess.start(config);
  const admin = new Admin({ bootstrapServers });
  await admin.createTopics([
    { name: TOPIC, partitions: 1, replicationFactor: 1, configs: { 'cleanup.policy': 'compact' } },
  ]);
  await admin.close();
  /** The largest number of each key that was acknowledged. */
  const acknowledged = new Map<string, number>();
  const producer = new Producer({
    bootstrapServers,
    acks: 'all',
    idempotent: true,
    lingerMs: 1,
    deliveryTimeoutMs: 120_000,
  });
  let sequence = 0;
  let isEnding = false;
  const writing = (async () => {
    while (!isEnding) {
      for (let i = 0; i < 20; i++) {
        const key = `key ${sequence % KEYS}`;
        const number = sequence++;
        producer.send({ topic: TOPIC, partition: 0, key, value: `${number} ${'x'.repeat(150)}` }, (error) => {
          if (error === null || error === undefined)
            acknowledged.set(key, Math.max(number, acknowledged.get(key) ?? -1));
        });
      }
      await producer.flush();
    }
  })();
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve, 400 + round * 70));
    await running.kill();
    running = await BrokerProcess.start(config);
    const before = new Map(acknowledged);
    const found = await read(bootstrapServers);
    for (const [key, number] of before) expect(found.get(key) ?? -1).toBeGreaterThanOrEqual(number);
  }
  isEnding = true;
  await writing;
  await producer.close();
  const found = await read(bootstrapServers);
  expect(found).toEqual(acknowledged);
  expect(sequence).toBeGreaterThan(1_000);
});
