import type { Cancellable, PunctuationType, Punctuator } from '../processor.ts';

/** Called when time has passed. A promise is waited for before anything else happens on the task. */
export type OnTime = Punctuator;

interface Schedule {
  readonly type: PunctuationType;
  readonly intervalMs: number;
  readonly onTime: OnTime;
  nextMs: number;
}

/**
 * The time of a task: its stream time, the highest time of what it has processed, and the wall clock; and who is to be told
 * when they have moved on. Stream time starts at 0, so the first record fires; wall-clock time starts at an interval from
 * now. Intervals that were missed count as one, and the grid stays where it was.
 */
export class TaskTime {
  readonly #clock: () => number;
  readonly #schedules: Record<PunctuationType, Schedule[]> = { 'stream-time': [], 'wall-clock-time': [] };
  /** When the next of each kind is due. */
  readonly #nextMs: Record<PunctuationType, number> = {
    'stream-time': Number.POSITIVE_INFINITY,
    'wall-clock-time': Number.POSITIVE_INFINITY,
  };
  /** -1 before the first record. */
  streamTimeMs = -1;

  constructor(wallClockMs: () => number) {
    this.#clock = wallClockMs;
  }

  wallClockMs(): number {
    return this.#clock();
  }

  now(type: PunctuationType): number {
    return type === 'stream-time' ? this.streamTimeMs : this.#clock();
  }

  /** Has somebody told every so often, by one of the clocks, until it is cancelled. */
  every(options: {
    readonly intervalMs: number;
    readonly type: PunctuationType;
    readonly onTime: OnTime;
  }): Cancellable {
    const { intervalMs, type, onTime } = options;
    const nextMs = type === 'stream-time' ? 0 : this.#clock() + intervalMs;
    const schedule = { type, intervalMs, onTime, nextMs };
    this.#schedules[type].push(schedule);
    this.#nextMs[type] = Math.min(this.#nextMs[type], nextMs);
    return {
      cancel: () => {
        schedule.nextMs = Number.POSITIVE_INFINITY;
        this.#schedules[type] = this.#schedules[type].filter((each) => each !== schedule);
        this.#findNext(type);
      },
    };
  }

  /** Whether somebody is to be told now; looks at no clock where nobody ever is. */
  isDue(type: PunctuationType): boolean {
    const nextMs = this.#nextMs[type];
    return nextMs !== Number.POSITIVE_INFINITY && nextMs <= this.now(type);
  }

  /** Takes those that are due, each of which is moved on; to be called one after the other. */
  takeDue(type: PunctuationType, timeMs: number): readonly OnTime[] {
    const due: OnTime[] = [];
    for (const schedule of this.#schedules[type]) {
      if (schedule.nextMs > timeMs) continue;
      const missed = Math.floor((timeMs - schedule.nextMs) / schedule.intervalMs);
      schedule.nextMs += (missed + 1) * schedule.intervalMs;
      due.push((now) => (schedule.nextMs === Number.POSITIVE_INFINITY ? undefined : schedule.onTime(now)));
    }
    this.#findNext(type);
    return due;
  }

  #findNext(type: PunctuationType): void {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const schedule of this.#schedules[type]) nextMs = Math.min(nextMs, schedule.nextMs);
    this.#nextMs[type] = nextMs;
  }
}
