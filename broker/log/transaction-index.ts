import { readInt64, writeInt64 } from '../../src/base/int64.ts';

const ENTRY_BYTES = 34;
const VERSION = 0;

/** An aborted transaction as the index of the segment that holds its marker has it. */
export interface AbortedTxn {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Of the abort marker. */
  readonly lastOffset: number;
  /** The last stable offset of the log right after the marker: where a search may stop. */
  readonly lastStableOffset: number;
}

/** `.txnindex` files: version int16, then four int64 per aborted transaction; ordered by the markers' offsets. */
export function encodeTransactionIndex(entries: readonly AbortedTxn[]): Buffer {
  const content = Buffer.alloc(entries.length * ENTRY_BYTES);
  for (const [index, entry] of entries.entries()) {
    const at = index * ENTRY_BYTES;
    content.writeInt16BE(VERSION, at);
    writeInt64(content, at + 2, entry.producerId);
    writeInt64(content, at + 10, entry.firstOffset);
    writeInt64(content, at + 18, entry.lastOffset);
    writeInt64(content, at + 26, entry.lastStableOffset);
  }
  return content;
}

/**
 * The entries of a file, or undefined when it is corrupt: a cut entry, a foreign version, markers out of order, offsets that no
 * transaction has, last stable offsets that go back.
 */
export function decodeTransactionIndex(content: Buffer, baseOffset: number): AbortedTxn[] | undefined {
  if (content.length % ENTRY_BYTES !== 0) return undefined;
  const entries: AbortedTxn[] = [];
  let lastMarker = baseOffset - 1;
  let lastStable = 0;
  for (let at = 0; at < content.length; at += ENTRY_BYTES) {
    const entry = {
      producerId: readInt64(content, at + 2),
      firstOffset: readInt64(content, at + 10),
      lastOffset: readInt64(content, at + 18),
      lastStableOffset: readInt64(content, at + 26),
    };
    const version = content.readInt16BE(at);
    if (version !== VERSION || entry.lastOffset <= lastMarker || !isPlausible(entry, lastStable))
      return undefined;
    lastMarker = entry.lastOffset;
    lastStable = entry.lastStableOffset;
    entries.push(entry);
  }
  return entries;
}

function isPlausible(
  { producerId, firstOffset, lastOffset, lastStableOffset }: AbortedTxn,
  stableBefore: number,
): boolean {
  if (producerId < 0 || firstOffset < 0 || firstOffset > lastOffset) return false;
  return lastStableOffset >= stableBefore && lastStableOffset <= lastOffset + 1;
}
