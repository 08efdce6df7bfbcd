import { crc32c } from '../../src/base/crc32c.ts';
import { BytesReader } from '../../src/base/bytes-reader.ts';
import { BytesWriter } from '../../src/base/bytes-writer.ts';
import { sizeOfVarint } from '../../src/base/varint.ts';
import { encodeStruct } from '../../src/protocol/codec.ts';
import { leaderChangeMessage } from '../../src/protocol/records-schemas/control-records.ts';
import type { CommittedBatch } from './raft-listener.ts';

/** Where things are in the header of a v2 batch (KIP-98). */
const HEADER_BYTES = 61;
const LENGTH_AT = 8;
const EPOCH_AT = 12;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const MAX_TIMESTAMP_AT = 35;
const RECORD_COUNT_AT = 57;
/** Bytes before those that the length counts. */
const LENGTH_OVERHEAD = 12;
const CONTROL_FLAG = 1 << 5;
const LEADER_CHANGE_TYPE = 2;
/** Without directory ids: that of kraft.version 0, static voters, and the only one that Kafka's tools read. */
const LEADER_CHANGE_VERSION = 0;

/** A batch of data records without keys; offset and epoch are stamped by the log. */
export function dataBatch(values: readonly Buffer[], timestampMs: number): Buffer {
  return encodeBatch(
    values.map((value) => ({ key: null, value })),
    { timestampMs, attributes: 0 },
  );
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
  return encodeBatch([{ key, value }], { timestampMs: change.timestampMs, attributes: CONTROL_FLAG });
}

function encodeBatch(
  records: readonly { readonly key: Buffer | null; readonly value: Buffer }[],
  options: { readonly timestampMs: number; readonly attributes: number },
): Buffer {
  const writer = new BytesWriter();
  writer.raw(Buffer.alloc(HEADER_BYTES));
  records.forEach(({ key, value }, offsetDelta) => {
    const keyBytes = key === null ? sizeOfVarint(-1) : sizeOfVarint(key.length) + key.length;
    const valueBytes = sizeOfVarint(value.length) + value.length;
    // One byte each of attributes, timestamp delta (always 0) and header count (always 0).
    writer.varint(1 + 1 + sizeOfVarint(offsetDelta) + keyBytes + valueBytes + 1);
    writer.int8(0);
    writer.varint(0);
    writer.varint(offsetDelta);
    writer.varint(key === null ? -1 : key.length);
    if (key !== null) writer.raw(key);
    writer.varint(value.length);
    writer.raw(value);
    writer.varint(0);
  });
  const batch = writer.finishBuffer();
  batch.writeInt32BE(batch.length - LENGTH_OVERHEAD, LENGTH_AT);
  batch.writeInt8(2, CRC_AT - 1);
  batch.writeInt16BE(options.attributes, ATTRIBUTES_AT);
  batch.writeInt32BE(records.length - 1, LAST_OFFSET_DELTA_AT);
  batch.writeBigInt64BE(BigInt(options.timestampMs), LAST_OFFSET_DELTA_AT + 4);
  batch.writeBigInt64BE(BigInt(options.timestampMs), MAX_TIMESTAMP_AT);
  // No producer: id, epoch and sequence are -1.
  batch.fill(0xff, MAX_TIMESTAMP_AT + 8, RECORD_COUNT_AT);
  batch.writeInt32BE(records.length, RECORD_COUNT_AT);
  batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT) >>> 0, CRC_AT);
  return batch;
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
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const end = at + LENGTH_OVERHEAD + bytes.readInt32BE(at + LENGTH_AT);
    if (end > bytes.length) break;
    const baseOffset = Number(bytes.readBigInt64BE(at));
    const lastOffset = baseOffset + bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT);
    if (lastOffset >= fromOffset) {
      nextOffset = lastOffset + 1;
      if ((bytes.readInt16BE(at + ATTRIBUTES_AT) & CONTROL_FLAG) === 0) {
        visit({
          baseOffset,
          lastOffset,
          epoch: bytes.readInt32BE(at + EPOCH_AT),
          appendTimestampMs: Number(bytes.readBigInt64BE(at + MAX_TIMESTAMP_AT)),
          values: decodeValues(bytes.subarray(at, end)),
        });
      }
    }
    at = end;
  }
  return nextOffset;
}

/** The values of an uncompressed batch. */
function decodeValues(batch: Buffer): Buffer[] {
  const reader = new BytesReader(batch, HEADER_BYTES);
  return Array.from({ length: batch.readInt32BE(RECORD_COUNT_AT) }, () => {
    const end = reader.varint() + reader.position;
    reader.int8();
    reader.varlong();
    reader.varint();
    const keyLength = reader.varint();
    if (keyLength > 0) reader.view(keyLength);
    const value = reader.view(Math.max(0, reader.varint()));
    reader.position = end;
    return value;
  });
}
