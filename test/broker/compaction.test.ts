import fs from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../broker/broker.ts';
import { Admin, Consumer, Producer } from '../../src/client/index.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { TestBrokers } from './running-broker.ts';

const TOPIC = 'table';
const KEYS = 40;

/** Everything that a cleaner waits for comes at once. */
const CONFIG = {
  'log.segment.bytes': 20_000,
  'log.cleaner.backoff.ms': 20,
  'log.cleaner.min.cleanable.ratio': 0.01,
  'log.segment.delete.delay.ms': 50,
};

describe('a topic that is compacted', () => {
  let brokers = new TestBrokers();
  const closing: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await brokers.close();
    brokers = new TestBrokers();
  });

  const bootstrapOf = (...of: readonly Broker[]): string =>
    of.map(({ address }) => `${address.host}:${address.port}`).join(',');

  async function createTopic(
    bootstrapServers: string,
    placement: { readonly assignments: readonly (readonly number[])[] } | { readonly partitions: number },
  ): Promise<void> {
    const admin = new Admin({ bootstrapServers });
    await admin.createTopics([{ name: TOPIC, ...placement, configs: { 'cleanup.policy': 'compact' } }]);
    await admin.close();
  }

  /** Writes rounds over all keys; every tenth deletes some. @returns the last value of each key. */
  async function write(
    bootstrapServers: string,
    rounds: number,
  ): Promise<ReadonlyMap<string, string | null>> {
    const producer = new Producer({ bootstrapServers, acks: 'all', idempotent: true, lingerMs: 1 });
    const last = new Map<string, string | null>();
    for (let round = 0; round < rounds; round++) {
      for (let index = 0; index < KEYS; index++) {
        const key = `key ${index}`;
        const value = round % 10 === 9 && index % 4 === 0 ? null : `${round} ${'x'.repeat(80)}`;
        last.set(key, value);
        producer.send({ topic: TOPIC, key, value });
      }
      await producer.flush();
    }
    await producer.close();
    return last;
  }

  /** What a consumer finds in the topic from its beginning on; deleted keys are not in it. */
  async function read(
    bootstrapServers: string,
  ): Promise<{ readonly last: Map<string, string>; readonly count: number }> {
    const consumer = new Consumer({ bootstrapServers, autoOffsetReset: 'earliest', fetchWaitMsMax: 20 });
    closing.push(() => consumer.close());
    const partition = { topic: TOPIC, partition: 0 };
    consumer.assign([partition]);
    const [end] = await consumer.endOffsets([partition]);
    const last = new Map<string, string>();
    let count = 0;
    while ((await consumer.position(partition)) < (end?.offset ?? 0)) {
      for (const { records } of await consumer.poll(200)) {
        for (const { key, value } of records) {
          count++;
          if (value === null) last.delete(String(key));
          else last.set(String(key), String(value));
        }
      }
    }
    return { last, count };
  }

  const present = (all: ReadonlyMap<string, string | null>): ReadonlyMap<string, string | null> =>
    new Map([...all].filter(([, value]) => value !== null));

  it('keeps the last value of each key while it is written and read, and through a restart', async () => {
    const directory = brokers.newDirectory();
    const broker = await brokers.start({ ...CONFIG, 'log.dirs': directory });
    const bootstrap = bootstrapOf(broker);
    await createTopic(bootstrap, { partitions: 1 });
    const writing = write(bootstrap, 60);
    // Consumers from the beginning meet segments that are being replaced.
    for (let i = 0; i < 5; i++) await read(bootstrap);
    const last = await writing;
    await expect
      .poll(async () => (await read(bootstrap)).count, { timeout: PATIENCE_MS })
      .toBeLessThan(KEYS * 30);
    expect((await read(bootstrap)).last).toEqual(present(last));
    expect(broker.metrics.logCleaner).toMatchObject({
      uncleanablePartitionsCount: 0,
      failedCleaningsTotal: 0,
    });
    expect(broker.metrics.logCleaner.cleaningsTotal).toBeGreaterThan(0);
    await brokers.stop(broker);
    expect(fs.readFileSync(`${directory}/cleaner-offset-checkpoint`, 'utf8')).toMatch(/^table 0 \d+$/m);
    expect(
      fs.readdirSync(`${directory}/${TOPIC}-0`).filter((name) => /\.(cleaned|swap)$/.test(name)),
    ).toEqual([]);
    const again = await brokers.start({ ...CONFIG, 'log.dirs': directory });
    expect((await read(bootstrapOf(again))).last).toEqual(present(last));
  });

  it('is the same on a follower that comes back to a leader that has compacted meanwhile, and leads then', async () => {
    const settings = await brokers.clusterSettings(3);
    const start = (id: number): Promise<Broker> =>
      brokers.start({ ...settings.get(id), ...CONFIG, 'leader.imbalance.check.interval.seconds': 1 });
    const [first, second, third] = await Promise.all([start(1), start(2), start(3)]);
    const bootstrap = bootstrapOf(first, second);
    await createTopic(bootstrap, { assignments: [[3, 1, 2]] });
    const registration = () => first.image.topicsByName.get(TOPIC)?.partitions.get(0);
    await write(bootstrap, 3);
    await brokers.stop(third);
    const last = await write(bootstrap, 50);
    await expect
      .poll(async () => (await read(bootstrap)).count, { timeout: PATIENCE_MS })
      .toBeLessThan(KEYS * 30);
    const again = await start(3);
    await expect.poll(() => registration()?.leader, { timeout: PATIENCE_MS }).toBe(3);
    expect(registration()?.isr.length).toBe(3);
    expect((await read(bootstrapOf(first, second, again))).last).toEqual(present(last));
  });
});
