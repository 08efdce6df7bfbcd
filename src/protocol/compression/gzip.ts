import { createGunzip, gunzipSync, gzipSync } from 'node:zlib';
import { corruptBytes, tooLarge } from './corrupt.ts';
import { streamPieces } from './stream-pieces.ts';

/** Level 1: three times the speed of the default for a tenth more bytes. */
const LEVEL = 1;

export function compressGzip(bytes: Buffer, level = LEVEL): Buffer {
  return gzipSync(bytes, { level });
}

export function decompressGzip(bytes: Buffer, bytesMax: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(1, bytesMax) });
  } catch (error) {
    const isLimit = (error as { readonly code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    throw isLimit ? tooLarge('gzip', bytesMax) : corruptBytes('gzip', error);
  }
}

export function gzipPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  return streamPieces('gzip', createGunzip, bytes);
}
