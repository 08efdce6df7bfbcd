import { crc32c } from '../../../src/base/crc32c.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { offsetForLeaderEpoch } from '../../../src/protocol/messages/23-offset-for-leader-epoch.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { describeProducers } from '../../../src/protocol/messages/61-describe-producers.ts';
import { unregisterBroker } from '../../../src/protocol/messages/64-unregister-broker.ts';
import {
  ATTRIBUTES_AT,
  BASE_TIMESTAMP_AT,
  CRC_AT,
  LENGTH_AT,
  MAX_TIMESTAMP_AT,
} from '../../../src/protocol/records/batch-format.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { type AnswerCase, conversation, requests } from './answer-case.ts';
import type { Peer } from './peer.ts';
import { makeTopic, timed, toPartition } from './record-requests.ts';
import { NOW_MS, batch, wantedTopic } from './world.ts';

const LONG_MAX = 2n ** 63n - 1n;

function changed(bytes: Buffer, change: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  copy.writeUInt32BE(crc32c(copy, ATTRIBUTES_AT), CRC_AT);
  return copy;
}

const attributes = (flags: number) => (bytes: Buffer) => {
  bytes.writeInt16BE(bytes.readInt16BE(ATTRIBUTES_AT) | flags, ATTRIBUTES_AT);
};

/** Batches that no producer of today sends, by what they are. */
const SHAPES: Readonly<Record<string, Buffer>> = {
  'as usual': batch(['a', 'b']),
  'the bit of LogAppendTime': changed(batch(['a', 'b']), attributes(0x08)),
  'the bit of LogAppendTime, gzip': changed(batch(['a', 'b'], { compression: 'gzip' }), attributes(0x08)),
  'attributes without a meaning': changed(batch(['a', 'b']), attributes(0x7f00)),
  'a base time of Long.MAX': changed(batch(['a']), (b) => b.writeBigInt64BE(LONG_MAX, BASE_TIMESTAMP_AT)),
  'a largest time of Long.MAX': changed(batch(['a']), (b) => b.writeBigInt64BE(LONG_MAX, MAX_TIMESTAMP_AT)),
  'a largest time that is too small': changed(timed([NOW_MS, NOW_MS + 5]), (b) =>
    b.writeBigInt64BE(BigInt(NOW_MS), MAX_TIMESTAMP_AT),
  ),
  'a few bytes behind it': Buffer.concat([batch(['a']), Buffer.from('short')]),
  'half a batch behind it': Buffer.concat([batch(['a']), batch(['b']).subarray(0, 65)]),
  'a damaged batch behind it': Buffer.concat([
    batch(['a']),
    changed(batch(['b']), (b) => b.writeUInt8(1, 65)).fill(9, CRC_AT, CRC_AT + 4),
  ]),
  'the length -1': changed(batch(['a']), (b) => b.writeInt32BE(-1, LENGTH_AT)),
  'the length 0': changed(batch(['a']), (b) => b.writeInt32BE(0, LENGTH_AT)),
  'the length 10': changed(batch(['a']), (b) => b.writeInt32BE(10, LENGTH_AT)),
  'a producer without an epoch': batch(['a'], { producerId: 4242, producerEpoch: -1, baseSequence: 0 }),
};

/** What is stored of each batch but its times, which are each broker's own where they are the log's. */
async function noteStored(peer: Peer, topic: string): Promise<void> {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }];
  const answer = await peer.send(fetch, 11, { maxWaitMs: 100, minBytes: 1, topics: [{ topic, partitions }] });
  const records = answer.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0);
  for (const stored of batchesOf(records)) {
    peer.note('stored', {
      baseOffset: stored.baseOffset,
      recordsCount: stored.recordsCount,
      attributes: stored.attributes,
      producerId: stored.producerId,
      isValid: stored.isValid(),
      maxTimestamp: stored.isLogAppendTime ? 'of the log' : stored.maxTimestamp,
    });
  }
}

const shapes = ['CreateTime', 'LogAppendTime'].map((type) =>
  conversation(`Produce: corners of a topic of ${type}`, [3, 9], async (peer, version) => {
    const topic = `corners-${type}-${version}`;
    await makeTopic(peer, topic, 1, { 'message.timestamp.type': type });
    for (const [name, records] of Object.entries(SHAPES)) {
      const { responses } = await peer.send(produce, version, toPartition(peer, version, topic, records));
      const { errorCode, baseOffset } = responses[0]?.partitionResponses[0] ?? {};
      peer.note(name, { errorCode, baseOffset });
    }
    await noteStored(peer, topic);
  }),
);

const TOPIC = 2;
const alter = (resourceName: string, name: string, value: string) => () => ({
  resources: [{ resourceType: TOPIC, resourceName, configs: [{ name, configOperation: 0, value }] }],
  validateOnly: false,
});

export const cornerCases: readonly AnswerCase[] = [
  ...shapes,
  ...requests(unregisterBroker, [0], { 'a broker that nobody knows': () => ({ brokerId: 77 }) }),
  ...requests(createTopics, [5, 7], {
    'a tiered topic': () => ({
      topics: [wantedTopic('tiered', 1, { 'remote.storage.enable': 'true' })],
      timeoutMs: 10_000,
    }),
  }),
  ...requests(incrementalAlterConfigs, [0, 1], {
    'to a tiered topic': alter('one', 'remote.storage.enable', 'true'),
    'a wrong value for an unknown topic': alter('missing', 'retention.ms', 'soon'),
    'a right value for an unknown topic': alter('missing', 'retention.ms', '5'),
  }),
  ...requests(deleteTopics, [1, 5], {
    'an unknown topic twice': () => ({ topicNames: ['missing', 'missing'], timeoutMs: 10_000 }),
  }),
  ...requests(metadata, [8, 12], {
    'operations of topics that are not there': () => ({
      topics: [{ name: 'missing' }, { name: 'no topic' }],
      allowAutoTopicCreation: false,
      includeTopicAuthorizedOperations: true,
    }),
  }),
  ...requests(offsetForLeaderEpoch, [2, 4], {
    'epochs that are none': () => ({
      replicaId: -1,
      topics: [
        {
          topic: 'append-time',
          partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: -2 }],
        },
      ],
    }),
  }),
  ...requests(listOffsets, [4, 6], {
    'a special time of a later version, of an unknown partition': () => ({
      topics: [{ name: 'missing', partitions: [{ partitionIndex: 0, timestamp: -3 }] }],
    }),
  }),
  ...requests(describeProducers, [0], {
    'a topic that can have no name': () => ({ topics: [{ name: '', partitionIndexes: [0] }] }),
  }),
];
