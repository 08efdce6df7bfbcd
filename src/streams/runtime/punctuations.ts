import type { Cancellable, PunctuationType, Punctuator } from '../processor.ts';

interface Schedule {
  readonly intervalMs: number;
  readonly callback: Punctuator;
  nextMs: number;
  cancelled: boolean;
}

/**
 * The schedules of a task. Stream time starts at 0, so the first record fires; wall-clock time starts at an interval from
 * now. Intervals that were missed count as one, and the grid stays where it was.
 */
export class Punctuations {
  readonly #schedules: Record<PunctuationType, Schedule[]> = { 'stream-time': [], 'wall-clock-time': [] };

  add(
    options: { readonly intervalMs: number; readonly type: PunctuationType; readonly callback: Punctuator },
    wallClockMs: number,
  ): Cancellable {
    const { intervalMs, type, callback } = options;
    const nextMs = type === 'stream-time' ? 0 : wallClockMs + intervalMs;
    const schedule = { intervalMs, callback, nextMs, cancelled: false };
    this.#schedules[type].push(schedule);
    return {
      cancel: () => {
        schedule.cancelled = true;
        this.#schedules[type] = this.#schedules[type].filter((each) => each !== schedule);
      },
    };
  }

  get isEmpty(): boolean {
    return this.#schedules['stream-time'].length === 0 && this.#schedules['wall-clock-time'].length === 0;
  }

  /** Calls that are due at `timeMs`; each moves its schedule on when it is taken. */
  due(type: PunctuationType, timeMs: number): (() => void)[] {
    const calls: (() => void)[] = [];
    for (const schedule of this.#schedules[type]) {
      if (schedule.cancelled || schedule.nextMs > timeMs) continue;
      const missed = Math.floor((timeMs - schedule.nextMs) / schedule.intervalMs);
      schedule.nextMs += (missed + 1) * schedule.intervalMs;
      calls.push(() => schedule.callback(timeMs));
    }
    return calls;
  }
}
