import { COMPRESSIONS } from '../../../src/protocol/compression/compression.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { MANGLED, mangledBatch } from '../../broker/log/mangled-batches.ts';
import { type AnswerCase, conversation } from './answer-case.ts';
import { makeTopic, toPartition } from './record-requests.ts';
import { NOW_MS } from './world.ts';

/**
 * Where ours is stricter, because a consumer would stop there: Kafka takes gaps between the offsets of uncompressed
 * records and fails with UNKNOWN_SERVER_ERROR on those of compressed ones, and it does not look at the length of
 * compressed records.
 */
const STRICTER = /^(offsets |a negative offset)/;
const STRICTER_COMPRESSED = /^a record (longer|shorter) than|^a (negative length|length of 0)$/;
/** The message of the refusal tells Kafka's clock. */
const TELLS_TIME = 'a time far ahead that the header hides';

/** Batches with a right header and checksum whose records are garbage; what is taken is read again. */
export const mangledCases: readonly AnswerCase[] = COMPRESSIONS.map((codec) =>
  conversation(`Produce: garbage in ${codec}`, [3, 9, 12], async (peer, version) => {
    const topic = `mangled-${codec}-${version}`;
    await makeTopic(peer, topic);
    for (const name of Object.keys(MANGLED)) {
      if (STRICTER.test(name) || name === TELLS_TIME) continue;
      if (codec !== 'none' && STRICTER_COMPRESSED.test(name)) continue;
      peer.note('next', name);
      await peer.ask(produce, version, toPartition(peer, version, topic, mangledBatch(name, codec, NOW_MS)));
    }
    await peer.ask(fetch, 12, {
      maxWaitMs: 100,
      minBytes: 1,
      topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }],
    });
  }),
);
