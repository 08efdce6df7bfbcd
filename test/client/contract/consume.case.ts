import { afterEach, describe, expect, it } from 'vitest';
import { Clients, CuttableEnvironment, read } from './clients.ts';

/** What a consumer with partitions of its own choice promises. */
export function consumeContract(bootstrapServers: () => string): void {
  describe('consumer', () => {
    let clients = new Clients('');
    afterEach(() => clients.closeAll());

    async function filledTopic({ partitions, each }: { partitions: number; each: number }): Promise<string> {
      clients = new Clients(bootstrapServers());
      const topic = await clients.topic(partitions);
      const producer = clients.producer({ batchBytesMax: 500 });
      for (let i = 0; i < each; i++) {
        for (let partition = 0; partition < partitions; partition++) {
          producer.send({ topic, partition, value: String(i), timestamp: 1_000_000 + 10 * i });
        }
      }
      await producer.flush();
      return topic;
    }

    it('seeks to offsets, also in the middle of a batch, and to both ends', async () => {
      const topic = await filledTopic({ partitions: 1, each: 100 });
      const partition = { topic, partition: 0 };
      const consumer = clients.consumer();
      consumer.assign([partition]);
      expect((await read(consumer, 1))[0]?.offset).toBe(0);
      consumer.seek(partition, 57);
      expect(await consumer.position(partition)).toBe(57);
      const [first] = await read(consumer, 1);
      expect(first).toMatchObject({ offset: 57 });
      expect(String(first?.value)).toBe('57');
      consumer.seekToEnd([partition]);
      expect(await consumer.position(partition)).toBe(100);
      expect(await consumer.poll(50)).toEqual([]);
      consumer.seekToBeginning([partition]);
      expect((await read(consumer, 100)).map(({ offset }) => offset)).toEqual(
        Array.from({ length: 100 }, (_, i) => i),
      );
      expect(consumer.lag(partition)).toBe(0);
    });

    it('answers no more records than asked for, and loses none between', async () => {
      const topic = await filledTopic({ partitions: 2, each: 100 });
      const consumer = clients.consumer({ pollRecordsMax: 7 });
      consumer.assign([0, 1].map((partition) => ({ topic, partition })));
      const seen: [number[], number[]] = [[], []];
      while (seen[0].length + seen[1].length < 200) {
        const fetched = await consumer.poll(1_000);
        expect(fetched.reduce((sum, { records }) => sum + records.length, 0)).toBeLessThanOrEqual(7);
        for (const { partition, records, nextOffset, highWatermark } of fetched) {
          seen[partition as 0 | 1].push(...records.map(({ offset }) => offset));
          expect(nextOffset).toBe((records.at(-1)?.offset ?? 0) + 1);
          expect(highWatermark).toBe(100);
        }
      }
      const all = Array.from({ length: 100 }, (_, i) => i);
      expect(seen).toEqual([all, all]);
    });

    it('answers each partition once, however many fetches have brought something of it', async () => {
      const topic = await filledTopic({ partitions: 2, each: 400 });
      const consumer = clients.consumer({ fetchBytesMax: 1_200, partitionFetchBytesMax: 600 });
      const partitions = [0, 1].map((partition) => ({ topic, partition }));
      consumer.assign(partitions);
      const next = [0, 0];
      while (next[0] !== 400 || next[1] !== 400) {
        const fetched = await consumer.poll(1_000);
        const answered = fetched.map(({ partition }) => partition);
        expect(answered).toEqual([...new Set(answered)]);
        for (const { partition, records, nextOffset } of fetched) {
          expect(records[0]?.offset).toBe(next[partition]);
          next[partition] = nextOffset;
        }
        // Meanwhile more than one fetch of a partition comes in.
        for (let i = 0; i < 5; i++) await consumer.endOffsets(partitions);
      }
    });

    it('hands out nothing of a paused partition, and what it held back once it is resumed', async () => {
      const topic = await filledTopic({ partitions: 2, each: 50 });
      const consumer = clients.consumer({ pollRecordsMax: 5 });
      consumer.assign([0, 1].map((partition) => ({ topic, partition })));
      await read(consumer, 1);
      const position = consumer.positionNow({ topic, partition: 0 }) ?? 0;
      consumer.pause([{ topic, partition: 0 }]);
      expect(consumer.paused()).toEqual([{ topic, partition: 0 }]);
      const others: number[] = [];
      while ((consumer.positionNow({ topic, partition: 1 }) ?? 0) < 50) {
        for (const { partition } of await consumer.poll(1_000)) others.push(partition);
      }
      expect(new Set(others)).toEqual(new Set([1]));
      expect(await consumer.poll(20)).toEqual([]);
      consumer.resume([{ topic, partition: 0 }]);
      const rest = await read(consumer, 50 - position);
      expect(rest.map(({ offset }) => offset)).toEqual(
        Array.from({ length: 50 - position }, (_, i) => position + i),
      );
    });

    it('begins where auto.offset.reset says', async () => {
      const topic = await filledTopic({ partitions: 1, each: 10 });
      const partition = { topic, partition: 0 };
      const latest = clients.consumer({ autoOffsetReset: 'latest' });
      latest.assign([partition]);
      expect(await latest.position(partition)).toBe(10);

      const none = clients.consumer({ autoOffsetReset: 'none' });
      none.assign([partition]);
      await expect(read(none, 1)).rejects.toMatchObject({ code: 'NO_OFFSET' });
      none.seek(partition, 3);
      expect((await read(none, 7))[0]?.offset).toBe(3);
      none.seek(partition, 1_000);
      await expect(read(none, 1)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });

      const earliest = clients.consumer();
      earliest.assign([partition]);
      earliest.seek(partition, 1_000);
      expect((await read(earliest, 1))[0]?.offset).toBe(0);
    });

    it('looks up offsets by time and the ends of the log', async () => {
      const topic = await filledTopic({ partitions: 2, each: 20 });
      const consumer = clients.consumer();
      const both = [0, 1].map((partition) => ({ topic, partition }));
      expect(await consumer.beginningOffsets(both)).toEqual(
        both.map((partition) => ({ ...partition, offset: 0 })),
      );
      expect(await consumer.endOffsets(both)).toEqual(
        both.map((partition) => ({ ...partition, offset: 20 })),
      );
      const found = await consumer.offsetsForTimes([
        { topic, partition: 0, timestamp: 1_000_055 },
        { topic, partition: 1, timestamp: 2_000_000 },
        { topic, partition: 1, timestamp: 0 },
      ]);
      expect(found.map((each) => each.found?.offset ?? null)).toEqual([6, null, 0]);
      expect(found[0]?.found?.timestamp).toBe(1_000_060);
      expect((await consumer.partitionsFor(topic)).map(({ partition }) => partition)).toEqual([0, 1]);
    });

    it('reads on after its connections were cut', async () => {
      const topic = await filledTopic({ partitions: 1, each: 300 });
      const environment = new CuttableEnvironment();
      const consumer = clients.consumer({
        environment,
        pollRecordsMax: 10,
        partitionFetchBytesMax: 500,
        reconnectBackoffMs: 5,
        retryBackoffMs: 5,
      });
      consumer.assign([{ topic, partition: 0 }]);
      const offsets: number[] = [];
      while (offsets.length < 300) {
        for (const { records } of await consumer.poll(1_000))
          offsets.push(...records.map(({ offset }) => offset));
        environment.cut();
      }
      expect(offsets).toEqual(Array.from({ length: 300 }, (_, i) => i));
      expect(environment.cuts).toBeGreaterThan(5);
    });

    it('waits for records, and ends a wait when it is woken up or closed', async () => {
      const topic = await filledTopic({ partitions: 1, each: 0 });
      const consumer = clients.consumer();
      consumer.assign([{ topic, partition: 0 }]);
      expect(await consumer.poll(20)).toEqual([]);
      const waiting = consumer.poll(30_000);
      await clients.producer().sendAndWait({ topic, value: 'here' });
      expect(String((await waiting)[0]?.records[0]?.value)).toBe('here');

      const woken = consumer.poll(30_000);
      consumer.wakeup();
      await expect(woken).rejects.toMatchObject({ code: 'WAKEUP' });
      const ended = consumer.poll(30_000);
      const closing = consumer.close();
      await expect(ended).rejects.toMatchObject({ code: 'CLOSED' });
      await closing;
    });

    it('goes on after the records at its position were deleted', async () => {
      const topic = await filledTopic({ partitions: 1, each: 50 });
      const admin = clients.admin();
      expect(await admin.deleteRecords([{ topic, partition: 0, offset: 30 }])).toEqual([
        { topic, partition: 0, offset: 30 },
      ]);
      const consumer = clients.consumer();
      consumer.assign([{ topic, partition: 0 }]);
      consumer.seek({ topic, partition: 0 }, 5);
      expect((await read(consumer, 20))[0]?.offset).toBe(30);
    });

    it('reads committed and uncommitted alike where nothing is transactional', async () => {
      const topic = await filledTopic({ partitions: 1, each: 30 });
      const consumer = clients.consumer({ isolationLevel: 'read_committed' });
      consumer.assign([{ topic, partition: 0 }]);
      expect((await read(consumer, 30)).length).toBe(30);
      expect(consumer.lag({ topic, partition: 0 })).toBe(0);
    });
  });
}
