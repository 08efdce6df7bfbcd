import { OperationalError } from '../../base/errors.ts';

const SIZE_BYTES = 4;
/** No broker answers more than a fetch's limits allow; what claims to be longer is not a broker. */
const FRAME_BYTES_MAX = 512 * 1024 * 1024;

/**
 * Cuts a stream into frames: four bytes of size and that many bytes.
 *
 * A frame that lies within one chunk is a view on it; one that spans chunks is copied once, into a buffer of its size.
 */
export class FrameSplitter {
  readonly #onFrame: (frame: Buffer) => void;
  readonly #sizeBytes = Buffer.alloc(SIZE_BYTES);
  #sizeRead = 0;
  /** The frame that is being put together. */
  #frame: Buffer | undefined;
  #frameRead = 0;

  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws {OperationalError} `NOT_A_BROKER` for a size that no broker would send. */
  push(chunk: Buffer): void {
    let position = 0;
    while (position < chunk.length) {
      if (this.#frame !== undefined) {
        position = this.#fill(this.#frame, chunk, position);
        continue;
      }
      if (this.#sizeRead === 0 && chunk.length - position >= SIZE_BYTES) {
        const size = checkSize(chunk.readInt32BE(position), chunk, position);
        position += SIZE_BYTES;
        if (chunk.length - position >= size) {
          this.#onFrame(chunk.subarray(position, position + size));
          position += size;
        } else {
          this.#begin(size);
        }
        continue;
      }
      this.#sizeBytes[this.#sizeRead++] = chunk[position++] as number;
      if (this.#sizeRead === SIZE_BYTES) {
        this.#sizeRead = 0;
        this.#begin(checkSize(this.#sizeBytes.readInt32BE(0), this.#sizeBytes, 0));
      }
    }
  }

  #begin(size: number): void {
    this.#frame = Buffer.allocUnsafeSlow(size);
    this.#frameRead = 0;
  }

  #fill(frame: Buffer, chunk: Buffer, position: number): number {
    const count = Math.min(frame.length - this.#frameRead, chunk.length - position);
    chunk.copy(frame, this.#frameRead, position, position + count);
    this.#frameRead += count;
    if (this.#frameRead === frame.length) {
      this.#frame = undefined;
      this.#onFrame(frame);
    }
    return position + count;
  }
}

function checkSize(size: number, bytes: Buffer, position: number): number {
  // The smallest frame is a correlation id.
  if (size >= SIZE_BYTES && size <= FRAME_BYTES_MAX) return size;
  const text = bytes.toString('latin1', position, position + SIZE_BYTES).replace(/[^\x20-\x7e]/g, '.');
  throw new OperationalError(
    'NOT_A_BROKER',
    `the other side does not speak the Kafka protocol: its answer begins with "${text}"`,
    { retriable: false },
  );
}
