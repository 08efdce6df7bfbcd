import { expect, test } from 'vitest';
import { MetadataDelta } from '../../../broker/metadata/metadata-delta.ts';
import { MetadataLoader } from '../../../broker/metadata/metadata-loader.ts';
import type { MetadataRecord } from '../../../broker/metadata/metadata-record.ts';
import { encodeMetadataRecord } from '../../../broker/metadata/metadata-record-codec.ts';
import { dataBatch, forEachDataBatch } from '../../../broker/quorum/raft-batch.ts';
import type { CommittedBatch } from '../../../broker/quorum/raft-listener.ts';

const TOPIC: MetadataRecord = {
  type: 'TopicRecord',
  data: { name: 'orders', topicId: 'MTIzNDU2Nzg5MDEyMzQ1Ng' },
};

/** A batch as the log hands it over, and how often its records were asked for. */
function committed(records: readonly MetadataRecord[]): {
  batch: CommittedBatch;
  readonly reads: () => number;
} {
  const bytes = dataBatch(records.map(encodeMetadataRecord), 0);
  let reads = 0;
  const found: CommittedBatch[] = [];
  forEachDataBatch([bytes], 0, (batch) => found.push(batch));
  const [first] = found;
  if (first === undefined) throw new Error('no batch');
  const { baseOffset, lastOffset, epoch, appendTimestampMs, sizeInBytes } = first;
  const batch = {
    baseOffset,
    lastOffset,
    epoch,
    appendTimestampMs,
    sizeInBytes,
    get values() {
      reads++;
      return first.values;
    },
  };
  return { batch, reads: () => reads };
}

test('does not read records that the controller beside it has written itself', () => {
  const loader = new MetadataLoader();
  const { batch, reads } = committed([TOPIC]);
  const delta = new MetadataDelta(loader.image);
  delta.replay(TOPIC);
  loader.expect(delta, delta.build({ offset: batch.lastOffset, epoch: batch.epoch }));
  loader.onCommitted(batch);
  loader.onDelivered();
  expect(loader.image.topicsByName.has('orders')).toBe(true);
  expect(reads()).toBe(0);
});

test('reads records of others, and tells all who come later of one change that is the whole image', () => {
  const loader = new MetadataLoader();
  const { batch, reads } = committed([TOPIC]);
  loader.onCommitted(batch);
  loader.onDelivered();
  expect(reads()).toBe(1);
  const told: MetadataDelta[] = [];
  const publisher = { onUpdate: (delta: MetadataDelta) => void told.push(delta) };
  loader.addPublisher(publisher);
  loader.addPublisher(publisher);
  expect(told[0]?.topics.size).toBe(1);
  expect(told[1]).toBe(told[0]);
  const { batch: next } = committed([
    { ...TOPIC, data: { name: 'later', topicId: 'MTIzNDU2Nzg5MDEyMzQ1Nw' } },
  ]);
  loader.onCommitted({ ...next, lastOffset: 1, values: next.values });
  loader.onDelivered();
  loader.addPublisher(publisher);
  expect(told.at(-1)?.topics.size).toBe(2);
});
