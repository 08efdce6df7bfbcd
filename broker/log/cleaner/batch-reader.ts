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

/** From here on it is cheaper to read one header after the other than all that is between them. */
const SKIPPED_BYTES_MIN = 16 * 1024;

/** Reads the batches of a sealed segment from its beginning, in large steps, and checks each. */
export class BatchReader {
  readonly #file: DiskFile;
  readonly #sizeInBytes: number;
  readonly #endOffset: number;
  /** What was skipped last was so large that the next header is read alone. */
  #readsHeaderAlone = false;
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
   * Passes over the next batch where its header says that it may be, without reading or checking what is behind it. There must
   * be one.
   * @param isUnneeded is given where the batch begins in a buffer, and whether it is the last one.
   * @throws {SegmentDamage} where there is no header as it was written.
   */
  skipIf(isUnneeded: (bytes: Buffer, at: number, isLast: boolean) => boolean): boolean {
    this.#need(BATCH_HEADER_BYTES, this.#readsHeaderAlone ? BATCH_HEADER_BYTES : undefined);
    const start = this.#position - this.#windowStart;
    const size = claimedBatchSizeAt(this.#window, start);
    const end = this.#position + size;
    if (size < 0 || end > this.#sizeInBytes) throw this.#damage();
    if (!isUnneeded(this.#window, start, end === this.#sizeInBytes)) {
      this.#readsHeaderAlone = false;
      return false;
    }
    if (!this.#isInPlace(start)) throw this.#damage();
    this.#position = end;
    this.#readsHeaderAlone = size >= SKIPPED_BYTES_MIN;
    return true;
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
  #need(length: number, readMax = this.#window.length): void {
    if (this.#position + length <= this.#windowStart + this.#windowBytes) return;
    if (this.#position + length > this.#sizeInBytes) throw this.#damage();
    if (length > this.#window.length) this.#window = Buffer.allocUnsafeSlow(length);
    this.#windowStart = this.#position;
    const wanted = Math.min(Math.max(length, readMax), this.#sizeInBytes - this.#position);
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
