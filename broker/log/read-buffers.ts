import { assert } from '../../src/base/assert.ts';

/** Smaller reads are cheap to allocate: they are not worth a place in the pool. */
const POOLED_BYTES_MIN = 64 * 1024;
/** What a consumer asks of a partition by default (`max.partition.fetch.bytes`). Larger reads are rare. */
const POOLED_BYTES_MAX = 1024 * 1024;
/** What the pool keeps for later; what is in use is bounded by the budget of responses. */
const FREE_BYTES_MAX = 16 * 1024 * 1024;
const POISON = 0xdb;

/** Memory to read into. */
export interface ReadMemory {
  /** A buffer of that length, with anything in it. */
  take(length: number): Buffer;
}

/** Memory that only the garbage collector frees: for readers that keep what they have read. */
export const OWN_MEMORY: ReadMemory = { take: (length) => Buffer.allocUnsafe(length) };

/**
 * Buffers for what fetches read from disk, used again and again: allocating a megabyte for each read costs more than
 * reading it (page faults, and a garbage collector that counts external memory). Sizes are powers of two, so that a
 * buffer is at most twice as large as what it is charged for.
 */
export class ReadBuffers {
  readonly #poison: boolean;
  /** Free buffers by size; the one that was used last is in the processor's cache and comes first. */
  readonly #free = new Map<number, Buffer[]>();
  #freeBytes = 0;

  /** @param options.poison Overwrites what is released, so that a use afterwards shows: for tests. */
  constructor(options?: { readonly poison?: boolean }) {
    this.#poison = options?.poison === true;
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  lease(): ReadLease {
    return new ReadLease(this);
  }

  /** Called by leases. */
  take(sizeInBytes: number): Buffer {
    const buffer = this.#free.get(sizeInBytes)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(sizeInBytes);
    this.#freeBytes -= sizeInBytes;
    return buffer;
  }

  /** Called by leases. */
  giveBack(buffer: Buffer): void {
    if (this.#poison) buffer.fill(POISON);
    if (this.#freeBytes + buffer.length > FREE_BYTES_MAX) return;
    this.#freeBytes += buffer.length;
    const free = this.#free.get(buffer.length);
    if (free === undefined) this.#free.set(buffer.length, [buffer]);
    else free.push(buffer);
  }
}

/**
 * The buffers of one response. Whoever holds the lease owns them, and releases them when nobody looks at them any more.
 * A lease that is dropped without it is no leak: the pool has forgotten its buffers, and the garbage collector takes
 * them. That is what happens where a connection ends, because nobody can say there who still writes from them.
 */
export class ReadLease implements ReadMemory {
  readonly #pool: ReadBuffers;
  readonly #taken: Buffer[] = [];
  #isReleased = false;

  constructor(pool: ReadBuffers) {
    this.#pool = pool;
  }

  take(length: number): Buffer {
    assert(!this.#isReleased, 'a lease that was released gives out no buffers');
    if (length < POOLED_BYTES_MIN || length > POOLED_BYTES_MAX) return Buffer.allocUnsafe(length);
    const buffer = this.#pool.take(2 ** Math.ceil(Math.log2(length)));
    this.#taken.push(buffer);
    return buffer.length === length ? buffer : buffer.subarray(0, length);
  }

  /** Gives all buffers back to the pool; once. */
  release(): void {
    assert(!this.#isReleased, 'a lease is released once');
    this.#isReleased = true;
    for (const buffer of this.#taken) this.#pool.giveBack(buffer);
  }
}
