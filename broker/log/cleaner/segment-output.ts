import { BatchInfo } from '../batch-info.ts';
import type { Segment } from '../segment.ts';

/** Writes batches to the end of a segment, in large steps. */
export class SegmentOutput {
  readonly #segment: Segment;
  readonly #buffer: Buffer;
  /** Bytes in the buffer. */
  #pending = 0;
  #bytesWritten = 0;

  constructor(segment: Segment, bufferBytes: number) {
    this.#segment = segment;
    this.#buffer = Buffer.allocUnsafeSlow(bufferBytes);
  }

  /** Returns how many bytes were written to the disk since this was asked last. */
  takeBytesWritten(): number {
    const bytes = this.#bytesWritten;
    this.#bytesWritten = 0;
    return bytes;
  }

  /** Takes a batch, whose bytes may change afterwards. */
  append(batch: Buffer): void {
    if (this.#pending + batch.length > this.#buffer.length) this.flush();
    this.#segment.index(new BatchInfo(batch, 0, this.#segment.sizeInBytes + this.#pending));
    if (batch.length > this.#buffer.length) {
      this.#write(batch);
      return;
    }
    this.#pending += batch.copy(this.#buffer, this.#pending);
  }

  /** Writes what is in the buffer. */
  flush(): void {
    if (this.#pending === 0) return;
    this.#write(this.#buffer.subarray(0, this.#pending));
    this.#pending = 0;
  }

  #write(bytes: Buffer): void {
    this.#segment.write(bytes);
    this.#bytesWritten += bytes.length;
  }
}
