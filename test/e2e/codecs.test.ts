import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Admin, type CompressionName, Consumer, Producer } from '../../src/client/index.ts';
import { Millrace } from './millrace-process.ts';

const TIMESTAMP = 1_700_000_000_000;

/**
 * Each codec through the process that users start: whatever a library needs before its first use, the broker has to see
 * to it. A test in one process cannot tell, because the client beside it may have done so.
 */
describe('a broker in a process of its own', () => {
  const millrace = new Millrace();
  let bootstrapServers = '';

  beforeAll(async () => {
    bootstrapServers = (await millrace.startBroker()).facts.kafka;
  });
  afterAll(() => millrace.close());

  describe.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] satisfies CompressionName[])('with %s', (codec) => {
    it.each(['delete', 'compact'])('stores, finds by time and serves (cleanup.policy=%s)', async (policy) => {
      const topic = `${codec}-${policy}`;
      const admin = new Admin({ bootstrapServers });
      await admin.createTopics([{ name: topic, partitions: 1, configs: { 'cleanup.policy': policy } }]);
      const producer = new Producer({ bootstrapServers, compression: codec, lingerMs: 50 });
      const sent = Array.from({ length: 40 }, (_, i) =>
        producer.sendAndWait({
          topic,
          key: `key-${i}`,
          value: `value ${i} `.repeat(20),
          timestamp: TIMESTAMP + i,
        }),
      );
      expect((await Promise.all(sent)).map(({ offset }) => offset)).toEqual(sent.map((_, i) => i));
      await producer.close();

      const [found] = await admin.listOffsets([{ topic, partition: 0, spec: { timestamp: TIMESTAMP + 17 } }]);
      expect(found).toMatchObject({ offset: 17, timestamp: TIMESTAMP + 17 });
      await admin.close();

      const consumer = new Consumer({ bootstrapServers });
      consumer.assign([{ topic, partition: 0 }]);
      consumer.seek({ topic, partition: 0 }, 0);
      const values: string[] = [];
      while (values.length < 40) {
        for (const { records } of await consumer.poll(1_000))
          values.push(...records.map(({ value }) => String(value)));
      }
      expect(values).toEqual(Array.from({ length: 40 }, (_, i) => `value ${i} `.repeat(20)));
      await consumer.close();
    });

    it('is written and read by the commands', async () => {
      const topic = `commands-${codec}`;
      await millrace.run(['topic', 'create', topic, '-b', bootstrapServers]);
      const produce = await millrace.run(
        ['produce', topic, '-z', codec, '-b', bootstrapServers],
        'one\ntwo\n',
      );
      expect(produce).toMatchObject({ code: 0 });
      const consume = await millrace.run([
        'consume',
        topic,
        '--from-beginning',
        '-e',
        '-b',
        bootstrapServers,
      ]);
      expect(consume).toMatchObject({ code: 0, text: 'one\ntwo\n' });
    });
  });
});
