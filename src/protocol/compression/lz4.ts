import { corruptBytes, tooLarge } from './corrupt.ts';
import { lz4Compress, lz4Decompress } from './wasm-codecs.ts';

/** LZ4 frames (the frame format 1.6), with a correct header checksum: what batches of magic 2 carry. */
const MAGIC = 0x184d2204;
const HAS_CONTENT_SIZE = 0x08;
const HAS_DICTIONARY = 0x01;
const HAS_BLOCK_CHECKSUM = 0x10;
const UNCOMPRESSED_BLOCK = 0x80000000;
/** Matches of LZ4 stretch a byte to at most this many. */
const RATIO_MAX = 255;

export function compressLz4(bytes: Buffer): Buffer {
  return lz4Compress(bytes);
}

export function decompressLz4(bytes: Buffer, bytesMax: number): Buffer {
  // The bound by the ratio nearly always does; only what may be a bomb is looked at block by block.
  if (bytes.length * RATIO_MAX > bytesMax && decompressedBytes(bytes) > bytesMax)
    throw tooLarge('lz4', bytesMax);
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== MAGIC) throw corruptBytes('lz4', 'not an LZ4 frame');
  try {
    return lz4Decompress(bytes);
  } catch (error) {
    throw corruptBytes('lz4', error);
  }
}

/** What a frame restores, counted without restoring it. */
function decompressedBytes(bytes: Buffer): number {
  const flags = bytes[4] ?? 0;
  let at = 7 + ((flags & HAS_CONTENT_SIZE) === 0 ? 0 : 8) + ((flags & HAS_DICTIONARY) === 0 ? 0 : 4);
  let total = 0;
  while (at + 4 <= bytes.length) {
    const word = bytes.readUInt32LE(at);
    if (word === 0) return total;
    at += 4;
    const size = word % UNCOMPRESSED_BLOCK;
    if (at + size > bytes.length) throw corruptBytes('lz4', 'a block is cut short');
    total += word >= UNCOMPRESSED_BLOCK ? size : blockBytes(bytes, at, at + size);
    at += size + ((flags & HAS_BLOCK_CHECKSUM) === 0 ? 0 : 4);
  }
  return total;
}

/** Adds up literals and matches of a compressed block (LZ4 block format). */
function blockBytes(bytes: Buffer, start: number, end: number): number {
  let total = 0;
  let at = start;
  while (at < end) {
    const token = bytes[at++] as number;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && at < end) {
        more = bytes[at++] as number;
        literals += more;
      }
    }
    total += literals;
    at += literals;
    if (at >= end) break;
    at += 2;
    let match = (token & 15) + 4;
    if (match === 19) {
      let more = 255;
      while (more === 255 && at < end) {
        more = bytes[at++] as number;
        match += more;
      }
    }
    total += match;
  }
  return total;
}
