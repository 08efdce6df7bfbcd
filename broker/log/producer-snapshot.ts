import { crc32c } from '../../src/base/crc32c.ts';
import { readInt64, writeExactInt64, writeInt64 } from '../../src/base/int64.ts';
import { ProducerEntry } from './producer-entry.ts';

const VERSION = 1;
const CRC_AT = 2;
const COUNT_AT = 6;
const ENTRIES_AT = 10;
const ENTRY_BYTES = 46;

/**
 * `.snapshot` files: version int16, CRC-32C (of all that follows) uint32, then an array of producers: id int64, epoch
 * int16, last sequence int32, last offset int64, offset delta int32, timestamp int64, coordinator epoch int32, first
 * offset of the open transaction int64. Only the last batch of a producer is kept.
 */
export function encodeProducerSnapshot(producers: Iterable<ProducerEntry>): Buffer {
  const entries = [...producers];
  const content = Buffer.alloc(ENTRIES_AT + entries.length * ENTRY_BYTES);
  content.writeInt16BE(VERSION, 0);
  content.writeInt32BE(entries.length, COUNT_AT);
  for (const [index, entry] of entries.entries()) {
    const at = ENTRIES_AT + index * ENTRY_BYTES;
    writeInt64(content, at, entry.producerId);
    content.writeInt16BE(entry.producerEpoch, at + 8);
    content.writeInt32BE(entry.lastSequence, at + 10);
    writeInt64(content, at + 14, entry.lastOffset);
    content.writeInt32BE(entry.lastOffsetDelta, at + 22);
    writeExactInt64(content, at + 26, entry.lastTimestamp);
    content.writeInt32BE(entry.coordinatorEpoch, at + 34);
    writeInt64(content, at + 38, entry.currentTxnFirstOffset);
  }
  content.writeUInt32BE(crc32c(content, COUNT_AT, content.length), CRC_AT);
  return content;
}

/** The producers of a snapshot, or undefined when it is corrupt or of a foreign version. */
export function decodeProducerSnapshot(content: Buffer): ProducerEntry[] | undefined {
  if (content.length < ENTRIES_AT || content.readInt16BE(0) !== VERSION) return undefined;
  if (content.readUInt32BE(CRC_AT) !== crc32c(content, COUNT_AT, content.length)) return undefined;
  const count = content.readInt32BE(COUNT_AT);
  if (content.length !== ENTRIES_AT + count * ENTRY_BYTES) return undefined;
  const entries: ProducerEntry[] = [];
  for (let at = ENTRIES_AT; at < content.length; at += ENTRY_BYTES) {
    const entry = new ProducerEntry(readInt64(content, at));
    entry.producerEpoch = content.readInt16BE(at + 8);
    const lastSequence = content.readInt32BE(at + 10);
    const lastOffset = readInt64(content, at + 14);
    const timestamp = readInt64(content, at + 26);
    if (lastOffset >= 0) entry.addBatch(lastSequence, lastOffset, content.readInt32BE(at + 22), timestamp);
    entry.lastTimestamp = timestamp;
    entry.coordinatorEpoch = content.readInt32BE(at + 34);
    entry.currentTxnFirstOffset = readInt64(content, at + 38);
    entries.push(entry);
  }
  return entries;
}
