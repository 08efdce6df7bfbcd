import { assert } from '../../src/base/assert.ts';
import type { BufferPool, Memory } from '../../src/base/buffer-pool.ts';

/** Memory to read into. */
export type ReadMemory = Pick<Memory, 'take'>;

/**
 * The buffers of one response. Whoever holds the lease owns them, and releases them when nobody looks at them any more.
 * A lease that is dropped without it is no leak: the garbage collector takes its buffers. That is what happens where a
 * connection ends, because nobody can say there who still writes from them.
 */
export class ReadLease implements ReadMemory {
  readonly #pool: BufferPool;
  readonly #taken: Buffer[] = [];
  #isReleased = false;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  take(length: number): Buffer {
    assert(!this.#isReleased, 'a lease that was released gives out no buffers');
    const buffer = this.#pool.take(length);
    this.#taken.push(buffer);
    return buffer;
  }

  /** Gives all buffers back to the pool; once. */
  release(): void {
    assert(!this.#isReleased, 'a lease is released once');
    this.#isReleased = true;
    for (const buffer of this.#taken) this.#pool.giveBack(buffer);
  }
}
