import { corruptBytes, tooLarge } from './corrupt.ts';
import { snappyCompress, snappyDecompress } from './wasm-codecs.ts';

/**
 * Snappy in the framing of xerial's snappy-java, which Kafka's Java clients write: a header of 16 bytes, then chunks of
 * raw snappy, each after its length in four bytes. Raw snappy, which other clients write, is read as well.
 */
const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const VERSION = 1;
const COMPATIBLE_VERSION = 1;
const HEADER_BYTES = 16;
/** Bytes before compression of a chunk: what snappy-java takes. */
const CHUNK_BYTES = 32 * 1024;
/** The best that raw snappy can do: a copy of 64 bytes in three. */
const RATIO_MAX = 64 / 3;

export function compressSnappy(bytes: Buffer): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeInt32BE(VERSION, 8);
  header.writeInt32BE(COMPATIBLE_VERSION, 12);
  const pieces: Buffer[] = [header];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const chunk = snappyCompress(bytes.subarray(at, at + CHUNK_BYTES));
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(chunk.length);
    pieces.push(length, chunk);
  }
  return Buffer.concat(pieces);
}

export function decompressSnappy(bytes: Buffer, bytesMax: number): Buffer {
  if (!isFramed(bytes)) return decompressRaw(bytes, bytesMax, bytesMax);
  const pieces: Buffer[] = [];
  let left = bytesMax;
  for (const chunk of chunksOf(bytes)) {
    const piece = decompressRaw(chunk, left, bytesMax);
    left -= piece.length;
    pieces.push(piece);
  }
  const [only] = pieces;
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
}

/** Restores chunk by chunk. */
export function* snappyPieces(bytes: Buffer): Generator<Buffer> {
  for (const chunk of isFramed(bytes) ? chunksOf(bytes) : [bytes]) {
    yield decompressRaw(chunk, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  }
}

function isFramed(bytes: Buffer): boolean {
  return bytes.length >= HEADER_BYTES && bytes.compare(MAGIC, 0, 8, 0, 8) === 0;
}

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  let at = HEADER_BYTES;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) throw corruptBytes('snappy', 'a chunk is cut short');
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || at + length > bytes.length) throw corruptBytes('snappy', 'a chunk is cut short');
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** @param left what of the limit is not used up yet. */
function decompressRaw(bytes: Buffer, left: number, bytesMax: number): Buffer {
  const length = uncompressedLength(bytes);
  if (length > left) throw tooLarge('snappy', bytesMax);
  // The decoder makes room for what is claimed before it looks at what is there.
  if (length > bytes.length * RATIO_MAX) throw corruptBytes('snappy', 'the length cannot be right');
  try {
    return snappyDecompress(bytes);
  } catch (error) {
    throw corruptBytes('snappy', error);
  }
}

/** Raw snappy begins with the length that it restores, as a varint; the decoder allocates no more than that. */
function uncompressedLength(bytes: Buffer): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[i];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return length;
  }
  throw corruptBytes('snappy', 'the length is missing');
}
