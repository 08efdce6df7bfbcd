import { addExactInt64, type ExactInt64 } from '../../../src/base/int64.ts';
import { VARLONG_BYTES_MAX, writeVarint, writeVarlong, zigZagOfHalves } from '../../../src/base/varint.ts';
import { compress } from '../../../src/protocol/compression/compression.ts';
import {
  BATCH_HEADER_BYTES,
  COMPRESSION_MASK,
  DELETE_HORIZON_FLAG,
  NO_TIMESTAMP,
} from '../../../src/protocol/records/batch-format.ts';
import { stampCompacted } from '../../../src/protocol/records/batch-header.ts';
import type { BatchView } from '../../../src/protocol/records/batch-view.ts';

/** What stays of the records of a batch. */
interface KeptRecords {
  /** The records of the batch, not compressed. */
  readonly bytes: Buffer;
  /** Where in them each record begins and ends that stays: start, end, start, end, ... */
  readonly bounds: readonly number[];
  /** Of the records that stay. */
  readonly maxTimestamp: ExactInt64;
}

/**
 * Returns a batch with some of its records, in memory of its own and under the codec that it had. Its first and last offset, its
 * producer and its sequence stay. As long as no delete horizon is set the bytes of the records stay, too.
 * @param deleteHorizonMs a new one; undefined leaves what the batch has.
 */
export function compactedBatch(
  batch: BatchView,
  records: KeptRecords,
  deleteHorizonMs: number | undefined,
): Buffer {
  const { compression, isLogAppendTime, exactBaseTimestamp, exactMaxTimestamp } = batch;
  const kept =
    deleteHorizonMs === undefined
      ? copied(records)
      : rebased(records, addExactInt64(exactBaseTimestamp, -deleteHorizonMs));
  const payload = compress(compression, kept);
  const bytes = withHeaderOf(batch, payload);
  stampCompacted(bytes, {
    attributes: deleteHorizonMs === undefined ? batch.attributes : batch.attributes | DELETE_HORIZON_FLAG,
    baseTimestamp: deleteHorizonMs ?? exactBaseTimestamp,
    maxTimestamp: isLogAppendTime ? exactMaxTimestamp : records.maxTimestamp,
    recordsCount: records.bounds.length / 2,
  });
  return bytes;
}

/** Returns what says of a batch that it was there: its header alone. */
export function emptiedBatch(batch: BatchView): Buffer {
  const bytes = withHeaderOf(batch, Buffer.alloc(0));
  stampCompacted(bytes, {
    attributes: batch.attributes & ~(COMPRESSION_MASK | DELETE_HORIZON_FLAG),
    baseTimestamp: NO_TIMESTAMP,
    maxTimestamp: batch.exactMaxTimestamp,
    recordsCount: 0,
  });
  return bytes;
}

function withHeaderOf(batch: BatchView, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(BATCH_HEADER_BYTES + payload.length);
  batch.bytes.copy(bytes, 0, 0, BATCH_HEADER_BYTES);
  bytes.set(payload, BATCH_HEADER_BYTES);
  return bytes;
}

function copied({ bytes, bounds }: KeptRecords): Buffer {
  const target = Buffer.allocUnsafe(lengthOf(bounds));
  let at = 0;
  for (let i = 0; i < bounds.length; i += 2) at += bytes.copy(target, at, bounds[i], bounds[i + 1]);
  return target;
}

function lengthOf(bounds: readonly number[]): number {
  let length = 0;
  for (let i = 0; i < bounds.length; i += 2) length += (bounds[i + 1] ?? 0) - (bounds[i] ?? 0);
  return length;
}

/** A record that gets another time may grow: its length and its time take so much more at most. */
const GROWTH_BYTES_MAX = VARLONG_BYTES_MAX + 5;

/** Copies records whose times count from an earlier time on by `shift`. */
function rebased({ bytes, bounds }: KeptRecords, shift: ExactInt64): Buffer {
  const target = Buffer.allocUnsafe(lengthOf(bounds) + (bounds.length / 2) * GROWTH_BYTES_MAX);
  const time = Buffer.allocUnsafe(VARLONG_BYTES_MAX);
  let at = 0;
  for (let i = 0; i < bounds.length; i += 2) {
    // Length, attributes, time, and what follows.
    const attributesAt = afterVarint(bytes, bounds[i] ?? 0);
    const restAt = afterVarint(bytes, attributesAt + 1);
    const end = bounds[i + 1] ?? 0;
    const delta = addExactInt64(varlongAt(bytes, attributesAt + 1), shift);
    const timeBytes = writeExactVarlong(time, delta);
    at = writeVarint(target, at, 1 + timeBytes + end - restAt);
    target[at++] = bytes[attributesAt] ?? 0;
    at += time.copy(target, at, 0, timeBytes);
    at += bytes.copy(target, at, restAt, end);
  }
  return target.subarray(0, at);
}

function afterVarint(bytes: Buffer, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0) >= 0x80) at++;
  return at + 1;
}

function varlongAt(bytes: Buffer, start: number): ExactInt64 {
  let low = 0;
  let high = 0;
  for (let i = 0; i < VARLONG_BYTES_MAX; i++) {
    const byte = bytes[start + i] ?? 0;
    if (i < 4) low |= (byte & 0x7f) << (7 * i);
    else high += (byte & 0x7f) * 2 ** (7 * (i - 4));
    if (byte < 0x80) break;
  }
  return zigZagOfHalves(low, high);
}

/** Returns how many bytes it takes. */
function writeExactVarlong(target: Buffer, value: ExactInt64): number {
  if (typeof value === 'number') return writeVarlong(target, 0, value);
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  let at = 0;
  for (; rest >= 0x80n; rest >>= 7n) target[at++] = Number(rest & 0x7fn) | 0x80;
  target[at++] = Number(rest);
  return at;
}
