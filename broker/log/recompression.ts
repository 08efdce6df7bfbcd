import { compress, idOfCompression } from '../../src/protocol/compression/compression.ts';
import {
  BATCH_HEADER_BYTES,
  COMPRESSION_MASK,
  CONTROL_FLAG,
  RECORDS_AT,
} from '../../src/protocol/records/batch-format.ts';
import { stampCompression } from '../../src/protocol/records/batch-header.ts';
import type { LogConfig, TargetCompression } from './log-config.ts';

/** How many times the largest batch that is stored the records of one may be that gets another codec: they are held whole. */
const RATIO_MAX = 64;

/** Whether a batch with these attributes is stored under another codec than it came in. Markers are never compressed. */
export function changesCodec(target: TargetCompression | null, attributes: number): boolean {
  return (
    target !== null &&
    (attributes & CONTROL_FLAG) === 0 &&
    (attributes & COMPRESSION_MASK) !== idOfCompression(target.codec)
  );
}

/** What the records of a batch may be to be put under another codec. */
export function recompressedBytesMax({
  compression,
  decompressedBytesMax,
  maxMessageBytes,
}: Pick<LogConfig, 'compression' | 'decompressedBytesMax' | 'maxMessageBytes'>): number {
  // What is not compressed cannot become smaller again.
  const ratio = compression?.codec === 'none' ? 1 : RATIO_MAX;
  return Math.min(decompressedBytesMax, ratio * maxMessageBytes);
}

/**
 * Returns the batch under another codec, in memory of its own. Offsets, times, producer, epoch and sequence stay, and so do the
 * bytes of the records: only header and compression are new.
 * @param records of the batch, not compressed.
 */
export function recompress(batch: Buffer, records: Buffer, { codec, level }: TargetCompression): Buffer {
  const payload = compress(codec, records, level);
  const stored = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + payload.length);
  batch.copy(stored, 0, 0, BATCH_HEADER_BYTES);
  stored.set(payload, RECORDS_AT);
  stampCompression(stored, idOfCompression(codec));
  return stored;
}
