import { ProtocolError } from '../../base/protocol-error.ts';
import { ErrorCode } from '../error-codes.ts';
import { compressGzip, decompressGzip } from './gzip.ts';
import { compressLz4, decompressLz4 } from './lz4.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';
import { compressZstd, decompressZstd } from './zstd.ts';

/** The compressions of record batches, under the names that configurations use. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** By the number in a batch's attributes. */
export const COMPRESSIONS: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** What a batch may become, where nobody sets another limit: 1024 times the largest batch that Kafka accepts by default. */
export const DECOMPRESSED_BYTES_MAX = 1024 * 1024 * 1024;

/** @throws {ProtocolError} UNSUPPORTED_COMPRESSION_TYPE */
export function compressionOfId(id: number): Compression {
  const compression = COMPRESSIONS[id];
  if (compression !== undefined) return compression;
  throw new ProtocolError(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, `there is no compression ${id}`);
}

export function idOfCompression(compression: Compression): number {
  return COMPRESSIONS.indexOf(compression);
}

/**
 * Compresses the records of a batch.
 * @param level of gzip (-1 or 1 to 9), lz4 (1 to 17) and zstd (up to 22), in the codec's own numbers; without it one that is
 *   quick. Snappy has none.
 */
export function compress(compression: Compression, bytes: Buffer, level?: number): Buffer {
  switch (compression) {
    case 'none':
      return bytes;
    case 'gzip':
      return compressGzip(bytes, level);
    case 'snappy':
      return compressSnappy(bytes);
    case 'lz4':
      return compressLz4(bytes, level);
    case 'zstd':
      return compressZstd(bytes, level);
  }
}

/**
 * Restores the records of a batch.
 * @param bytesMax more than that is refused, before or while it is made: a few bytes can stand for gigabytes.
 * @throws {ProtocolError} CORRUPT_MESSAGE for bytes that are not so compressed, or that are too large.
 */
export function decompress(
  compression: Compression,
  bytes: Buffer,
  bytesMax: number = DECOMPRESSED_BYTES_MAX,
): Buffer {
  switch (compression) {
    case 'none':
      return bytes;
    case 'gzip':
      return decompressGzip(bytes, bytesMax);
    case 'snappy':
      return decompressSnappy(bytes, bytesMax);
    case 'lz4':
      return decompressLz4(bytes, bytesMax);
    case 'zstd':
      return decompressZstd(bytes, bytesMax);
  }
}
