import type { RequestInput } from '../../../src/protocol/message.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { offsetForLeaderEpoch } from '../../../src/protocol/messages/23-offset-for-leader-epoch.ts';
import { type AnswerCase, conversation, requests } from './answer-case.ts';
import type { Peer } from './peer.ts';
import { makeTopic, timed, to, toPartition } from './record-requests.ts';
import { NOW_MS, UNKNOWN_ID, batch, wantedTopic } from './world.ts';

type FetchTopic = NonNullable<RequestInput<typeof fetch>['topics']>[number];
type FetchPartition = NonNullable<FetchTopic['partitions']>[number];
type ListTopic = NonNullable<RequestInput<typeof listOffsets>['topics']>[number];
type ListPartition = NonNullable<ListTopic['partitions']>[number];

/**
 * What no consumer asks for. Kafka fails with UNKNOWN_SERVER_ERROR at an isolation level that is none and at a limit of
 * less than nothing; ours reads them as the lowest.
 */
const oddFetches = conversation(
  'Fetch: what no consumer asks for',
  [4, 12, 13, 17],
  async (peer, version) => {
    const name = `odd-fetch-${version}`;
    await makeTopic(peer, name);
    await peer.send(produce, 9, to(name, batch(['a'])));
    const ask = (partition: Partial<FetchPartition>, rest: Partial<RequestInput<typeof fetch>> = {}) =>
      peer.ask(fetch, version, fromPartition(peer, version, name, partition, rest));
    await ask({}, { maxWaitMs: -5, minBytes: -5 });
    const stranger = version >= 15 ? { replicaState: { replicaId: 5, replicaEpoch: 1 } } : { replicaId: 5 };
    // From version 12 on ours names the leader to whom asks another, Kafka from 16 on and to clients alone.
    if (version < 12) await ask({}, stranger);
    if (version >= 9) await ask({ currentLeaderEpoch: 0 }, stranger);
    await ask({}, version >= 15 ? { replicaState: { replicaId: -2, replicaEpoch: -1 } } : { replicaId: -2 });
  },
);

/** A fetch of one partition. */
function fromPartition(
  peer: Peer,
  version: number,
  topic: string,
  partition: Partial<FetchPartition>,
  rest: Partial<RequestInput<typeof fetch>> = {},
): RequestInput<typeof fetch> {
  const named =
    version >= 13 ? { topicId: topic === 'missing' ? UNKNOWN_ID : peer.topicId(topic) } : { topic };
  return {
    maxWaitMs: 100,
    minBytes: 0,
    maxBytes: 1_000_000,
    isolationLevel: 0,
    topics: [
      {
        ...named,
        partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000, ...partition }],
      },
    ],
    forgottenTopicsData: [],
    rackId: '',
    ...rest,
  };
}

const fetchCases = conversation('Fetch', [4, 5, 7, 9, 11, 12, 13, 16, 18], async (peer, version) => {
  const name = `fetched-${version}`;
  await peer.send(createTopics, 7, { topics: [wantedTopic(name)], timeoutMs: 10_000, validateOnly: false });
  await peer.learn(name);
  await peer.send(produce, 12, toPartition(peer, 12, name, batch(['a', 'b', 'c'])));
  await peer.send(produce, 12, toPartition(peer, 12, name, batch(['d', 'e'], { compression: 'gzip' })));
  const ask = (
    partition: Partial<FetchPartition>,
    rest: Partial<RequestInput<typeof fetch>> = {},
    topic = name,
  ) => peer.ask(fetch, version, fromPartition(peer, version, topic, partition, rest));
  await ask({});
  await ask({ fetchOffset: 1 });
  await ask({ fetchOffset: 4 });
  await ask({ fetchOffset: 5 });
  await ask({ fetchOffset: 6 });
  await ask({ fetchOffset: -1 });
  await ask({ partition: 9 });
  await ask({ partition: -1 });
  await ask({}, {}, 'missing');
  await ask({ partitionMaxBytes: 1 });
  await ask({ partitionMaxBytes: 0 });
  await ask({}, { maxBytes: 1 });
  await ask({}, { maxBytes: 0 });
  await ask({}, { isolationLevel: 1 });
  await ask({ fetchOffset: 5 }, { minBytes: 1, maxWaitMs: 10 });
  if (version >= 9) {
    await ask({ currentLeaderEpoch: 0 });
    await ask({ currentLeaderEpoch: 7 });
  }
  if (version >= 12) {
    await ask({ lastFetchedEpoch: 0, fetchOffset: 3 });
    await ask({ lastFetchedEpoch: 0, fetchOffset: 5 });
  }
  if (version < 7) return;
  await ask({}, { sessionId: 12345, sessionEpoch: 1 });
  await ask({}, { sessionId: 12345, sessionEpoch: 0 });
  await ask({}, { sessionId: 12345, sessionEpoch: -1 });
  await ask({}, { sessionId: 0, sessionEpoch: 3 });
});

const sessions = conversation('Fetch: sessions', [7, 9, 12, 13, 18], async (peer, version) => {
  const name = `sessions-${version}`;
  await makeTopic(peer, name, 4);
  const append = (index: number) => peer.send(produce, 9, to(name, batch(['a', 'b']), { index }));
  for (const index of [0, 1, 2, 3]) await append(index);
  const named = version >= 13 ? { topicId: peer.topicId(name) } : { topic: name };
  const ask = async (
    [sessionId, sessionEpoch]: readonly [number, number],
    offsets: Readonly<Record<number, number>> = {},
    rest: Partial<RequestInput<typeof fetch>> = {},
    asked = version,
  ): Promise<number> => {
    const topic = asked >= 13 === version >= 13 ? named : { topic: name, topicId: peer.topicId(name) };
    const partitions = Object.entries(offsets).map(([partition, fetchOffset]) => ({
      partition: Number(partition),
      fetchOffset,
      partitionMaxBytes: 100_000,
    }));
    const answer = await peer.ask(fetch, asked, {
      maxWaitMs: 10,
      minBytes: 1,
      maxBytes: 1_000_000,
      sessionId,
      sessionEpoch,
      topics: partitions.length === 0 ? [] : [{ ...topic, partitions }],
      ...rest,
    });
    return answer?.sessionId ?? 0;
  };
  const forget = (...partitions: readonly number[]) => ({ forgottenTopicsData: [{ ...named, partitions }] });
  const id = await ask([0, 0], { 0: 0, 1: 0, 2: 2, 9: 0 });
  await ask([id, 1], { 0: 2 });
  await ask([id, 2], { 1: 2 });
  await ask([id, 3]);
  await append(2);
  await append(0);
  await ask([id, 4], {}, forget(9));
  await ask([id, 5], { 0: 4, 2: 4, 3: 2 });
  await ask([id, 6], { 1: 99 });
  await ask([id, 7]);
  await ask([id, 8], { 1: 0 });
  await ask([id, 8]);
  await ask([id, 10]);
  await ask([id, 9], {}, {}, version >= 13 ? 12 : 13);
  await ask([id, 9], {}, forget(0, 1, 2));
  await ask([id, 10], {}, forget(3));
  await ask([id, 11]);
  await ask([0, 5], { 0: 0 });
  const second = await ask([0, 0], { 0: 4 });
  await ask([second, 0], { 1: 2 });
  await ask([second, 1]);
  const third = await ask([0, 0], {});
  await ask([third, 1], { 0: 0 });
  await ask([third, -1], { 0: 4 });
  await ask([third, 2]);
});

const limits = conversation('Fetch: limits over partitions', [4, 11, 12], async (peer, version) => {
  const name = `limits-${version}`;
  await makeTopic(peer, name, 3);
  for (let i = 0; i < 4; i++) {
    for (let index = 0; index < 3; index++)
      await peer.send(produce, 9, to(name, batch([`${i}`.repeat(500)]), { index }));
  }
  const ask = (maxBytes: number, partitionMaxBytes: number, fetchOffset = 0) =>
    peer.ask(fetch, version, {
      maxWaitMs: 50,
      minBytes: 1,
      maxBytes,
      topics: [
        {
          topic: name,
          partitions: [0, 1, 2].map((partition) => ({ partition, fetchOffset, partitionMaxBytes })),
        },
      ],
    });
  await ask(10_000_000, 1_000_000);
  await ask(10_000_000, 600);
  await ask(10_000_000, 10);
  await ask(600, 1_000_000);
  await ask(1300, 1_000_000);
  await ask(3000, 700);
  await ask(10_000_000, 1_000_000, 3);
  await ask(10_000_000, 1_000_000, 4);
  await ask(10_000_000, 1_000_000, 5);
});

const offsetsAsked = [-1, -2, -3, -4, -5, -6, -7, 0, NOW_MS, NOW_MS + 1, NOW_MS + 99_999_999];

const listCases = conversation('ListOffsets', [1, 2, 4, 6, 7, 8, 9, 10, 11], async (peer, version) => {
  const name = `listed-${version}`;
  await peer.send(createTopics, 7, {
    topics: [wantedTopic(name, 2)],
    timeoutMs: 10_000,
    validateOnly: false,
  });
  await peer.learn(name);
  await peer.send(produce, 12, toPartition(peer, 12, name, batch(['a', 'b', 'c'])));
  const ask = (topic: string, partition: ListPartition) =>
    peer.ask(listOffsets, version, { replicaId: -1, topics: [{ name: topic, partitions: [partition] }] });
  for (const timestamp of offsetsAsked) {
    await ask(name, { partitionIndex: 0, timestamp });
    await ask(name, { partitionIndex: 1, timestamp });
  }
  await ask(name, { partitionIndex: 7, timestamp: -1 });
  await ask('missing', { partitionIndex: 0, timestamp: -1 });
  if (version >= 2) {
    await peer.ask(listOffsets, version, {
      replicaId: -1,
      isolationLevel: 1,
      topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
    });
  }
  if (version >= 4) {
    await ask(name, { partitionIndex: 0, timestamp: -1, currentLeaderEpoch: 0 });
    await ask(name, { partitionIndex: 0, timestamp: -1, currentLeaderEpoch: 9 });
  }
  await peer.ask(listOffsets, version, {
    replicaId: -1,
    topics: [
      {
        name,
        partitions: [
          { partitionIndex: 0, timestamp: -1 },
          { partitionIndex: 0, timestamp: -2 },
        ],
      },
    ],
  });
  await peer.ask(listOffsets, version, {
    replicaId: -2,
    topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
  });
});

const times = conversation('ListOffsets: times', [1, 7, 10], async (peer, version) => {
  const name = `times-${version}`;
  const t = NOW_MS - 100_000;
  await makeTopic(peer, name);
  await peer.send(produce, 9, to(name, timed([t, t + 5, t + 3])));
  await peer.send(produce, 9, to(name, timed([t + 5, t + 2, t + 9, t + 9], { compression: 'lz4' })));
  await peer.send(produce, 9, to(name, timed([t + 1], { compression: 'zstd' })));
  for (const timestamp of [
    t - 1,
    t,
    t + 1,
    t + 3,
    t + 4,
    t + 6,
    t + 9,
    t + 10,
    0,
    ...(version >= 7 ? [-3] : []),
  ]) {
    await peer.ask(listOffsets, version, {
      replicaId: -1,
      topics: [{ name, partitions: [{ partitionIndex: 0, timestamp }] }],
    });
  }
});

const deleteRecordsCase = conversation('DeleteRecords', [0, 1, 2], async (peer, version) => {
  const name = `cut-${version}`;
  await peer.send(createTopics, 7, { topics: [wantedTopic(name)], timeoutMs: 10_000, validateOnly: false });
  await peer.learn(name);
  await peer.send(produce, 12, toPartition(peer, 12, name, batch(['a', 'b', 'c'])));
  const ask = (topic: string, partitionIndex: number, offset: number) =>
    peer.ask(deleteRecords, version, {
      topics: [{ name: topic, partitions: [{ partitionIndex, offset }] }],
      timeoutMs: 5000,
    });
  await ask(name, 0, 2);
  await ask(name, 0, 1);
  await ask(name, 0, 9);
  await ask(name, 0, -2);
  await ask(name, 4, 1);
  await ask('missing', 0, 1);
  await ask('compacted', 0, 1);
  await ask('__consumer_offsets', 0, 1);
  await peer.ask(fetch, 12, fromPartition(peer, 12, name, { fetchOffset: 0 }));
  await peer.ask(fetch, 12, fromPartition(peer, 12, name, { fetchOffset: 2 }));
  await peer.ask(listOffsets, 7, {
    replicaId: -1,
    topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -2 }] }],
  });
  await ask(name, 0, -1);
});

const epochCases = requests(offsetForLeaderEpoch, [2, 3, 4], {
  'of the present': () => ({
    topics: [{ topic: 'compacted', partitions: [{ partition: 0, leaderEpoch: 0 }] }],
  }),
  'of the future': () => ({
    topics: [{ topic: 'compacted', partitions: [{ partition: 0, leaderEpoch: 8 }] }],
  }),
  'of nobody': () => ({ topics: [{ topic: 'compacted', partitions: [{ partition: 0, leaderEpoch: -1 }] }] }),
  'with a current epoch ahead': () => ({
    topics: [{ topic: 'compacted', partitions: [{ partition: 0, leaderEpoch: 0, currentLeaderEpoch: 8 }] }],
  }),
  'of what is missing': () => ({
    topics: [
      { topic: 'missing', partitions: [{ partition: 0, leaderEpoch: 0 }] },
      { topic: 'compacted', partitions: [{ partition: 5, leaderEpoch: 0 }] },
    ],
  }),
});

export const readCases: readonly AnswerCase[] = [
  fetchCases,
  oddFetches,
  sessions,
  limits,
  listCases,
  times,
  deleteRecordsCase,
  ...epochCases,
];
