import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { NANOSECONDS, wideBatch } from '../../protocol/wide-batch.ts';
import { type AnswerCase, conversation } from './answer-case.ts';
import { makeTopic, toPartition } from './record-requests.ts';
import { batch } from './world.ts';

const LONG_MAX = 2n ** 63n - 1n;
/** Around the integers that a double holds, and at both ends of those of 64 bits. */
const WIDE = [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 10n ** 18n, LONG_MAX - 1n, LONG_MAX] as const;
const NEGATIVE = [-(2n ** 53n) - 1n, -(2n ** 63n)] as const;
const ANY_TIME = { 'message.timestamp.after.max.ms': `${LONG_MAX}` };

const offsets = conversation('offsets beyond 2^53', [0], async (peer) => {
  const topic = 'wide-offsets';
  await makeTopic(peer, topic, 2);
  for (const index of [0, 1])
    await peer.send(produce, 9, toPartition(peer, 9, topic, batch(['a', 'b']), { index }));
  for (const offset of [...WIDE, ...NEGATIVE]) {
    const partition = { partitionMaxBytes: 100_000 };
    await peer.ask(fetch, 11, {
      maxWaitMs: 0,
      minBytes: 1,
      topics: [
        {
          topic,
          partitions: [
            { ...partition, partition: 0, fetchOffset: offset },
            { ...partition, partition: 1, fetchOffset: 0, logStartOffset: offset },
          ],
        },
      ],
    });
    await peer.ask(deleteRecords, 2, {
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }],
      timeoutMs: 5_000,
    });
  }
});

/** Ours refuses an offset beyond 2^53, which no log ever reaches, for its partition; Kafka stores it. */
const committed = conversation(
  'OffsetCommit: an offset beyond 2^53 beside another',
  [2, 5, 8],
  async (peer, v) => {
    const groupId = `wide-${v}`;
    for (const [i, committedOffset] of [...WIDE, ...NEGATIVE].entries()) {
      const answer = await peer.send(offsetCommit, v, {
        groupId,
        topics: [
          {
            name: 'three',
            partitions: [
              { partitionIndex: 0, committedOffset, committedMetadata: '' },
              { partitionIndex: 1, committedOffset: i, committedMetadata: '' },
            ],
          },
        ],
      });
      peer.note('beside it', answer.topics[0]?.partitions[1] ?? null);
      await peer.ask(offsetFetch, 7, { groupId, topics: [{ name: 'three', partitionIndexes: [1] }] });
    }
  },
);

/** Times are looked up among numbers of 53 bits, so those asked for are further apart. */
const times = conversation('times beyond 2^53', [4, 7, 10], async (peer, version) => {
  const topic = `wide-times-${version}`;
  await makeTopic(peer, topic, 2, ANY_TIME);
  const written = [NANOSECONDS, NANOSECONDS + 10_000n, NANOSECONDS + 5_000n];
  const records = wideBatch(written, { compression: version === 7 ? 'gzip' : 'none' });
  await peer.ask(produce, 9, toPartition(peer, 9, topic, records));
  await peer.ask(produce, 9, toPartition(peer, 9, topic, wideBatch([LONG_MAX]), { index: 1 }));
  const asked = [...WIDE, ...NEGATIVE, ...written, NANOSECONDS + 7_000n, ...(version >= 7 ? [-3] : [])];
  for (const timestamp of asked) {
    for (const partitionIndex of [0, 1]) {
      await peer.ask(listOffsets, version, {
        replicaId: -1,
        topics: [{ name: topic, partitions: [{ partitionIndex, timestamp }] }],
      });
    }
  }
  const partitions = [0, 1].map((partition) => ({ partition, fetchOffset: 0, partitionMaxBytes: 100_000 }));
  await peer.ask(fetch, 11, { maxWaitMs: 0, minBytes: 1, topics: [{ topic, partitions }] });
});

const refusedTimes = conversation(
  'Produce: times beyond 2^53 where they are bounded',
  [3, 9],
  async (peer, v) => {
    const topic = `bounded-wide-${v}`;
    await makeTopic(peer, topic);
    for (const time of [NANOSECONDS, LONG_MAX]) {
      const { responses } = await peer.send(produce, v, toPartition(peer, v, topic, wideBatch([time])));
      // The message tells the clock of the broker.
      const { errorCode, recordErrors = [] } = responses[0]?.partitionResponses[0] ?? {};
      peer.note(`${time}`, { errorCode, records: recordErrors.map(({ batchIndex }) => batchIndex) });
    }
  },
);

export const wideCases: readonly AnswerCase[] = [offsets, committed, times, refusedTimes];
