import { type Memory, OWN_MEMORY } from '../base/buffer-pool.ts';

const SIZE_BYTES = 4;
/** What one read brings at most, so that who has to stop reading stops in time. */
const READ_BYTES_MAX = 64 * 1024;
/** What is missing of a frame is read into the frame's own memory where it is so much, else through the inbox. */
const DIRECT_BYTES_MIN = 8 * 1024;
/** A frame has room for so many times what has arrived of it: a peer that only announces a large one costs nothing. */
const ROOM_FACTOR = 16;
const ROOM_BYTES_MIN = 16 * 1024;
const NO_BYTES = Buffer.alloc(0);

/** All connections of a process read into it: what a read has brought is cut into frames before the next read. */
const INBOX = Buffer.allocUnsafeSlow(READ_BYTES_MAX);

interface FrameReaderOptions {
  /** Throws for a size that no frame of this stream has: then nothing of it can be read any further. */
  readonly checkSize: (size: number) => void;
  /** By default each frame has memory of its own. */
  readonly memory?: Memory;
}

/**
 * Cuts a byte stream into Kafka frames: an int32 size, then that many bytes.
 *
 * Each frame has memory of its own, whole: a small one is copied out of the chunk that it came in, and what is missing of
 * a large one is read straight into its place ({@link target}).
 */
export class FrameReader {
  readonly #checkSize: (size: number) => void;
  readonly #memory: Memory;
  /** Complete frames, not handed out yet: a queue with a moving head. */
  #frames: Buffer[] = [];
  #head = 0;
  #queuedBytes = 0;
  /** The size of the frame that is under way, as far as it has come. */
  #prefix = 0;
  #prefixBytes = 0;
  /** Size of the frame whose prefix has been read; -1 between frames. */
  #frameBytes = -1;
  /** Memory of the frame that is under way: as long as the frame, or as what it has room for so far. */
  #frame: Buffer = NO_BYTES;
  #filled = 0;
  #refusal: unknown;

  constructor({ checkSize, memory = OWN_MEMORY }: FrameReaderOptions) {
    this.#checkSize = checkSize;
    this.#memory = memory;
  }

  /** Bytes held and not yet handed out. */
  get bufferedBytes(): number {
    return this.#queuedBytes + this.#filled + this.#prefixBytes;
  }

  /** Whether a part of a frame has come and the rest has not. */
  get isMidFrame(): boolean {
    return this.#prefixBytes > 0 || this.#frameBytes >= 0;
  }

  /** Whether a complete frame waits to be handed out. */
  get hasFrame(): boolean {
    return this.#frames.length > 0;
  }

  /** Memory for the next bytes of the stream, which {@link push} has to follow. */
  target(): Buffer {
    const isDirect = this.#frame.length - this.#filled >= DIRECT_BYTES_MIN;
    return isDirect ? this.#frame.subarray(this.#filled, this.#filled + READ_BYTES_MAX) : INBOX;
  }

  /** Takes bytes that have come, into {@link target} or anywhere else; they are not looked at afterwards. */
  push(chunk: Buffer): void {
    let at = this.#isInPlace(chunk) ? this.#advance(chunk.length) : 0;
    while (at < chunk.length && this.#refusal === undefined) {
      at = this.#frameBytes < 0 ? this.#readSize(chunk, at) : this.#fill(chunk, at);
    }
  }

  /**
   * The next complete frame without its size, or undefined until more bytes come.
   * @throws what `checkSize` has thrown for the size that follows.
   */
  next(): Buffer | undefined {
    const frame = this.#frames[this.#head];
    if (frame === undefined) {
      if (this.#refusal !== undefined) throw this.#refusal;
      return undefined;
    }
    this.#head++;
    if (this.#head === this.#frames.length) {
      this.#frames = [];
      this.#head = 0;
    }
    this.#queuedBytes -= frame.length;
    return frame;
  }

  #isInPlace(chunk: Buffer): boolean {
    const frame = this.#frame;
    return chunk.buffer === frame.buffer && chunk.byteOffset === frame.byteOffset + this.#filled;
  }

  /** Answers where the size ends in the chunk, or where the chunk does. */
  #readSize(chunk: Buffer, start: number): number {
    let at = start;
    while (this.#prefixBytes < SIZE_BYTES) {
      if (at === chunk.length) return at;
      this.#prefix = (this.#prefix << 8) | chunk.readUInt8(at++);
      this.#prefixBytes++;
    }
    this.#prefixBytes = 0;
    try {
      this.#checkSize(this.#prefix);
    } catch (error) {
      this.#refusal = error;
      return at;
    }
    this.#frameBytes = this.#prefix;
    if (this.#frameBytes === 0) this.#complete();
    return at;
  }

  /** Copies what the chunk has of the frame that is under way; answers where that ends. */
  #fill(chunk: Buffer, at: number): number {
    const count = Math.min(this.#frameBytes - this.#filled, chunk.length - at);
    this.#makeRoom(this.#filled + count);
    chunk.copy(this.#frame, this.#filled, at, at + count);
    return at + this.#advance(count);
  }

  #advance(count: number): number {
    this.#filled += count;
    if (this.#filled === this.#frameBytes) this.#complete();
    return count;
  }

  #makeRoom(arrivedBytes: number): void {
    const before = this.#frame;
    if (before.length >= arrivedBytes) return;
    const isWhole = arrivedBytes === this.#frameBytes;
    const room = isWhole ? arrivedBytes : Math.max(ROOM_BYTES_MIN, arrivedBytes * ROOM_FACTOR);
    this.#frame = this.#memory.take(Math.min(this.#frameBytes, room));
    if (this.#filled === 0) return;
    before.copy(this.#frame, 0, 0, this.#filled);
    this.#memory.giveBack(before);
  }

  #complete(): void {
    this.#frames.push(this.#frame);
    this.#queuedBytes += this.#frameBytes;
    this.#frame = NO_BYTES;
    this.#filled = 0;
    this.#frameBytes = -1;
  }
}
