import type { Compression } from './compression.ts';
import { gzipPieces } from './gzip.ts';
import { lz4Pieces } from './lz4-frame.ts';
import { snappyPieces } from './snappy.ts';
import { zstdPieces } from './zstd.ts';

/**
 * Restores the records of a batch piece by piece, so that they need not be in memory together. A piece is valid until the
 * next one is asked for. Raw snappy is one piece: it restores at most 22 times its bytes.
 * @throws {ProtocolError} CORRUPT_MESSAGE for bytes that are not so compressed.
 */
export function decompressPieces(
  compression: Compression,
  bytes: Buffer,
): Iterable<Buffer> | AsyncIterable<Buffer> {
  switch (compression) {
    case 'none':
      return [bytes];
    case 'gzip':
      return gzipPieces(bytes);
    case 'snappy':
      return snappyPieces(bytes);
    case 'lz4':
      return lz4Pieces(bytes);
    case 'zstd':
      return zstdPieces(bytes);
  }
}
