import type { DiskFile } from '../../../src/base/environment.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { ProtocolError } from '../../../src/base/protocol-error.ts';
import { BATCH_HEADER_BYTES } from '../../../src/protocol/records/batch-format.ts';
import {
  baseOffsetAt,
  claimedBatchSizeAt,
  isCrcValid,
  lastOffsetAt,
} from '../../../src/protocol/records/batch-header.ts';
import { SegmentDamage } from '../segment-damage.ts';
import type { SourceSegment } from './cleaner-job.ts';

/** Reads the batches of a sealed segment from its beginning, in large steps, and checks each. */
export class BatchReader {
  readonly #file: DiskFile;
  readonly #sizeInBytes: number;
  readonly #endOffset: number;
  /** No batch that follows begins before it. */
  #offsetNext: number;
  #window: Buffer;
  #windowStart = 0;
  #windowBytes = 0;
  #position = 0;
  #bytesRead = 0;

  constructor(
    file: DiskFile,
    { baseOffset, endOffset, sizeInBytes }: Pick<SourceSegment, 'baseOffset' | 'endOffset' | 'sizeInBytes'>,
    readBytes: number,
  ) {
    this.#file = file;
    this.#sizeInBytes = sizeInBytes;
    this.#endOffset = endOffset;
    this.#offsetNext = baseOffset;
    this.#window = Buffer.allocUnsafeSlow(Math.max(BATCH_HEADER_BYTES, Math.min(readBytes, sizeInBytes)));
  }

  /** Whether the batch that {@link next} has answered was the last one. */
  get isAtEnd(): boolean {
    return this.#position >= this.#sizeInBytes;
  }

  /** Returns how many bytes were read from the disk since this was asked last. */
  takeBytesRead(): number {
    const bytes = this.#bytesRead;
    this.#bytesRead = 0;
    return bytes;
  }

  /**
   * Returns the next batch, as a view that is good until the next call; undefined at the end.
   * @throws {SegmentDamage} where there is no batch as it was written.
   */
  next(): Buffer | undefined {
    if (this.isAtEnd) return undefined;
    this.#need(BATCH_HEADER_BYTES);
    const size = claimedBatchSizeAt(this.#window, this.#position - this.#windowStart);
    if (size < 0) throw this.#damage();
    this.#need(size);
    const start = this.#position - this.#windowStart;
    if (!isCrcValid(this.#window, start, size)) throw this.#damage();
    if (!this.#isInPlace(start)) throw this.#damage();
    this.#position += size;
    return this.#window.subarray(start, start + size);
  }

  /** The checksum does not cover the offset of a batch, and a wrong one would decide which value of a key is the last. */
  #isInPlace(start: number): boolean {
    const lastOffset = lastOffsetAt(this.#window, start);
    const follows = baseOffsetAt(this.#window, start) >= this.#offsetNext && lastOffset < this.#endOffset;
    this.#offsetNext = lastOffset + 1;
    return follows;
  }

  /** Sees to it that so many bytes from the position on are in memory. */
  #need(length: number): void {
    if (this.#position + length <= this.#windowStart + this.#windowBytes) return;
    if (this.#position + length > this.#sizeInBytes) throw this.#damage();
    if (length > this.#window.length) this.#window = Buffer.allocUnsafeSlow(length);
    this.#windowStart = this.#position;
    const wanted = Math.min(this.#window.length, this.#sizeInBytes - this.#position);
    this.#windowBytes = this.#file.read(this.#window, 0, wanted, this.#position);
    this.#bytesRead += this.#windowBytes;
    if (this.#windowBytes < length) throw this.#damage();
  }

  #damage(): SegmentDamage {
    return new SegmentDamage(this.#file.path, this.#position);
  }
}

/** Returns the error that tells in which file records are that cannot be read; any other error as it is. */
export function placed(error: unknown, path: string): unknown {
  if (!(error instanceof ProtocolError)) return error;
  return new OperationalError('CORRUPT_LOG', `${path} has a batch that cannot be read: ${error.message}`, {
    retriable: false,
    cause: error,
  });
}
