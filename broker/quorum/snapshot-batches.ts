import { OperationalError } from '../../src/base/errors.ts';
import { ProtocolError } from '../../src/base/protocol-error.ts';
import { decodeStruct, encodeStruct } from '../../src/protocol/codec.ts';
import { BatchBuilder } from '../../src/protocol/records/batch-builder.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import {
  controlBatch,
  ControlRecordType,
  controlRecordTypeOf,
} from '../../src/protocol/records/control-record.ts';
import { RecordIterator } from '../../src/protocol/records/decode-batch.ts';
import {
  snapshotFooterRecord,
  snapshotHeaderRecord,
} from '../../src/protocol/records-schemas/control-records.ts';
import { valuesOf } from './raft-batch.ts';
import type { SnapshotId } from './snapshot-id.ts';

/** Version of header and footer; nothing else was ever used. */
const VERSION = 0;
/** A batch of a snapshot is closed beyond this: it is made in a moment. */
const BATCH_BYTES = 16 * 1024;

/** What a snapshot is made of. */
export interface SnapshotContent {
  /** The records that make what it holds out of nothing, encoded; asked for as they are written. */
  readonly values: Iterable<Buffer>;
  /** When the last record that it stands for was appended. */
  readonly timestampMs: number;
}

interface ReadContent extends SnapshotContent {
  readonly values: readonly Buffer[];
}

/** Returns the batches of a snapshot's file, one by one: a header, the records, a footer, with offsets from 0 (KIP-630). */
export function* snapshotBatches(
  id: SnapshotId,
  { values, timestampMs }: SnapshotContent,
): Generator<Buffer, void, undefined> {
  const partitionLeaderEpoch = id.epoch;
  const control = (type: ControlRecordType, value: Buffer, baseOffset: number): Buffer =>
    controlBatch([{ type, value }], { baseOffset, partitionLeaderEpoch, timestamp: timestampMs });
  const header = { version: VERSION, lastContainedLogTimestamp: timestampMs };
  const headerValue = encodeStruct(snapshotHeaderRecord, VERSION, header);
  yield control(ControlRecordType.SNAPSHOT_HEADER, headerValue, 0);
  let baseOffset = 1;
  let batch = new BatchBuilder(2 * BATCH_BYTES);
  const build = (): Buffer => {
    const built = batch.build({ baseOffset, partitionLeaderEpoch });
    baseOffset += batch.count;
    batch = new BatchBuilder(2 * BATCH_BYTES);
    return built;
  };
  for (const value of values) {
    batch.append(null, value, timestampMs);
    if (batch.sizeInBytes >= BATCH_BYTES) yield build();
  }
  if (batch.count > 0) yield build();
  const footerValue = encodeStruct(snapshotFooterRecord, VERSION, { version: VERSION });
  yield control(ControlRecordType.SNAPSHOT_FOOTER, footerValue, baseOffset);
}

/**
 * Returns what is in a snapshot's file, the records as views on its bytes, all checksums looked at.
 * @throws {OperationalError} `CORRUPT_SNAPSHOT` for what is not a whole snapshot of that id.
 */
export function readSnapshotBatches(id: SnapshotId, bytes: Buffer): ReadContent {
  try {
    return readBatches(id, bytes);
  } catch (error) {
    if (error instanceof ProtocolError) throw corrupt(error.message);
    throw error;
  }
}

function readBatches(id: SnapshotId, bytes: Buffer): ReadContent {
  const values: Buffer[] = [];
  let timestampMs = 0;
  let nextOffset = 0;
  let hasFooter = false;
  for (let at = 0; at < bytes.length; ) {
    const batch = new BatchView(bytes, at);
    if (!batch.isValid()) throw corrupt(`the checksum of the batch at byte ${at} does not match`);
    if (batch.baseOffset !== nextOffset || batch.partitionLeaderEpoch !== id.epoch || hasFooter) {
      throw corrupt(`the batch at byte ${at} does not belong there`);
    }
    if (batch.isControl) {
      const read = readControl(batch, { isFirst: at === 0 });
      if (at === 0) timestampMs = read.lastContainedTimestampMs ?? 0;
      hasFooter = read.isFooter;
    } else if (at === 0) throw corrupt('it does not begin with a header');
    else values.push(...recordsOf(batch));
    nextOffset = batch.nextOffset;
    at = batch.end;
  }
  if (!hasFooter) throw corrupt('it does not end with a footer');
  return { values, timestampMs };
}

function recordsOf(batch: BatchView): readonly Buffer[] {
  const values = valuesOf(batch);
  if (values.length !== batch.lastOffsetDelta + 1) throw corrupt(`a batch lacks records`);
  return values;
}

interface ReadControl {
  readonly isFooter: boolean;
  /** Of a header. */
  readonly lastContainedTimestampMs?: number;
}

function readControl(batch: BatchView, { isFirst }: { readonly isFirst: boolean }): ReadControl {
  const records = new RecordIterator(batch);
  while (records.next()) {
    const { bytes, keyStart, keyLength, valueStart, valueLength } = records;
    const type = controlRecordTypeOf(bytes.subarray(keyStart, keyStart + Math.max(0, keyLength)));
    const isHeader = type === ControlRecordType.SNAPSHOT_HEADER;
    if (isHeader !== isFirst) throw corrupt('its header is not where it belongs');
    if (!isHeader && type !== ControlRecordType.SNAPSHOT_FOOTER) continue;
    const value = bytes.subarray(valueStart, valueStart + Math.max(0, valueLength));
    const header = isHeader ? decodeStruct(snapshotHeaderRecord, VERSION, value) : undefined;
    const { version } = header ?? decodeStruct(snapshotFooterRecord, VERSION, value);
    if (version !== VERSION) throw corrupt(`its version ${version} is not known`);
    if (header === undefined) return { isFooter: true };
    return { isFooter: false, lastContainedTimestampMs: header.lastContainedLogTimestamp };
  }
  return { isFooter: false };
}

function corrupt(why: string): OperationalError {
  return new OperationalError('CORRUPT_SNAPSHOT', why, { retriable: false });
}
