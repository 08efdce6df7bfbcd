import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Consumer, nodeEnvironment } from '../../src/client/index.ts';
import { consumerSettings } from '../../src/client/config/settings.ts';
import { FetchHub } from '../../src/client/consumer/fetch-hub.ts';
import type { FetchReader } from '../../src/client/consumer/fetch-source.ts';
import { FetchWant } from '../../src/client/consumer/fetch-want.ts';
import { MetadataCache } from '../../src/client/cluster/metadata-cache.ts';
import { PartitionChunk } from '../../src/client/consumer/partition-chunk.ts';
import { SharedFetches } from '../../src/client/consumer/shared-fetches.ts';
import { PartitionState } from '../../src/client/consumer/subscription-state.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../src/protocol/messages/02-list-offsets.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { BatchBuilder } from '../../src/protocol/records/batch-builder.ts';
import { read, until } from './contract/clients.ts';
import { ScriptedBroker, TOPIC_ID } from './scripted-broker.ts';

const LENGTH_AT = 8;
const MAGIC_AT = 16;

function batch(values: readonly string[], baseOffset: number): Buffer {
  const builder = new BatchBuilder();
  for (const value of values) builder.append(null, Buffer.from(value), 1_000);
  return builder.build({ partitionLeaderEpoch: 1, baseOffset });
}

/** A batch whose end nobody knows. */
function damaged(baseOffset: number): Buffer {
  const bytes = batch(['lost'], baseOffset);
  bytes.writeInt32BE(3, LENGTH_AT);
  return bytes;
}

describe.each([{ isShared: true }, { isShared: false }])(
  'an answer with a partition that cannot be read, shared: $isShared',
  ({ isShared }) => {
    let broker = new ScriptedBroker();
    let fetches = new SharedFetches({ clientId: 'shared' });
    const consumers: Consumer[] = [];
    /** Places asked for, those of one request together. */
    const asked: string[][] = [];

    beforeEach(async () => {
      broker = new ScriptedBroker();
      fetches = new SharedFetches({ clientId: 'shared' });
      asked.length = 0;
      await broker.start();
      const port = Number(broker.bootstrapServers.split(':')[1]);
      const partitions = [0, 1].map((partitionIndex) => ({
        ...{ partitionIndex, leaderId: 0, leaderEpoch: 1, replicaNodes: [0], isrNodes: [0] },
      }));
      broker.on(metadata, () => ({
        ...{ brokers: [{ nodeId: 0, host: '127.0.0.1', port }], clusterId: 's', controllerId: 0 },
        topics: [{ name: 't', topicId: TOPIC_ID, partitions }],
      }));
    });
    afterEach(async () => {
      await Promise.all(consumers.splice(0).map((consumer) => consumer.close()));
      fetches.close();
      await broker.stop();
    });

    function at(...places: readonly (readonly [partition: number, offset: number])[]): Consumer {
      const settings = {
        ...{ environment: nodeEnvironment, bootstrapServers: broker.bootstrapServers },
        ...({ autoOffsetReset: 'none', retryBackoffMs: 2, fetchWaitMsMax: 20 } as const),
      };
      const consumer = new Consumer(settings, isShared ? { fetches } : {});
      consumers.push(consumer);
      consumer.assign(places.map(([partition]) => ({ topic: 't', partition })));
      for (const [partition, offset] of places) consumer.seek({ topic: 't', partition }, offset);
      return consumer;
    }

    /** Answers by partition and offset; what is not named has no records yet. */
    function serve(records: Readonly<Record<string, Buffer>>): void {
      broker.on(fetch, ({ topics }) => {
        const places = topics.flatMap(({ partitions }) => partitions);
        asked.push(places.map(({ partition, fetchOffset }) => `${partition}@${fetchOffset}`));
        const partitions = places.map(({ partition, fetchOffset }) => ({
          ...{ partitionIndex: partition, highWatermark: 50, lastStableOffset: 50 },
          records: records[`${partition}@${fetchOffset}`] ?? Buffer.alloc(0),
        }));
        return { responses: [{ topicId: TOPIC_ID, partitions }] };
      });
    }

    const values = (records: readonly { readonly value: Buffer | null }[]): readonly string[] =>
      records.map(({ value }) => String(value));

    it('gives out the good records first, then names topic, partition and offset, and stays there', async () => {
      const records = Buffer.concat([batch(['a', 'b'], 0), batch(['c'], 2), damaged(3)]);
      serve({ '0@0': records, '0@3': damaged(3), '0@4': batch(['d'], 4) });
      for (const consumer of [at([0, 0]), at([0, 0])]) {
        expect(values(await read(consumer, 3))).toEqual(['a', 'b', 'c']);
        for (let again = 0; again < 3; again++) {
          await expect(consumer.poll(1_000)).rejects.toMatchObject({
            code: 'CORRUPT_RECORD',
            message: expect.stringContaining(
              'at offset 3 of t-0 cannot be read: a record batch has the length 3',
            ),
          });
          expect(await consumer.position({ topic: 't', partition: 0 })).toBe(3);
        }
        consumer.seek({ topic: 't', partition: 0 }, 4);
        expect(values(await read(consumer, 1))).toEqual(['d']);
      }
    });

    it('fails nobody who does not read it', async () => {
      serve({ '0@0': damaged(0), '1@0': batch(['a'], 0), '1@1': batch(['b'], 1) });
      const [unlucky, other] = [at([0, 0]), at([1, 0])];
      const failed = expect(unlucky.poll(1_000)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
      expect(values(await read(other, 2))).toEqual(['a', 'b']);
      await failed;
    });

    it('is no longer waited for by the others where its broker has taken it offline', async () => {
      const port = Number(broker.bootstrapServers.split(':')[1]);
      const led = { leaderEpoch: 1, replicaNodes: [0], isrNodes: [0] };
      broker.on(metadata, () => ({
        ...{ brokers: [{ nodeId: 0, host: '127.0.0.1', port }], clusterId: 's', controllerId: 0 },
        topics: [
          {
            ...{ name: 't', topicId: TOPIC_ID },
            partitions: [
              { ...led, partitionIndex: 0, leaderId: -1, errorCode: ErrorCode.LEADER_NOT_AVAILABLE },
              { ...led, partitionIndex: 1, leaderId: 0 },
            ],
          },
        ],
      }));
      broker.on(listOffsets, ({ topics }) => ({
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, offset: 0 })),
        })),
      }));
      serve({ '1@0': batch(['a', 'b'], 0) });
      const both = at();
      const partitions = [0, 1].map((partition) => ({ topic: 't', partition }));
      both.assign(partitions);
      both.seekToBeginning(partitions);
      expect(values(await read(both, 2))).toEqual(['a', 'b']);
      expect(both.failing()).toMatchObject([
        { topic: 't', partition: 0, error: { code: 'LEADER_NOT_AVAILABLE' } },
      ]);
    });

    it('leaves its reader the records of other partitions', async () => {
      serve({ '0@0': damaged(0), '1@0': batch(['a', 'b'], 0) });
      const both = at([0, 0], [1, 0]);
      await expect(both.poll(1_000)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
      both.seek({ topic: 't', partition: 0 }, 1);
      expect(values(await read(both, 2))).toEqual(['a', 'b']);
      expect(asked[0]).toHaveLength(2);
    });
  },
);

describe('a reader of shared fetches that throws', () => {
  const places = [0, 1, 2] as const;

  it.each(['onAnswer', 'onEnd', 'onEndpoints'] as const)('in %s fails alone', async (faulty) => {
    const broker = new ScriptedBroker();
    await broker.start();
    broker.on(fetch, ({ topics }) => {
      const partitions = topics
        .flatMap((topic) => topic.partitions)
        .map(({ partition }) => ({ partitionIndex: partition, records: batch(['a'], 0) }));
      return { responses: [{ topic: 't', partitions }] };
    });
    const { bootstrapServers } = broker;
    const hub = new FetchHub(consumerSettings({ environment: nodeEnvironment, bootstrapServers }));
    const node = { id: 0, host: '127.0.0.1', port: Number(bootstrapServers.split(':')[1]) };
    const told: string[][] = places.map(() => []);
    for (const partition of places) {
      const log = (what: string): void => {
        told[partition]?.push(what);
        if (partition === 0 && what === faulty) throw new Error(`${what} of the first`);
      };
      const reader: FetchReader = {
        onEndpoints: () => log('onEndpoints'),
        onAnswer: () => log('onAnswer'),
        waitsAt: () => false,
        onEnd: () => log('onEnd'),
        onFailure: (_nodeId, wants, error) => {
          told[partition]?.push(`failure of ${wants.length}: ${error instanceof Error ? error.message : ''}`);
        },
      };
      hub.fetch(node, [wantOf(partition)], { reader });
    }
    await until(() => told.every((each) => each.includes('onEnd')));
    hub.close();
    await broker.stop();
    expect(told[0]).toContain(`failure of 1: ${faulty} of the first`);
    for (const each of told.slice(1)) expect(each).toEqual(['onEndpoints', 'onAnswer', 'onEnd']);
  });

  function wantOf(partition: number): FetchWant {
    const state = new PartitionState({ topic: 't', partition });
    state.seek(0);
    // Asked for by name and without an epoch: nothing is known of the topic.
    return new FetchWant(state, new MetadataCache());
  }
});

describe('a chunk', () => {
  const place = { topic: 't', partition: 7, fetchOffset: 5, fetchEpoch: 3 };
  const options = { checkCrcs: true, decompressedBytesMax: 1_000, aborted: null };

  it('ends before what is no batch, and says so where its batches end', () => {
    const bytes = damaged(7);
    bytes.writeInt8(9, MAGIC_AT);
    const chunk = new PartitionChunk(place, Buffer.concat([batch(['a', 'b'], 5), bytes]), options);
    expect([chunk.endOffset, chunk.recordsCount, chunk.isDamaged]).toEqual([7, 2, true]);
    expect(chunk.openNextBatch()).toBe(true);
    chunk.readUntil(10);
    expect(chunk.records).toHaveLength(2);
    expect(chunk.hasMore).toBe(true);
    for (let again = 0; again < 2; again++) expect(() => chunk.openNextBatch()).toThrow('at offset 7 of t-7');
  });

  it('that begins with it leaves the position and its epoch as they were', () => {
    const chunk = new PartitionChunk(place, damaged(5), options);
    expect([chunk.empty, chunk.endOffset, chunk.endEpoch]).toEqual([false, 5, 3]);
  });
});
