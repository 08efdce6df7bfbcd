import { afterEach, describe, expect, it } from 'vitest';
import { FencedWriter } from '../../../src/client/producer/fenced-writer.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { Clients } from './clients.ts';

/** What writers promise that share a name, of which one writes at a time. */
export function fencedWriterContract(bootstrapServers: () => string): void {
  describe('a fenced writer', () => {
    let clients = new Clients('');
    const writers: FencedWriter[] = [];
    afterEach(async () => {
      for (const writer of writers.splice(0)) await writer.close();
      await clients.closeAll();
    });

    const writerOf = (topic: string): FencedWriter => {
      const writer = new FencedWriter({
        environment: nodeEnvironment,
        bootstrapServers: bootstrapServers(),
        name: `${topic}-writer`,
        topic,
        partition: 0,
        timeoutMs: 20_000,
      });
      writers.push(writer);
      return writer;
    };
    const records = (...values: string[]) =>
      values.map((value) => ({ key: Buffer.from('k'), value: Buffer.from(value) }));

    it('writes what one gives it, in order, until another one has the name', async () => {
      clients = new Clients(bootstrapServers());
      const topic = await clients.topic(1);
      const [described] = await clients.admin().describeTopics([topic]);
      const topicId = described?.topicId ?? '';
      const [one, other] = [writerOf(topic), writerOf(topic)];
      await expect(one.write(records('never'), topicId)).rejects.toMatchObject({ code: 'PRODUCER_FENCED' });
      await one.take();
      expect(await one.write(records('a', 'b'), topicId)).toEqual({ offset: 0, isById: true });
      expect(await one.write(records('c'), topicId)).toEqual({ offset: 2, isById: true });
      await other.take();
      expect(await other.write(records('d'), topicId)).toEqual({ offset: 3, isById: true });
      // Nothing of it is written, whatever it is told.
      await expect(one.write(records('lost'), topicId)).rejects.toMatchObject({ code: 'PRODUCER_FENCED' });
      await expect(one.write(records('lost'), topicId)).rejects.toMatchObject({ code: 'PRODUCER_FENCED' });
      expect(await other.write(records('e'), topicId)).toEqual({ offset: 4, isById: true });
      await one.take();
      expect(await one.write(records('f'), topicId)).toEqual({ offset: 5, isById: true });
      await expect(other.write(records('lost'), topicId)).rejects.toMatchObject({ code: 'PRODUCER_FENCED' });

      const consumer = clients.consumer({ autoOffsetReset: 'earliest' });
      consumer.assign([{ topic, partition: 0 }]);
      const found: string[] = [];
      while (found.length < 6) {
        for (const { records: read } of await consumer.poll(1_000))
          found.push(...read.map(({ value }) => String(value)));
      }
      expect(found).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    });

    it('does not write to a topic that was made anew', async () => {
      clients = new Clients(bootstrapServers());
      const topic = await clients.topic(1);
      const writer = writerOf(topic);
      await writer.take();
      const another = 'BBBBBBBBBBBBBBBBBBBBBA';
      await expect(writer.write(records('lost'), another)).rejects.toMatchObject({
        code: 'UNKNOWN_TOPIC_ID',
      });
      const [end] = await clients.admin().listOffsets([{ topic, partition: 0, spec: 'latest' }]);
      expect(end?.offset).toBe(0);
    });
  });
}
