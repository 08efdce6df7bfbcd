import { COMPRESSIONS } from '../../../src/protocol/compression/compression.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { describeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { type AnswerCase, conversation } from './answer-case.ts';
import type { Peer } from './peer.ts';
import { makeTopic, timed, toPartition } from './record-requests.ts';
import { NOW_MS, batch } from './world.ts';

const TYPES = ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'];
const TOPIC = 2;

/** The headers and the records that are stored: two compressors need not make the same bytes of them. */
async function noteStored(peer: Peer, topic: string): Promise<void> {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }];
  const answer = await peer.send(fetch, 11, { maxWaitMs: 100, minBytes: 1, topics: [{ topic, partitions }] });
  const records = answer.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0);
  for (const stored of batchesOf(records)) {
    const isOfLog = stored.isLogAppendTime;
    peer.note('stored', {
      attributes: stored.attributes,
      baseOffset: stored.baseOffset,
      lastOffset: stored.lastOffset,
      producerId: stored.producerId,
      producerEpoch: stored.producerEpoch,
      baseSequence: stored.baseSequence,
      maxTimestamp: isOfLog ? 'of the log' : stored.maxTimestamp,
      isValid: stored.isValid(),
      records: decodeBatch(stored).map(({ offset, timestamp, key, value, headers }) => ({
        offset,
        timestamp: isOfLog ? 'of the log' : timestamp,
        key,
        value,
        headers,
      })),
    });
  }
}

const stored = TYPES.flatMap((type) =>
  ['CreateTime', 'LogAppendTime'].map((time) =>
    conversation(`Produce: compression.type=${type} with ${time}`, [3, 9], async (peer, version) => {
      const topic = `codec-${type}-${time}-${version}`;
      await makeTopic(peer, topic, 1, { 'compression.type': type, 'message.timestamp.type': time });
      for (const [i, compression] of COMPRESSIONS.entries()) {
        const sent = [
          batch(['a', 'b'.repeat(3000), null], { compression }, 'k'),
          timed([NOW_MS + 9, NOW_MS, NOW_MS + 5], { compression }),
          batch(['c'], { compression, producerId: 900 + i, producerEpoch: 0, baseSequence: 0 }),
        ];
        for (const records of sent)
          await peer.ask(produce, version, toPartition(peer, version, topic, records));
      }
      await noteStored(peer, topic);
    }),
  ),
);

const changed = conversation('Produce: compression.type that changes', [9], async (peer, version) => {
  const topic = 'codec-changes';
  await makeTopic(peer, topic);
  for (const value of [...TYPES, null]) {
    const configs = [{ name: 'compression.type', configOperation: value === null ? 1 : 0, value }];
    const resource = { resourceType: TOPIC, resourceName: topic };
    await peer.ask(incrementalAlterConfigs, 1, { resources: [{ ...resource, configs }] });
    const question = { resources: [{ ...resource, configurationKeys: ['compression.type'] }] };
    await peer.until(
      describeConfigs,
      4,
      question,
      ({ results }) => results[0]?.configs[0]?.value === (value ?? 'producer'),
    );
    const records = batch(['a', 'b'], { compression: 'snappy' });
    await peer.ask(produce, version, toPartition(peer, version, topic, records));
  }
  await noteStored(peer, topic);
});

export const codecCases: readonly AnswerCase[] = [...stored, changed];
