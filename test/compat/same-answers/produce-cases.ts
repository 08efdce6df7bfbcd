import { crc32c } from '../../../src/base/crc32c.ts';
import { encodeRequest } from '../../../src/protocol/framing.ts';
import type { RequestInput } from '../../../src/protocol/message.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { describeProducers } from '../../../src/protocol/messages/61-describe-producers.ts';
import type { BatchHeader } from '../../../src/protocol/records/batch-builder.ts';
import { type AnswerCase, conversation, requests } from './answer-case.ts';
import type { Peer } from './peer.ts';
import { makeTopic, timed, to, toPartition } from './record-requests.ts';
import { NOW_MS, batch, wantedTopic } from './world.ts';

const ATTRIBUTES_AT = 21;
const CRC_AT = 17;

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
  'a time far ahead': (peer, v) => toPartition(peer, v, 'one', timed([NOW_MS + 7_200_000])),
  'a time long ago': (peer, v) => toPartition(peer, v, 'one', timed([NOW_MS - 3_600_000])),
  'no time': (peer, v) => toPartition(peer, v, 'one', timed([-1])),
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

const singleProduces = Object.entries(produceBodies).map(([about, body]) =>
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

const replicas = conversation('Produce: too few replicas', [3, 9, 12], async (peer, version) => {
  const name = `two-needed-${version}`;
  await makeTopic(peer, name, 1, { 'min.insync.replicas': '2' });
  await peer.ask(produce, version, to(name, batch(['a'])));
  await peer.ask(produce, version, to(name, batch(['a']), { acks: 1 }));
});

const bounds = conversation('Produce: bounded timestamps', [3, 9], async (peer, version) => {
  const name = `bounded-${version}`;
  await makeTopic(peer, name, 1, {
    'message.timestamp.before.max.ms': '60000',
    'message.timestamp.after.max.ms': '120000',
  });
  await peer.ask(produce, version, to(name, timed([NOW_MS])));
  await peer.ask(produce, version, to(name, timed([NOW_MS, NOW_MS - 600_000])));
  await peer.ask(produce, version, to(name, timed([NOW_MS, NOW_MS + 600_000])));
  await peer.ask(
    produce,
    version,
    to(name, timed([NOW_MS - 600_000, NOW_MS + 600_000], { compression: 'gzip' })),
  );
  await peer.ask(produce, version, to(name, timed([-1])));
  await peer.ask(produce, version, { acks: -1, timeoutMs: 1000, topicData: [] });
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

export const produceCases: readonly AnswerCase[] = [
  ...singleProduces,
  ...unacknowledged,
  idempotent,
  replicas,
  bounds,
  ...producerIdCases,
  ...producerIdsOfEpochs,
];
