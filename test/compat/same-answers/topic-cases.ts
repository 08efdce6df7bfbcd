import type { ResponseOf } from '../../../src/protocol/message.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { createPartitions } from '../../../src/protocol/messages/37-create-partitions.ts';
import { describeTopicPartitions } from '../../../src/protocol/messages/75-describe-topic-partitions.ts';
import { type AnswerCase, conversation, requests } from './answer-case.ts';
import { makeTopic, to } from './record-requests.ts';
import { UNKNOWN_ID, batch, wantedTopic } from './world.ts';

const UNKNOWN_TOPIC_ID = 100;
const NOT_A_NAME = 'no good name';
const LONG_NAME = 'x'.repeat(250);

const metadataCases = requests(metadata, [0, 1, 4, 8, 9, 10, 12, 13], {
  'a topic that exists': () => ({ topics: [{ name: 'three' }] }),
  'no topics': () => ({ topics: [] }),
  'unknown topic without auto-creation': (version) => ({
    topics: [{ name: version < 4 ? 'no good' : 'missing' }],
    ...(version >= 4 ? { allowAutoTopicCreation: false } : {}),
  }),
  'names that are none': () => ({
    topics: [{ name: NOT_A_NAME }, { name: '' }, { name: LONG_NAME }, { name: '.' }, { name: '..' }],
  }),
  'the name of the metadata log': () => ({ topics: [{ name: '__cluster_metadata' }] }),
  'the same topic twice': () => ({ topics: [{ name: 'one' }, { name: 'one' }] }),
  'authorized operations': (version) => ({
    topics: [{ name: 'one' }],
    ...(version >= 8 ? { includeTopicAuthorizedOperations: true } : {}),
    ...(version >= 8 && version <= 10 ? { includeClusterAuthorizedOperations: true } : {}),
  }),
});

const metadataById = requests(metadata, [10, 12, 13], {
  'by id': (_version, peer) => ({ topics: [{ topicId: peer.topicId('three'), name: null }] }),
  'by an unknown id': () => ({ topics: [{ topicId: UNKNOWN_ID, name: null }] }),
  'by name and id': (_version, peer) => ({ topics: [{ topicId: peer.topicId('three'), name: 'three' }] }),
  'by ids and names': (_version, peer) => ({
    topics: [{ topicId: peer.topicId('three'), name: null }, { name: 'one' }],
  }),
});

/** From version 12 on Kafka fails here with UNKNOWN_SERVER_ERROR, for want of a check. */
const metadataByNeither = requests(metadata, [10], { 'by neither': () => ({ topics: [{ name: null }] }) });

/**
 * The answer to the request that creates a topic is not compared: Kafka tells of a topic that is not there yet, and the
 * client asks again; ours waits for it.
 */
const autoCreation = conversation('Metadata: auto-creation', [1, 4, 9, 13], async (peer, version) => {
  const name = `auto-${version}`;
  await peer.send(metadata, version, { topics: [{ name }] });
  await peer.learn(name);
  await peer.ask(metadata, version, { topics: [{ name }] });
});

const described = requests(describeTopicPartitions, [0], {
  'a topic': () => ({ topics: [{ name: 'three' }] }),
  'several, unknown ones among them': () => ({
    topics: [{ name: 'three' }, { name: 'missing' }, { name: 'one' }, { name: NOT_A_NAME }],
  }),
  'the first page': () => ({ topics: [{ name: 'one' }, { name: 'three' }], responsePartitionLimit: 2 }),
  'the page after a cursor': () => ({
    topics: [{ name: 'one' }, { name: 'three' }],
    responsePartitionLimit: 2,
    cursor: { topicName: 'three', partitionIndex: 1 },
  }),
  'a cursor on a topic that is not asked for': () => ({
    topics: [{ name: 'three' }],
    cursor: { topicName: 'p', partitionIndex: 0 },
  }),
  'a cursor beyond the partitions': () => ({
    topics: [{ name: 'three' }],
    cursor: { topicName: 'three', partitionIndex: 9 },
  }),
  'a cursor before them': () => ({
    topics: [{ name: 'three' }],
    cursor: { topicName: 'three', partitionIndex: -1 },
  }),
  'a limit of none': () => ({ topics: [{ name: 'three' }], responsePartitionLimit: 0 }),
});

const recreated = conversation('a topic that is deleted and made again', [0], async (peer) => {
  const name = 'made-again';
  await makeTopic(peer, name, 2);
  const topicId = peer.topicId(name);
  await peer.send(produce, 9, to(name, batch(['a'])));
  const commit = { partitionIndex: 0, committedOffset: 1, committedMetadata: 'm' };
  await peer.send(offsetCommit, 7, { groupId: 'of-made-again', topics: [{ name, partitions: [commit] }] });
  await peer.ask(deleteTopics, 6, { topics: [{ name }], timeoutMs: 10_000 });
  const byId = {
    maxWaitMs: 50,
    minBytes: 1,
    topics: [{ topicId, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] }],
  };
  const isGone = ({ responses }: ResponseOf<typeof fetch>): boolean =>
    responses[0]?.partitions[0]?.errorCode === UNKNOWN_TOPIC_ID;
  await peer.until(fetch, 13, byId, isGone);
  const committed = { groupId: 'of-made-again', topics: null };
  await peer.until(offsetFetch, 7, committed, ({ topics }) => topics.length === 0);
  await peer.ask(fetch, 13, byId);
  await peer.ask(produce, 9, to(name, batch(['a'])));
  await makeTopic(peer, name, 2);
  await peer.ask(fetch, 13, byId);
  await peer.ask(produce, 13, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ topicId, partitionData: [{ index: 0, records: batch(['a']) }] }],
  });
  await peer.ask(metadata, 12, { topics: [{ topicId, name: null }], allowAutoTopicCreation: false });
  await peer.ask(listOffsets, 7, {
    replicaId: -1,
    topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
  });
});

const grown = conversation('a topic that grows', [0, 3], async (peer, version) => {
  const name = `grown-${version}`;
  await makeTopic(peer, name);
  await peer.ask(createPartitions, version, {
    topics: [{ name, count: 3, assignments: null }],
    timeoutMs: 9999,
  });
  await peer.learn(name);
  await peer.ask(describeTopicPartitions, 0, { topics: [{ name }] });
  const assignments = [{ brokerIds: [1] }, { brokerIds: [1] }];
  await peer.ask(createPartitions, version, { topics: [{ name, count: 5, assignments }], timeoutMs: 9999 });
  await peer.learn(name);
  await peer.ask(metadata, 9, { topics: [{ name }] });
});

const internal = conversation('internal topics and names', [0], async (peer) => {
  await peer.ask(metadata, 9, { topics: [{ name: '__consumer_offsets' }] });
  await peer.ask(createTopics, 7, { topics: [wantedTopic('__consumer_offsets')], timeoutMs: 9999 });
  await peer.ask(metadata, 9, {
    topics: [{ name: 'Ünïcode' }, { name: 'a/b' }, { name: 'a:b' }, { name: ' ' }],
  });
});

export const topicCases: readonly AnswerCase[] = [
  ...metadataCases,
  ...metadataById,
  ...metadataByNeither,
  autoCreation,
  ...described,
  recreated,
  grown,
  internal,
];
