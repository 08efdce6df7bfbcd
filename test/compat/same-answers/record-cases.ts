import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { offsetForLeaderEpoch } from '../../../src/protocol/messages/23-offset-for-leader-epoch.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { describeProducers } from '../../../src/protocol/messages/61-describe-producers.ts';
import { encodeRequest } from '../../../src/protocol/framing.ts';
import type { BatchHeader } from '../../../src/protocol/records/batch-builder.ts';
import { BatchBuilder } from '../../../src/protocol/records/batch-builder.ts';
import type { RequestInput } from '../../../src/protocol/message.ts';
import { crc32c } from '../../../src/base/crc32c.ts';
import { type AnswerCase, conversation, requests } from './answer-case.ts';
import type { Peer } from './peer.ts';
import { batch, NOW_MS, UNKNOWN_ID, wantedTopic } from './world.ts';

const ATTRIBUTES_AT = 21;
const CRC_AT = 17;

/** A produce to one partition. */
function toPartition(
  peer: Peer,
  version: number,
  topic: string,
  records: Buffer | null,
  { index = 0, acks = -1 }: { readonly index?: number; readonly acks?: number } = {},
): RequestInput<typeof produce> {
  const named =
    version >= 13 ? { topicId: topic === 'missing' ? UNKNOWN_ID : peer.topicId(topic) } : { name: topic };
  return { acks, timeoutMs: 10_000, topicData: [{ ...named, partitionData: [{ index, records }] }] };
}

/** The bytes of a batch with some of them changed; the checksum is right again unless told otherwise. */
function changed(
  bytes: Buffer,
  change: (bytes: Buffer) => void,
  { checksum = true }: { readonly checksum?: boolean } = {},
): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  if (checksum) copy.writeUInt32BE(crc32c(copy, ATTRIBUTES_AT), CRC_AT);
  return copy;
}

function timed(timestamp: number): Buffer {
  const builder = new BatchBuilder();
  builder.append(null, Buffer.from('v'), timestamp);
  return builder.build();
}

type Sent = (peer: Peer, version: number) => RequestInput<typeof produce>;

const produceBodies: Readonly<Record<string, Sent>> = {
  'a batch': (peer, v) => toPartition(peer, v, 'one', batch(['a', 'b'])),
  'a batch with acks=1': (peer, v) => toPartition(peer, v, 'one', batch(['a', 'b']), { acks: 1 }),
  'unknown acks': (peer, v) => toPartition(peer, v, 'one', batch(['a']), { acks: 2 }),
  'other unknown acks': (peer, v) => toPartition(peer, v, 'one', batch(['a']), { acks: -2 }),
  'unknown topic': (peer, v) => toPartition(peer, v, 'missing', batch(['a'])),
  'unknown partition': (peer, v) => toPartition(peer, v, 'one', batch(['a']), { index: 5 }),
  'partition -1': (peer, v) => toPartition(peer, v, 'one', batch(['a']), { index: -1 }),
  'no bytes': (peer, v) => toPartition(peer, v, 'one', Buffer.alloc(0)),
  'a batch of no records': (peer, v) => toPartition(peer, v, 'one', batch([])),
  'two batches': (peer, v) => toPartition(peer, v, 'one', Buffer.concat([batch(['a']), batch(['b'])])),
  'a batch that is cut off': (peer, v) => toPartition(peer, v, 'one', batch(['abcdef']).subarray(0, -3)),
  'a few bytes': (peer, v) => toPartition(peer, v, 'one', Buffer.alloc(10)),
  'a batch too large': (peer, v) => toPartition(peer, v, 'small', batch(['x'.repeat(200)])),
  'a wrong checksum': (peer, v) =>
    toPartition(
      peer,
      v,
      'one',
      changed(batch(['a']), (b) => b.writeUInt8(b.readUInt8(65) ^ 1, 65), { checksum: false }),
    ),
  'magic 1': (peer, v) =>
    toPartition(
      peer,
      v,
      'one',
      changed(batch(['a']), (b) => b.writeUInt8(1, 16)),
    ),
  'magic 3': (peer, v) =>
    toPartition(
      peer,
      v,
      'one',
      changed(batch(['a']), (b) => b.writeUInt8(3, 16)),
    ),
  'a wrong count': (peer, v) =>
    toPartition(
      peer,
      v,
      'one',
      changed(batch(['a']), (b) => b.writeInt32BE(3, 57)),
    ),
  'a wrong last offset': (peer, v) =>
    toPartition(
      peer,
      v,
      'one',
      changed(batch(['a']), (b) => b.writeInt32BE(3, 23)),
    ),
  'a control batch': (peer, v) =>
    toPartition(
      peer,
      v,
      'one',
      batch(['a'], { isControl: true, producerId: 1, producerEpoch: 0, baseSequence: 0 }),
    ),
  'base offset 5': (peer, v) => toPartition(peer, v, 'one', batch(['a'], { baseOffset: 5 })),
  'a time far ahead': (peer, v) => toPartition(peer, v, 'one', timed(NOW_MS + 7_200_000)),
  'a time long ago': (peer, v) => toPartition(peer, v, 'one', timed(NOW_MS - 3_600_000)),
  'no time': (peer, v) => toPartition(peer, v, 'one', timed(-1)),
  'compacted, without a key': (peer, v) => toPartition(peer, v, 'compacted', batch(['a', 'b'])),
  'compacted, with a key': (peer, v) => toPartition(peer, v, 'compacted', batch(['a', null], {}, 'k')),
  'append time': (peer, v) => toPartition(peer, v, 'append-time', batch(['a'])),
  'an internal topic': (peer, v) =>
    v >= 13
      ? toPartition(peer, v, 'one', batch(['a']))
      : toPartition(peer, v, '__consumer_offsets', batch(['a'])),
  gzip: (peer, v) => toPartition(peer, v, 'one', batch(['a', 'b'], { compression: 'gzip' })),
  snappy: (peer, v) => toPartition(peer, v, 'one', batch(['a', 'b'], { compression: 'snappy' })),
  lz4: (peer, v) => toPartition(peer, v, 'one', batch(['a', 'b'], { compression: 'lz4' })),
  zstd: (peer, v) => toPartition(peer, v, 'one', batch(['a', 'b'], { compression: 'zstd' })),
  'some good, some bad': (peer, v) => {
    const { topicData = [], ...rest } = toPartition(peer, v, 'one', batch(['a']));
    const { topicData: bad = [] } = toPartition(peer, v, 'three', batch(['a']), { index: 9 });
    return { ...rest, topicData: [...topicData, ...bad] };
  },
};

const produceCases = Object.entries(produceBodies).map(([about, body]) =>
  conversation(`Produce: ${about}`, [3, 7, 8, 9, 13], (peer, version) =>
    peer.ask(produce, version, body(peer, version)),
  ),
);

/** Is an acknowledgement that nobody asked for kept back, and is the connection closed where the produce failed? */
const unacknowledged = ['one', 'missing'].map((topic) =>
  conversation(`Produce: acks=0 to ${topic}`, [3, 9], (peer, version) => {
    const body = toPartition(peer, version, topic, batch(['a']), { acks: 0 });
    const frames = [
      ...encodeRequest(produce, version, { correlationId: 1, clientId: 'c' }, body),
      ...encodeRequest(apiVersions, 0, { correlationId: 2, clientId: 'c' }, {}),
    ];
    return peer.askRaw('acks=0, then ApiVersions', frames, 1);
  }),
);

const idempotent = conversation('Produce: sequences', [3, 7, 9, 12, 13], async (peer, version) => {
  const name = `sequences-${version}`;
  await peer.send(createTopics, 7, {
    topics: [wantedTopic(name, 2)],
    timeoutMs: 10_000,
    validateOnly: false,
  });
  await peer.learn(name);
  const { producerId } = await peer.send(initProducerId, 4, {
    transactionalId: null,
    transactionTimeoutMs: 1000,
  });
  const ask = (values: readonly string[], header: BatchHeader, index = 0) =>
    peer.ask(
      produce,
      version,
      toPartition(peer, version, name, batch(values, { producerId, producerEpoch: 0, ...header }), { index }),
    );
  await ask(['a', 'b'], { baseSequence: 0 });
  await ask(['a', 'b'], { baseSequence: 0 });
  await ask(['c'], { baseSequence: 2 });
  await ask(['a', 'b'], { baseSequence: 0 });
  await ask(['e'], { baseSequence: 4 });
  await ask(['b', 'c'], { baseSequence: 1 });
  for (let i = 3; i < 10; i++) await ask(['x'], { baseSequence: i });
  await ask(['a', 'b'], { baseSequence: 0 });
  await ask(['a'], { baseSequence: 7, producerEpoch: 1 });
  await ask(['a'], { baseSequence: 0, producerEpoch: 2 });
  await ask(['a'], { baseSequence: 10 });
  await ask(['a'], { baseSequence: 3, producerId: producerId + 500 }, 1);
  await ask(['a'], { baseSequence: 0, producerId: producerId + 501 }, 1);
  await ask(['a'], { baseSequence: -1, producerId: producerId + 502 }, 1);
  await peer.ask(
    produce,
    version,
    toPartition(
      peer,
      version,
      name,
      Buffer.concat([
        batch(['a'], { producerId: producerId + 504, producerEpoch: 0, baseSequence: 0 }),
        batch(['b'], { producerId: producerId + 504, producerEpoch: 0, baseSequence: 1 }),
      ]),
    ),
  );
  await ask(['a'], { baseSequence: 1, isTransactional: true, producerId: producerId + 505 }, 1);
  await peer.ask(describeProducers, 0, {
    topics: [
      { name, partitionIndexes: [1, 7] },
      { name: 'missing', partitionIndexes: [0] },
    ],
  });
});

type FetchTopic = NonNullable<RequestInput<typeof fetch>['topics']>[number];
type FetchPartition = NonNullable<FetchTopic['partitions']>[number];
type ListTopic = NonNullable<RequestInput<typeof listOffsets>['topics']>[number];
type ListPartition = NonNullable<ListTopic['partitions']>[number];

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

const producerIdCases = requests(initProducerId, [0, 1, 2, 3, 4, 5], {
  'a new one': () => ({ transactionalId: null, transactionTimeoutMs: 1000 }),
});
const producerIdsOfEpochs = requests(initProducerId, [3, 4, 5], {
  'an id without an epoch': () => ({ transactionalId: null, transactionTimeoutMs: 1000, producerId: 4 }),
  'an epoch without an id': () => ({ transactionalId: null, transactionTimeoutMs: 1000, producerEpoch: 4 }),
  'the next epoch': () => ({
    transactionalId: null,
    transactionTimeoutMs: 1000,
    producerId: 4,
    producerEpoch: 2,
  }),
});

export const recordCases: readonly AnswerCase[] = [
  ...produceCases,
  ...unacknowledged,
  idempotent,
  fetchCases,
  listCases,
  deleteRecordsCase,
  ...epochCases,
  ...producerIdCases,
  ...producerIdsOfEpochs,
];
