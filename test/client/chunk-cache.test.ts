import { expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/client/index.ts';
import { ChunkCache } from '../../src/client/consumer/chunk-cache.ts';
import {
  answerOf,
  type FetchAnswer,
  type FetchPlace,
  type FetchReader,
} from '../../src/client/consumer/fetch-source.ts';
import { consumerSettings } from '../../src/client/config/settings.ts';
import { BatchBuilder } from '../../src/protocol/records/batch-builder.ts';

const TOPIC_ID = 'MillraceMillraceMillrA';
const OTHER_ID = 'MillraceMillraceMillrQ';

const settings = consumerSettings({ environment: nodeEnvironment, bootstrapServers: 'localhost:1' });

function placeAt(fetchOffset: number, partition = 0, topicId = TOPIC_ID): FetchPlace {
  return { topic: 't', partition, topicId, fetchOffset, fetchEpoch: -1, leaderEpoch: 1 };
}

/** An answer with one record, or with none. */
function answerAt(place: FetchPlace, hasRecord = true): FetchAnswer {
  const builder = new BatchBuilder();
  builder.append(null, Buffer.from('value'), 1_000);
  const records = builder.build({ partitionLeaderEpoch: 1, baseOffset: place.fetchOffset });
  const response = {
    ...{ partitionIndex: place.partition, errorCode: 0, abortedTransactions: null, preferredReadReplica: -1 },
    ...{ highWatermark: 9, lastStableOffset: 9, logStartOffset: 0 },
    divergingEpoch: { epoch: -1, endOffset: -1 },
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
    snapshotId: { endOffset: -1, epoch: -1 },
    records: hasRecord ? records : Buffer.alloc(0),
  };
  return answerOf(place, response, settings);
}

it('finds nothing of a topic that had the same name', () => {
  const cache = new ChunkCache(nodeEnvironment);
  cache.put(placeAt(0), answerAt(placeAt(0)));
  expect(cache.find(placeAt(0))?.chunk.recordsCount).toBe(1);
  expect(cache.find(placeAt(0, 0, OTHER_ID))).toBeUndefined();
  cache.put(placeAt(5, 0, OTHER_ID), answerAt(placeAt(5, 0, OTHER_ID)));
  expect(cache.find(placeAt(0))).toBeUndefined();
  expect(cache.find(placeAt(5, 0, OTHER_ID))?.chunk.recordsCount).toBe(1);
  cache.clear();
});

it('knows nothing of partitions of which it keeps nothing', () => {
  const cache = new ChunkCache(nodeEnvironment, { bytesMax: 1 });
  for (let partition = 0; partition < 10; partition++) {
    // No room for it.
    cache.put(placeAt(0, partition), answerAt(placeAt(0, partition)));
    cache.put(placeAt(1, partition), answerAt(placeAt(1, partition), false));
  }
  expect([cache.size, cache.bytes]).toEqual([0, 0]);
  cache.clear();
});

/** Of one record. */
const CHUNK_BYTES = answerAt(placeAt(0)).chunk?.byteLength ?? 0;
/** Whoever reads; what else it does is nothing to the cache. */
const newReader = (): FetchReader => ({
  onEndpoints: () => undefined,
  onAnswer: () => undefined,
  waitsAt: () => false,
  onFailure: () => undefined,
  onEnd: () => undefined,
});

it('lets go of what all have passed who read, but for a little', () => {
  const passedBytesMax = 2 * (CHUNK_BYTES + 500);
  const cache = new ChunkCache(nodeEnvironment, { passedBytesMax });
  const [fast, slow] = [newReader(), newReader()];
  const isThere = (offset: number): boolean => cache.find(placeAt(offset)) !== undefined;
  for (let offset = 0; offset < 10; offset++) cache.put(placeAt(offset), answerAt(placeAt(offset)));
  for (const reader of [fast, slow]) cache.find(placeAt(0), reader);
  for (let offset = 1; offset <= 9; offset++) cache.find(placeAt(offset), fast);
  expect(isThere(0)).toBe(true);
  for (let offset = 1; offset <= 5; offset++) expect(cache.find(placeAt(offset), slow)).toBeDefined();
  expect([0, 1, 2, 3, 4, 5].map(isThere)).toEqual([false, false, false, true, true, true]);
  expect(cache.bytes).toBe(7 * (CHUNK_BYTES + 500));
  // Whoever goes back to where nothing is any more is the last one now.
  cache.find(placeAt(1), slow);
  cache.find(placeAt(9), slow);
  expect(isThere(6)).toBe(false);
  expect(cache.bytes).toBe(3 * (CHUNK_BYTES + 500));
  cache.clear();
});

it('keeps what nobody who reads has passed, whoever reads ahead of the others', () => {
  const cache = new ChunkCache(nodeEnvironment, { passedBytesMax: 0 });
  const readers = Array.from({ length: 100 }, newReader);
  const [last, ...others] = readers;
  if (last === undefined) throw new Error('no reader');
  for (let offset = 0; offset < 5; offset++) cache.put(placeAt(offset), answerAt(placeAt(offset)));
  for (const reader of readers) cache.find(placeAt(0), reader);
  for (let offset = 1; offset <= 5; offset++)
    for (const reader of others) cache.find(placeAt(offset), reader);
  for (let offset = 0; offset < 5; offset++) {
    expect(cache.find(placeAt(offset), last), `at ${offset}`).toBeDefined();
    expect(cache.bytes).toBe((5 - offset) * (CHUNK_BYTES + 500));
  }
  expect(cache.find(placeAt(5), last)).toBeUndefined();
  expect(cache.bytes).toBe(0);
  cache.clear();
});
