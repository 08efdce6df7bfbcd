import { assert } from './assert.ts';

/** Where buffers come from, and where they go when nobody looks at them any more. */
export interface Memory {
  /** A buffer of exactly that length, with anything in it. */
  take(length: number): Buffer;
  /** Takes back what {@link take} has given, whole. */
  giveBack(taken: Buffer): void;
}

/** Memory that only the garbage collector frees: for those who keep what they have read or written. */
export const OWN_MEMORY: Memory = { take: (length) => Buffer.allocUnsafe(length), giveBack: () => {} };

/** Smaller buffers are cheap to allocate: they are not worth a place in a pool. */
const POOLED_BYTES_MIN = 4 * 1024;
/** What consumers ask of a partition, and what producers send, at most by default. Larger buffers are rare. */
const POOLED_BYTES_MAX = 1024 * 1024;
/** What a pool keeps for later; what is in use is bounded by who uses it. */
const FREE_BYTES_MAX = 16 * 1024 * 1024;
const POISON = 0xdb;

/**
 * Buffers that are used again and again: memory that is new for every use costs more than what is done with it (page
 * faults, and a garbage collector that counts external memory). Sizes are powers of two, so that a buffer is at most
 * twice as large as what was asked for. Lengths that are too small or too large get memory of their own.
 *
 * A buffer that is not given back is no leak: the pool has forgotten it, and the garbage collector takes it.
 */
export class BufferPool implements Memory {
  readonly #poison: boolean;
  /** Free buffers by size; the one that was used last is in the processor's cache and comes first. */
  readonly #free = new Map<number, Buffer[]>();
  #freeBytes = 0;

  /** @param options.poison Overwrites what is given back, so that a use afterwards shows: for tests. */
  constructor(options?: { readonly poison?: boolean }) {
    this.#poison = options?.poison === true;
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  take(length: number): Buffer {
    if (!isPooled(length)) return Buffer.allocUnsafe(length);
    const sizeInBytes = sizeClassOf(length);
    const buffer = this.#free.get(sizeInBytes)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(sizeInBytes).subarray(0, length);
    this.#freeBytes -= sizeInBytes;
    return buffer.subarray(0, length);
  }

  giveBack(taken: Buffer): void {
    if (!isPooled(taken.length)) return;
    const { buffer, byteOffset } = taken;
    const sizeInBytes = buffer.byteLength;
    assert(
      byteOffset === 0 && sizeInBytes === sizeClassOf(taken.length),
      'what is given back was taken from a pool',
    );
    const whole = Buffer.from(buffer, 0, sizeInBytes);
    if (this.#poison) whole.fill(POISON);
    if (this.#freeBytes + sizeInBytes > FREE_BYTES_MAX) return;
    this.#freeBytes += sizeInBytes;
    const free = this.#free.get(sizeInBytes);
    if (free === undefined) this.#free.set(sizeInBytes, [whole]);
    else free.push(whole);
  }
}

function isPooled(length: number): boolean {
  return length >= POOLED_BYTES_MIN && length <= POOLED_BYTES_MAX;
}

/** The power of two that is no less than `length`. */
function sizeClassOf(length: number): number {
  return 2 ** (32 - Math.clz32(length - 1));
}
