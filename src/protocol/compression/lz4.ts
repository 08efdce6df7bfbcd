import { corruptBytes, tooLarge } from './corrupt.ts';
import { forEachLz4Block, isLz4Frame, lz4Pieces } from './lz4-frame.ts';
import { compressLz4High } from './lz4-high.ts';
import { concatPieces, WHOLE_BYTES_MAX } from './pieces.ts';
import { lz4Compress, lz4Decompress } from './wasm-codecs.ts';

/** Matches of LZ4 stretch a byte to at most this many. */
const RATIO_MAX = 255;

/** The level that stands for the fast compressor, as in Kafka (KIP-390). */
const FAST_LEVEL = 9;

export function compressLz4(bytes: Buffer, level = FAST_LEVEL): Buffer {
  return level === FAST_LEVEL ? lz4Compress(bytes) : compressLz4High(bytes, level);
}

export function decompressLz4(bytes: Buffer, bytesMax: number): Buffer {
  // The bound by the ratio nearly always does; only what may be large is looked at block by block.
  if (bytes.length * RATIO_MAX > Math.min(bytesMax, WHOLE_BYTES_MAX)) {
    const size = decompressedBytes(bytes);
    if (size > bytesMax) throw tooLarge('lz4', bytesMax);
    if (size > WHOLE_BYTES_MAX) return concatPieces(lz4Pieces(bytes), size);
  }
  if (!isLz4Frame(bytes)) throw corruptBytes('lz4', 'not an LZ4 frame');
  try {
    return lz4Decompress(bytes);
  } catch (error) {
    throw corruptBytes('lz4', error);
  }
}

/** What a frame restores, counted without restoring it. */
function decompressedBytes(bytes: Buffer): number {
  let total = 0;
  forEachLz4Block(bytes, ({ start, end, isCompressed }) => {
    total += isCompressed ? blockBytes(bytes, start, end) : end - start;
  });
  return total;
}

/** Adds up literals and matches of a compressed block (LZ4 block format). */
function blockBytes(bytes: Buffer, start: number, end: number): number {
  let total = 0;
  let at = start;
  while (at < end) {
    const token = bytes[at++] ?? 0;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && at < end) {
        more = bytes[at++] ?? 0;
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
        more = bytes[at++] ?? 0;
        match += more;
      }
    }
    total += match;
  }
  return total;
}
