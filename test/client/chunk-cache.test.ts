import { expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/client/index.ts';
import { ChunkCache } from '../../src/client/consumer/chunk-cache.ts';
import { answerOf, type FetchAnswer, type FetchPlace } from '../../src/client/consumer/fetch-source.ts';
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
  const cache = new ChunkCache(nodeEnvironment, 1);
  for (let partition = 0; partition < 10; partition++) {
    // No room for it.
    cache.put(placeAt(0, partition), answerAt(placeAt(0, partition)));
    cache.put(placeAt(1, partition), answerAt(placeAt(1, partition), false));
  }
  expect([cache.size, cache.bytes]).toEqual([0, 0]);
  cache.clear();
});
