import { malformed } from '../../src/base/protocol-error.ts';
import { foreignProtocol } from './foreign-protocol.ts';

const SIZE_BYTES = 4;

/**
 * Cuts a byte stream into Kafka frames: an int32 size, then that many bytes.
 *
 * A frame that lies inside one chunk is a view on it; only a frame that spans chunks is copied, once, when its last
 * byte is there. Nothing is allocated ahead of what has arrived, whatever size a peer announces.
 */
export class FrameReader {
  readonly #frameBytesMax: number;
  readonly #chunks: Buffer[] = [];
  /** Where the first chunk's unread bytes begin. */
  #start = 0;
  #available = 0;
  /** Size of the frame whose prefix has been read; -1 between frames. */
  #frameBytes = -1;

  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  /** Bytes held and not yet handed out. */
  get bufferedBytes(): number {
    return this.#available;
  }

  /** Whether a part of a frame has come and the rest has not. */
  get isMidFrame(): boolean {
    return this.#available > 0 || this.#frameBytes >= 0;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#available += chunk.length;
  }

  /**
   * The next complete frame without its size, or undefined until more bytes come.
   * @throws {ProtocolError} for a size that is negative or above the limit: the stream cannot be read any further.
   */
  next(): Buffer | undefined {
    if (this.#frameBytes < 0) {
      if (this.#available < SIZE_BYTES) return undefined;
      this.#frameBytes = this.#checkedSize(this.#take(SIZE_BYTES).readInt32BE(0));
    }
    if (this.#available < this.#frameBytes) return undefined;
    const frame = this.#take(this.#frameBytes);
    this.#frameBytes = -1;
    return frame;
  }

  #checkedSize(size: number): number {
    if (size >= 0 && size <= this.#frameBytesMax) return size;
    const protocol = foreignProtocol(size);
    if (protocol !== undefined) malformed(`a client that speaks ${protocol}, not Kafka's protocol`);
    if (size < 0) malformed(`a frame of negative size ${size}`);
    return malformed(`a frame of ${size} bytes, more than ${this.#frameBytesMax}`);
  }

  #take(length: number): Buffer {
    this.#available -= length;
    const first = this.#chunks[0];
    if (first === undefined) return Buffer.alloc(0);
    const end = this.#start + length;
    if (end <= first.length) {
      const view = first.subarray(this.#start, end);
      this.#start = end;
      if (end === first.length) {
        this.#chunks.shift();
        this.#start = 0;
      }
      return view;
    }
    return this.#gather(length);
  }

  #gather(length: number): Buffer {
    const target = Buffer.allocUnsafe(length);
    let filled = 0;
    let consumed = 0;
    for (const chunk of this.#chunks) {
      const end = Math.min(chunk.length, this.#start + (length - filled));
      chunk.copy(target, filled, this.#start, end);
      filled += end - this.#start;
      if (end < chunk.length) {
        this.#start = end;
        break;
      }
      consumed++;
      this.#start = 0;
      if (filled === length) break;
    }
    this.#chunks.splice(0, consumed);
    return target;
  }
}
