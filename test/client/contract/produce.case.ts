import { afterEach, describe, expect, it } from 'vitest';
import type { CompressionName, RecordMetadata } from '../../../src/client/index.ts';
import { Clients, CuttableEnvironment, read } from './clients.ts';

/** What a producer promises. */
export function produceContract(bootstrapServers: () => string): void {
  describe('producer', () => {
    let clients = new Clients('');
    const setUp = (): Clients => {
      clients = new Clients(bootstrapServers());
      return clients;
    };
    afterEach(() => clients.closeAll());

    for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] satisfies CompressionName[]) {
      it(`writes what a consumer reads, with compression ${compression}`, async () => {
        const { name } = await withTopic(setUp(), 1);
        const producer = clients.producer({ compression, lingerMs: 10 });
        const sent: Promise<RecordMetadata>[] = [];
        for (let i = 0; i < 50; i++) {
          sent.push(
            producer.sendAndWait({
              topic: name,
              key: i % 3 === 0 ? null : `key-${i}`,
              value: i % 7 === 6 ? null : Buffer.from(`value-${i} `.repeat(i)),
              timestamp: 1_000_000_000_000 + i,
              headers:
                i % 2 === 0
                  ? [
                      { key: 'n', value: Buffer.from([i]) },
                      { key: 'n', value: null },
                    ]
                  : [],
            }),
          );
        }
        const metadata = await Promise.all(sent);
        expect(metadata.map(({ offset }) => offset)).toEqual(Array.from({ length: 50 }, (_, i) => i));
        expect(metadata[7]).toEqual({ topic: name, partition: 0, offset: 7, timestamp: 1_000_000_000_007 });

        const consumer = clients.consumer();
        consumer.assign([{ topic: name, partition: 0 }]);
        const records = await read(consumer, 50);
        for (const [i, record] of records.entries()) {
          expect(record.offset).toBe(i);
          expect(record.timestamp).toBe(1_000_000_000_000 + i);
          expect(record.key?.toString() ?? null).toBe(i % 3 === 0 ? null : `key-${i}`);
          expect(record.value?.toString() ?? null).toBe(i % 7 === 6 ? null : `value-${i} `.repeat(i));
          expect(record.headers).toEqual(
            i % 2 === 0
              ? [
                  { key: 'n', value: Buffer.from([i]) },
                  { key: 'n', value: null },
                ]
              : [],
          );
        }
      });
    }

    it('sends a key to the partition that the Java client would choose', async () => {
      const { name } = await withTopic(setUp(), 7);
      const producer = clients.producer();
      // toPositive(murmur2(key)) % 7, by Kafka's Utils.murmur2.
      const expected = { '21': -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536 };
      for (const [key, hash] of Object.entries(expected)) {
        const { partition } = await producer.sendAndWait({ topic: name, key, value: 'v' });
        expect(partition, key).toBe((hash & 0x7fffffff) % 7);
      }
      expect(
        (await producer.sendAndWait({ topic: name, partition: 5, key: '21', value: 'v' })).partition,
      ).toBe(5);
    });

    it('spreads records without a key over the partitions, a batch at a time', async () => {
      const { name } = await withTopic(setUp(), 4);
      const producer = clients.producer({ batchBytesMax: 1_000 });
      const counts = [0, 0, 0, 0];
      for (let i = 0; i < 2_000; i++) {
        producer.send({ topic: name, value: 'x'.repeat(50) }, (_error, _offset, partition) => {
          counts[partition] = (counts[partition] ?? 0) + 1;
        });
      }
      await producer.flush();
      expect(counts.reduce((sum, count) => sum + count)).toBe(2_000);
      for (const count of counts) expect(count).toBeGreaterThan(100);
    });

    for (const acks of [0, 1, 'all'] as const) {
      it(`delivers with acks ${acks}`, async () => {
        const { name } = await withTopic(setUp(), 1);
        const producer = clients.producer({ acks });
        const { offset } = await producer.sendAndWait({ topic: name, value: 'one' });
        expect(offset).toBe(acks === 0 ? -1 : 0);
        const consumer = clients.consumer();
        consumer.assign([{ topic: name, partition: 0 }]);
        expect((await read(consumer, 1))[0]?.value?.toString()).toBe('one');
      });
    }

    it('keeps order and writes each record once while its connections are cut', async () => {
      const { name } = await withTopic(setUp(), 2);
      const environment = new CuttableEnvironment();
      const producer = clients.producer({
        environment,
        batchBytesMax: 2_000,
        reconnectBackoffMs: 5,
        retryBackoffMs: 5,
        retryBackoffMsMax: 20,
      });
      const count = 20_000;
      const offsets: [number[], number[]] = [[], []];
      for (let i = 0; i < count; i++) {
        const wait = producer.ready();
        if (wait !== undefined) await wait;
        const partition = i % 2;
        producer.send({ topic: name, partition, value: String(i) }, (error, offset) => {
          expect(error).toBeNull();
          offsets[partition as 0 | 1].push(offset);
        });
        if (i % 1_000 === 999) {
          await environment.timers.sleep(i % 7_000 === 999 ? 15 : 2);
          while (!environment.isConnected) await environment.timers.sleep(1);
          environment.cut();
        }
      }
      await producer.flush();
      expect(environment.cuts).toBeGreaterThanOrEqual(count / 1_000);

      const consumer = clients.consumer();
      consumer.assign([0, 1].map((partition) => ({ topic: name, partition })));
      const values: [number[], number[]] = [[], []];
      for (const record of await read(consumer, count))
        values[record.partition as 0 | 1].push(Number(record.value));
      expect(values[0]).toEqual(Array.from({ length: count / 2 }, (_, i) => 2 * i));
      expect(values[1]).toEqual(Array.from({ length: count / 2 }, (_, i) => 2 * i + 1));
      expect(offsets[0]).toEqual(Array.from({ length: count / 2 }, (_, i) => i));
      const ends = await consumer.endOffsets([0, 1].map((partition) => ({ topic: name, partition })));
      expect(ends.map(({ offset }) => offset)).toEqual([count / 2, count / 2]);
    });

    it('splits a batch that is larger than the topic allows', async () => {
      const { name } = await withTopic(setUp(), 1, { 'max.message.bytes': '3000' });
      const producer = clients.producer({ batchBytesMax: 50_000, lingerMs: 20 });
      for (let i = 0; i < 100; i++) producer.send({ topic: name, value: `${i}`.padEnd(200) });
      await producer.flush();
      const consumer = clients.consumer();
      consumer.assign([{ topic: name, partition: 0 }]);
      const records = await read(consumer, 100);
      expect(records.map(({ value }) => Number(value))).toEqual(Array.from({ length: 100 }, (_, i) => i));
    });

    it('goes on after a record that the broker refuses', async () => {
      const { name } = await withTopic(setUp(), 1, { 'max.message.bytes': '3000' });
      const producer = clients.producer();
      const before = await producer.sendAndWait({ topic: name, value: 'before' });
      await expect(producer.sendAndWait({ topic: name, value: 'x'.repeat(5_000) })).rejects.toMatchObject({
        code: 'MESSAGE_TOO_LARGE',
        retriable: false,
      });
      // Who was told is not told again; what nobody was told, the next flush tells, once.
      await producer.flush();
      producer.send({ topic: name, value: 'x'.repeat(5_000) });
      await expect(producer.flush()).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
      await producer.flush();
      const after = await producer.sendAndWait({ topic: name, value: 'after' });
      expect(after.offset).toBe(before.offset + 1);
      await producer.flush();
    });

    it('tells of a record too large, a partition and a topic that do not exist', async () => {
      const { name } = await withTopic(setUp(), 1);
      const producer = clients.producer({ requestBytesMax: 1_000, blockMsMax: 300 });
      await expect(producer.sendAndWait({ topic: name, value: 'x'.repeat(1_000) })).rejects.toMatchObject({
        code: 'RECORD_TOO_LARGE',
      });
      await expect(producer.sendAndWait({ topic: name, partition: 9, value: 'x' })).rejects.toMatchObject({
        code: 'UNKNOWN_PARTITION',
        message: `${name} has no partition 9: its 1 partitions are numbered from 0`,
      });
      await expect(producer.sendAndWait({ topic: 'no such topic', value: 'x' })).rejects.toMatchObject({
        code: 'INVALID_TOPIC_EXCEPTION',
      });
    });
  });
}

async function withTopic(
  clients: Clients,
  partitions: number,
  configs: Readonly<Record<string, string>> = {},
): Promise<{ readonly name: string }> {
  return { name: await clients.topic(partitions, configs) };
}
