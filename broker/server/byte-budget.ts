import { assert } from '../../src/base/assert.ts';
import type { Clock, Timer, Timers } from '../../src/base/environment.ts';

export interface ByteBudgetOptions<H> {
  readonly clock: Clock;
  readonly timers: Timers;
  /** What all holders together may hold. It is exceeded by what was under way when it was reached. */
  readonly bytesMax: number;
  /** How long a holder may keep others waiting for its bytes. */
  readonly stallMsMax: number;
  /** Since when a holder's client has not done its part: taken its response, sent its request to the end. */
  readonly stalledSinceMs: (holder: H) => number | undefined;
  /** Ends the holder that has kept others waiting longest; its bytes have to be set to 0 thereby. */
  readonly reclaim: (holder: H, stall: { readonly bytes: number; readonly ms: number }) => void;
}

/** How often stalled holders are looked for while others wait, as a part of the time that they may take. */
const CHECKS_PER_STALL = 8;

/**
 * Memory that many clients share: requests that are read, or responses that are not taken yet. Who finds it exhausted
 * waits in line. While somebody waits, the holder whose client has stalled longest is ended, so that the line moves:
 * clients that do nothing cost the others at most `stallMsMax`.
 */
export class ByteBudget<H> {
  readonly bytesMax: number;
  readonly #options: ByteBudgetOptions<H>;
  readonly #held = new Map<H, number>();
  /** In the order in which they came. */
  readonly #waiting = new Set<() => void>();
  #usedBytes = 0;
  #check: Timer | undefined;
  #isWaking = false;
  #isClosed = false;

  constructor(options: ByteBudgetOptions<H>) {
    this.#options = options;
    this.bytesMax = options.bytesMax;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  get isExhausted(): boolean {
    return this.#usedBytes >= this.bytesMax;
  }

  /** Says how much a holder holds from now on. */
  set(holder: H, bytes: number): void {
    assert(bytes >= 0, 'a holder of a budget holds no less than nothing');
    const before = this.#held.get(holder) ?? 0;
    if (bytes === before) return;
    if (bytes === 0) this.#held.delete(holder);
    else this.#held.set(holder, bytes);
    this.#usedBytes += bytes - before;
    assert(this.#usedBytes >= 0, 'a budget gives out no less than nothing');
    if (bytes < before) this.#wakeLater();
  }

  /** Calls back, once, when there is room again: never at once. */
  wait(callback: () => void): void {
    this.#waiting.add(callback);
    this.#wakeLater();
    this.#checkLater();
  }

  cancel(callback: () => void): void {
    this.#waiting.delete(callback);
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting.clear();
    this.#check?.cancel();
  }

  #wakeLater(): void {
    if (this.#isWaking || this.isExhausted || this.#waiting.size === 0) return;
    this.#isWaking = true;
    this.#options.timers.defer(() => {
      this.#isWaking = false;
      // Those that come back to the line while it is gone through have had their turn.
      let turns = this.#waiting.size;
      for (const callback of this.#waiting) {
        if (this.isExhausted || turns-- === 0) break;
        this.#waiting.delete(callback);
        callback();
      }
    });
  }

  #checkLater(): void {
    if (this.#check !== undefined || this.#isClosed) return;
    const { timers, stallMsMax } = this.#options;
    this.#check = timers.after(Math.max(1, stallMsMax / CHECKS_PER_STALL), () => {
      this.#check = undefined;
      if (this.#waiting.size === 0) return;
      this.#reclaim();
      this.#checkLater();
    });
  }

  /** Ends stalled holders, those that stall longest first, until there is room. */
  #reclaim(): void {
    const { clock, stallMsMax, stalledSinceMs, reclaim } = this.#options;
    const nowMs = clock.monotonicMs();
    while (this.isExhausted) {
      let oldest: H | undefined;
      let oldestMs = nowMs - stallMsMax;
      for (const holder of this.#held.keys()) {
        const sinceMs = stalledSinceMs(holder);
        if (sinceMs === undefined || sinceMs > oldestMs) continue;
        oldest = holder;
        oldestMs = sinceMs;
      }
      if (oldest === undefined) return;
      const bytes = this.#held.get(oldest) ?? 0;
      this.set(oldest, 0);
      reclaim(oldest, { bytes, ms: nowMs - oldestMs });
    }
  }
}
