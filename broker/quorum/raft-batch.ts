import { viewOf } from '../../src/base/buffer-view.ts';
import { encodeStruct } from '../../src/protocol/codec.ts';
import { BatchBuilder } from '../../src/protocol/records/batch-builder.ts';
import { type BatchView, forEachBatch } from '../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../src/protocol/records/decode-batch.ts';
import { leaderChangeMessage } from '../../src/protocol/records-schemas/control-records.ts';
import type { CommittedBatch } from './raft-listener.ts';

const LEADER_CHANGE_TYPE = 2;
/** Without directory ids: that of kraft.version 0, static voters, and the only one that Kafka's tools read. */
const LEADER_CHANGE_VERSION = 0;

/** A batch of data records without keys; offset and epoch are stamped by the log. */
export function dataBatch(values: readonly Buffer[], timestampMs: number): Buffer {
  const batch = new BatchBuilder();
  for (const value of values) batch.append(null, value, timestampMs);
  return batch.build();
}

/** The control batch with which a leader's epoch begins (KIP-595). */
export function leaderChangeBatch(change: {
  readonly leaderId: number;
  readonly voterIds: readonly number[];
  readonly grantingVoterIds: readonly number[];
  readonly timestampMs: number;
}): Buffer {
  const voters = (ids: readonly number[]) => ids.map((voterId) => ({ voterId }));
  const value = encodeStruct(leaderChangeMessage, LEADER_CHANGE_VERSION, {
    version: LEADER_CHANGE_VERSION,
    leaderId: change.leaderId,
    voters: voters(change.voterIds),
    grantingVoters: voters(change.grantingVoterIds),
  });
  const key = Buffer.alloc(4);
  key.writeInt16BE(LEADER_CHANGE_TYPE, 2);
  const batch = new BatchBuilder();
  batch.append(key, value, change.timestampMs);
  return batch.build({ isControl: true });
}

/**
 * Calls `visit` with each data batch at or beyond `fromOffset`; control batches are passed over.
 * @returns the offset after the last batch.
 */
export function forEachDataBatch(
  chunks: readonly Buffer[],
  fromOffset: number,
  visit: (batch: CommittedBatch) => void,
): number {
  const first = chunks[0];
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  let nextOffset = fromOffset;
  forEachBatch(bytes, (batch) => {
    const { lastOffset } = batch;
    if (lastOffset < fromOffset) return;
    nextOffset = lastOffset + 1;
    if (batch.isControl) return;
    visit(new DataBatch(batch));
  });
  return nextOffset;
}

/** Its records are read when they are asked for: a controller knows what it has written itself. */
class DataBatch implements CommittedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly epoch: number;
  readonly appendTimestampMs: number;
  readonly sizeInBytes: number;
  readonly #view: BatchView;

  constructor(view: BatchView) {
    this.baseOffset = view.baseOffset;
    this.lastOffset = view.lastOffset;
    this.epoch = view.partitionLeaderEpoch;
    this.appendTimestampMs = view.maxTimestamp;
    this.sizeInBytes = view.sizeInBytes;
    this.#view = view;
  }

  get values(): readonly Buffer[] {
    return valuesOf(this.#view);
  }
}

/** The values of a batch's records, as views on its bytes. */
export function valuesOf(batch: BatchView): Buffer[] {
  const values: Buffer[] = [];
  const records = new RecordIterator(batch);
  while (records.next()) {
    const { bytes, valueStart, valueLength } = records;
    if (valueLength >= 0) values.push(viewOf(bytes, valueStart, valueStart + valueLength));
  }
  return values;
}
