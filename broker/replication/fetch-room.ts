import type { BufferPool } from '../../src/base/buffer-pool.ts';
import { ReadLease } from '../log/read-memory.ts';
import type { ReadRoom } from './delayed-fetch.ts';

/** The budget of responses. */
interface ResponseBudget {
  readonly bytesMax: number;
  readonly usedBytes: number;
  readonly isExhausted: boolean;
  wait(callback: () => void): void;
  cancel(callback: () => void): void;
}

/** A fetch takes no more than this part of what is left, so that clients that do not read leave something to others. */
const SHARE_MAX = 0.25;
/** ... but always as much as is worth a response. */
const SHARE_BYTES_MIN = 64 * 1024;

/** The room that fetches have in the budget of responses. */
export class FetchRoom implements ReadRoom {
  readonly #budget: ResponseBudget;
  readonly #buffers: BufferPool;

  constructor(budget: ResponseBudget, buffers: BufferPool) {
    this.#budget = budget;
    this.#buffers = buffers;
  }

  bytesNow(): number {
    const { bytesMax, usedBytes, isExhausted } = this.#budget;
    if (isExhausted) return 0;
    return Math.max(SHARE_BYTES_MIN, Math.floor((bytesMax - usedBytes) * SHARE_MAX));
  }

  lease(): ReadLease {
    return new ReadLease(this.#buffers);
  }

  wait(callback: () => void): void {
    this.#budget.wait(callback);
  }

  cancel(callback: () => void): void {
    this.#budget.cancel(callback);
  }
}
