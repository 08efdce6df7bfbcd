import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { corruptBytes, tooLarge } from './corrupt.ts';
import { compressWithWasm, decompressWithWasm } from './io/zstd-wasm.ts';
import { concatPieces, WHOLE_BYTES_MAX } from './pieces.ts';
import { streamPieces } from './stream-pieces.ts';
import { zstdContentBytesMax, zstdFrames } from './zstd-frame.ts';

/**
 * The functions of `node:zlib` that came with Node 22.15; before, zstd is a WebAssembly module, which knows no streams, and
 * for what is large a decoder in JavaScript.
 */
interface NodeZstd {
  readonly zstdCompressSync?: (
    bytes: Buffer,
    options: { readonly params: Readonly<Record<number, number>> },
  ) => Buffer;
  readonly zstdDecompressSync?: (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer;
  readonly createZstdDecompress?: (options: { readonly chunkSize: number }) => Transform;
}

const LEVEL = 3;
/** `ZSTD_c_compressionLevel` of zstd's interface. */
const LEVEL_PARAMETER = 100;
/** Bytes given to the decoder at a time: it restores all of them before it can be interrupted. */
const INPUT_BYTES = 1024;
const node = zlib as unknown as NodeZstd;

export function compressZstd(bytes: Buffer, level = LEVEL): Buffer {
  if (node.zstdCompressSync !== undefined)
    return node.zstdCompressSync(bytes, { params: { [LEVEL_PARAMETER]: level } });
  if (bytes.length <= WHOLE_BYTES_MAX) return compressWithWasm(bytes, level);
  // A frame for each part: every reader goes on with the next frame.
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += WHOLE_BYTES_MAX)
    frames.push(compressWithWasm(bytes.subarray(at, at + WHOLE_BYTES_MAX), level));
  return Buffer.concat(frames);
}

export function decompressZstd(bytes: Buffer, bytesMax: number): Buffer {
  if (node.zstdDecompressSync !== undefined)
    return decompressWithNode(node.zstdDecompressSync, bytes, bytesMax);
  const content = zstdContentBytesMax(bytes);
  // A known size is checked; of an unknown one, what the blocks can hold is the room to decompress into.
  if (content.isExact && content.bytes > bytesMax) throw tooLarge('zstd', bytesMax);
  const room = Math.min(content.bytes, bytesMax);
  if (room > WHOLE_BYTES_MAX) return concatPieces(limited(decodePieces(bytes), bytesMax), room);
  try {
    return decompressWithWasm(bytes, room);
  } catch (error) {
    throw room < content.bytes ? tooLarge('zstd', bytesMax) : corruptBytes('zstd', error);
  }
}

/** Node's own decoder ends at the end of the first frame, without a word of what follows: it is given one at a time. */
function decompressWithNode(
  decompress: NonNullable<NodeZstd['zstdDecompressSync']>,
  bytes: Buffer,
  bytesMax: number,
): Buffer {
  const restored: Buffer[] = [];
  let room = bytesMax;
  try {
    for (const { start, end } of zstdFrames(bytes)) {
      const content = decompress(bytes.subarray(start, end), { maxOutputLength: Math.max(1, room) });
      room -= content.length;
      if (room < 0) throw tooLarge('zstd', bytesMax);
      restored.push(content);
    }
  } catch (error) {
    const isLimit = (error as { readonly code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    throw isLimit ? tooLarge('zstd', bytesMax) : corruptBytes('zstd', error);
  }
  const [only] = restored;
  return restored.length === 1 && only !== undefined ? only : Buffer.concat(restored);
}

/** Restores block by block. */
export function zstdPieces(bytes: Buffer): Iterable<Buffer> | AsyncIterable<Buffer> {
  return node.createZstdDecompress === undefined
    ? decodePieces(bytes)
    : framePieces(node.createZstdDecompress, bytes);
}

async function* framePieces(
  create: NonNullable<NodeZstd['createZstdDecompress']>,
  bytes: Buffer,
): AsyncGenerator<Buffer> {
  for (const { start, end } of zstdFrames(bytes))
    yield* streamPieces('zstd', create, bytes.subarray(start, end));
}

function* decodePieces(bytes: Buffer): Generator<Buffer> {
  // Finds frames that are cut short or want too much memory, which the decoder is silent about.
  zstdContentBytesMax(bytes);
  const restored: Uint8Array[] = [];
  const stream = new Decompress((piece) => void restored.push(piece));
  for (let at = 0; at < bytes.length; at += INPUT_BYTES) {
    try {
      stream.push(bytes.subarray(at, at + INPUT_BYTES), at + INPUT_BYTES >= bytes.length);
    } catch (error) {
      throw corruptBytes('zstd', error);
    }
    for (const piece of restored) yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    restored.length = 0;
  }
}

function* limited(pieces: Iterable<Buffer>, bytesMax: number): Generator<Buffer> {
  let total = 0;
  for (const piece of pieces) {
    total += piece.length;
    if (total > bytesMax) throw tooLarge('zstd', bytesMax);
    yield piece;
  }
}
