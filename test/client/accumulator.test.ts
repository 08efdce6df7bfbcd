import { describe, expect, it } from 'vitest';
import { Cluster } from '../../src/client/cluster/cluster.ts';
import { producerSettings } from '../../src/client/config/settings.ts';
import { BufferPool } from '../../src/base/buffer-pool.ts';
import { nodeEnvironment, type ProducerOptions } from '../../src/client/index.ts';
import { Accumulator } from '../../src/client/producer/accumulator.ts';
import type { PartitionQueue } from '../../src/client/producer/partition-queue.ts';
import type { ProducerBatch } from '../../src/client/producer/producer-batch.ts';
import { decodeResponse, encodeResponse } from '../../src/protocol/framing.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../src/protocol/records/decode-batch.ts';

/** An accumulator whose cluster has a topic `t` with three partitions, and what it tells. */
function create(options: Partial<ProducerOptions> = {}, buffers = new BufferPool({ poison: true })) {
  const settings = producerSettings({
    environment: nodeEnvironment,
    bootstrapServers: 'nowhere',
    ...options,
  });
  const cluster = new Cluster({ settings, allowAutoTopicCreation: false });
  cluster.track(['t']);
  const told: string[] = [];
  const events = {
    onBatchOpened: ({ partition }: PartitionQueue) => told.push(`opened ${partition}`),
    onBatchFull: ({ queue }: ProducerBatch) => told.push(`full ${queue.partition}`),
    onMetadataNeeded: () => told.push('metadata'),
    onFailed: (error: Error) => told.push(error.message),
  };
  const accumulator = new Accumulator(cluster, settings, events, buffers);
  const learn = (): void => {
    const [chunk] = [
      Buffer.concat(
        encodeResponse(metadata, 9, 1, {
          brokers: [{ nodeId: 0, host: 'nowhere', port: 1 }],
          topics: [
            {
              name: 't',
              partitions: [0, 1, 2].map((partitionIndex) => ({
                partitionIndex,
                leaderId: 0,
                leaderEpoch: 0,
              })),
            },
          ],
        }),
      ),
    ];
    cluster.metadata.update(decodeResponse(metadata, 9, chunk.subarray(4)), { all: false });
    accumulator.onMetadata();
  };
  return { accumulator, told, learn };
}

function values(batch: ProducerBatch | undefined): string[] {
  if (batch === undefined) return [];
  return decodeBatch(new BatchView(batch.encode('none'))).map(({ value }) => String(value));
}

describe('Accumulator', () => {
  it('keeps records until the topic is known, in order', () => {
    const { accumulator, told, learn } = create();
    for (const value of ['a', 'b']) accumulator.append({ topic: 't', partition: 1, value }, undefined);
    expect(told).toEqual(['metadata', 'metadata']);
    expect(accumulator.hasWaitingRecords).toBe(true);
    expect(accumulator.bytes).toBeGreaterThan(0);
    learn();
    expect(accumulator.hasWaitingRecords).toBe(false);
    const [queue] = accumulator.active;
    expect(values(queue?.take())).toEqual(['a', 'b']);
  });

  it('fills a batch up to its limit and opens the next', () => {
    const { accumulator, told, learn } = create({ batchBytesMax: 400 });
    learn();
    for (let i = 0; i < 5; i++)
      accumulator.append({ topic: 't', partition: 0, value: 'x'.repeat(100) }, undefined);
    expect(told).toEqual(['opened 0', 'full 0', 'opened 0', 'full 0', 'opened 0']);
    const [queue] = accumulator.active;
    for (const batch of queue?.batches() ?? []) expect(batch.sizeInBytes).toBeLessThanOrEqual(400);
    expect(queue?.length).toBe(3);
  });

  it('uses the memory of batches that the broker has taken at the first attempt, and of no others', () => {
    const buffers = new BufferPool({ poison: true });
    const { accumulator, learn } = create({ batchBytesMax: 10_000 }, buffers);
    learn();
    const taken: ProducerBatch[] = [];
    for (let round = 0; round < 6; round++) {
      for (let i = 0; i < 90; i++) {
        accumulator.append({ topic: 't', partition: 0, value: `${round}/${i}`.padEnd(100) }, undefined);
      }
      const [queue] = accumulator.active;
      const batch = queue?.take();
      if (batch === undefined) throw new Error('no batch');
      batch.attempts = 1 + (round % 2);
      batch.encode('none');
      taken.push(batch);
      if (round < 2) continue;
      // Those of two rounds ago are answered while others are on their way.
      const answered = taken[round - 2] as ProducerBatch;
      const { freeBytes } = buffers;
      accumulator.settle(answered, null, 0, -1);
      answered.releaseMemory();
      expect(buffers.freeBytes > freeBytes).toBe(answered.attempts === 1);
    }
    for (const [i, batch] of taken.slice(4).entries()) {
      const expected = Array.from({ length: 90 }, (_, n) => `${i + 4}/${n}`.padEnd(100));
      expect(values(batch)).toEqual(expected.slice(0, batch.count));
    }
  });

  it('reads the clock now and then only, and in every turn of the event loop', async () => {
    let timeMs = 1_000;
    const clock = { ...nodeEnvironment.clock, nowMs: () => timeMs++ };
    const { accumulator, learn } = create({ environment: { ...nodeEnvironment, clock } });
    learn();
    const send = (): void => accumulator.append({ topic: 't', partition: 0, value: 'v' }, undefined);
    for (let i = 0; i < 10; i++) send();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    send();
    const [queue] = accumulator.active;
    const batch = queue?.take();
    if (batch === undefined) throw new Error('no batch');
    const times = decodeBatch(new BatchView(batch.encode('none'))).map(({ timestamp }) => timestamp);
    const first = times[0] ?? 0;
    expect(times.map((time) => time - first)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2]);
  });

  it('takes a record larger than a batch in a batch of its own', () => {
    const { accumulator, learn } = create({ batchBytesMax: 100 });
    learn();
    for (const value of ['x'.repeat(500), 'y'])
      accumulator.append({ topic: 't', partition: 0, value }, undefined);
    const [queue] = accumulator.active;
    expect(values(queue?.take())).toEqual(['x'.repeat(500)]);
    expect(values(queue?.take())).toEqual(['y']);
  });

  it('sticks to a partition for a batch of bytes, then takes another one', () => {
    const { accumulator, learn } = create({ batchBytesMax: 1_000 });
    learn();
    for (let i = 0; i < 300; i++) accumulator.append({ topic: 't', value: 'x'.repeat(70) }, undefined);
    const queues = Array.from(accumulator.active);
    expect(queues.length).toBe(3);
    // Full batches, not crumbs: what a batch of bytes holds goes to one partition.
    const counts = queues.flatMap((queue) => Array.from(queue.batches(), ({ count }) => count));
    expect(counts.length).toBeLessThanOrEqual(300 / 9 + 1);
  });

  it('gives its bytes back when batches are settled, and puts what failed back in order', () => {
    const { accumulator, learn } = create({ batchBytesMax: 400 });
    learn();
    for (let i = 0; i < 9; i++) {
      accumulator.append({ topic: 't', partition: 0, value: `${i}`.padEnd(100) }, undefined);
    }
    const [queue] = accumulator.active;
    const first = queue?.take();
    const second = queue?.take();
    if (first === undefined || second === undefined) throw new Error('two batches were expected');
    accumulator.putBack(second);
    accumulator.putBack(first);
    expect(Array.from(queue?.batches() ?? [], ({ id }) => id)).toEqual(
      [1, 2, 3, 4, 5].slice(0, queue?.length),
    );
    expect(queue?.head).toBe(first);
    for (const batch of Array.from(queue?.batches() ?? [])) accumulator.settle(batch, null, 0, -1);
    expect(accumulator.bytes).toBe(0);
    expect(accumulator.idle).toBe(true);
    expect(accumulator.active.size).toBe(0);
  });
});
