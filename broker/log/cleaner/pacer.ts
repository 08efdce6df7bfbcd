import type { Clock, Timers } from '../../../src/base/environment.ts';
import type { CleanerPace } from './cleaner-job.ts';

/** Thrown where a cleaning was told to give up. */
export class CleaningInterrupted extends Error {
  override readonly name = 'CleaningInterrupted';
}

/** Below this a timer takes longer than it is told. */
const PAUSE_MS_MIN = 2;

/** Holds a job to its bytes per second, and ends it when it is told to. */
export class Pacer {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #bytesPerMs: number;
  readonly #interrupt: Int32Array;
  readonly #yields: boolean;
  readonly #startMs: number;
  #bytes = 0;

  /** @param options.yields lets others of the event loop go on between two pieces of work. */
  constructor(
    { bytesPerSecondMax, interrupt }: CleanerPace,
    options: { readonly clock: Clock; readonly timers: Timers; readonly yields: boolean },
  ) {
    this.#clock = options.clock;
    this.#timers = options.timers;
    this.#yields = options.yields;
    this.#bytesPerMs = bytesPerSecondMax / 1000;
    this.#interrupt = new Int32Array(interrupt);
    this.#startMs = options.clock.monotonicMs();
  }

  /**
   * Counts bytes that were read or written.
   * @returns a promise where the job has to wait before it goes on.
   * @throws {CleaningInterrupted}
   */
  spend(bytes: number): Promise<void> | undefined {
    if (Atomics.load(this.#interrupt, 0) !== 0) throw new CleaningInterrupted('a cleaning was interrupted');
    this.#bytes += bytes;
    const aheadMs = this.#bytes / this.#bytesPerMs - (this.#clock.monotonicMs() - this.#startMs);
    if (aheadMs >= PAUSE_MS_MIN) return this.#timers.sleep(aheadMs);
    return this.#yields ? this.#timers.sleep(0) : undefined;
  }
}
