import type { Transform } from 'node:stream';
import { corruptBytes } from './corrupt.ts';

const PIECE_BYTES = 64 * 1024;

/** Restores bytes with a stream of `node:zlib`, which works beside the event loop. */
export async function* streamPieces(
  format: string,
  create: (options: { readonly chunkSize: number }) => Transform,
  bytes: Buffer,
): AsyncGenerator<Buffer> {
  const stream = create({ chunkSize: PIECE_BYTES });
  stream.end(bytes);
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    throw corruptBytes(format, error);
  } finally {
    stream.destroy();
  }
}
