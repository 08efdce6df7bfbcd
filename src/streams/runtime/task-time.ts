import type {
  ProcessorMetadataEntry,
  StreamClock,
  TimedOperator,
  WindowCloser,
} from '../operators/operator.ts';
import type { Cancellable, PunctuationType, Punctuator } from '../processor.ts';
import type { ProcessorMetadata } from './processor-metadata.ts';

/** Called when time has passed. A promise is waited for before anything else happens on the task. */
export type OnTime = Punctuator;

interface Schedule {
  readonly type: PunctuationType;
  readonly intervalMs: number;
  readonly onTime: OnTime;
  nextMs: number;
}

/**
 * The time of a task: its stream time, the highest time of what it has processed, the stream times of its operators, each of
 * what it has got, and the wall clock; and who is to be told when they have moved on. Stream time starts at 0, so the first
 * record fires; wall-clock time starts at an interval from now. Intervals that were missed count as one, and the grid stays
 * where it was.
 */
export class TaskTime {
  readonly #clock: () => number;
  readonly #metadata: ProcessorMetadata;
  readonly #clocks = new Map<string, StreamClock>();
  readonly #operators: { readonly operator: TimedOperator; readonly above: readonly WindowCloser[] }[] = [];
  readonly #schedules: Record<PunctuationType, Schedule[]> = { 'stream-time': [], 'wall-clock-time': [] };
  /** When the next of each kind is due. */
  readonly #nextMs: Record<PunctuationType, number> = {
    'stream-time': Number.POSITIVE_INFINITY,
    'wall-clock-time': Number.POSITIVE_INFINITY,
  };
  /** -1 before the first record. */
  streamTimeMs = -1;

  constructor(wallClockMs: () => number, metadata: ProcessorMetadata) {
    this.#clock = wallClockMs;
    this.#metadata = metadata;
  }

  wallClockMs(): number {
    return this.#clock();
  }

  now(type: PunctuationType): number {
    return type === 'stream-time' ? this.streamTimeMs : this.#clock();
  }

  /** See {@link OperatorContext.clock}. */
  clock(name: string): StreamClock {
    let clock = this.#clocks.get(name);
    if (clock === undefined) {
      clock = new CommittedClock(this.#metadata.entry(`${name}/stream-time`));
      this.#clocks.set(name, clock);
    }
    return clock;
  }

  /**
   * Has an operator told when stream time moves on without records.
   * @param above the operators whose windows it tells as final.
   */
  tell(operator: TimedOperator, above: readonly WindowCloser[] = []): void {
    this.#operators.push({ operator, above });
  }

  /** Whether it brings something about to move stream time on to there. */
  isDueWithoutRecords(timeMs: number): boolean {
    return (
      this.#nextMs['stream-time'] <= timeMs ||
      this.#operators.some(({ operator }) => operator.dueMs() <= timeMs)
    );
  }

  /**
   * Moves stream time on without a record, where that brings something about; answers who is to be told, one after the
   * other. Where nothing waits for it, time stands still: what comes next is not late then. Where a window is told as final, the
   * operator that it comes from goes on, too: what it would still take for the window would be told a second time.
   */
  goOn(timeMs: number): readonly OnTime[] {
    if (!this.isDueWithoutRecords(timeMs)) return [];
    const due = this.#operators.filter(({ operator }) => operator.dueMs() <= timeMs);
    for (const { above } of due) for (const operator of above) operator.closeWindows(timeMs);
    this.streamTimeMs = Math.max(this.streamTimeMs, timeMs);
    const told = due.map(
      ({ operator }): OnTime =>
        (now) =>
          operator.onTime(now),
    );
    return [...told, ...this.takeDue('stream-time', timeMs)];
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

  get wallClockDueInMs(): number {
    const nextMs = this.#nextMs['wall-clock-time'];
    return nextMs === Number.POSITIVE_INFINITY ? nextMs : Math.max(0, nextMs - this.#clock());
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

/** A clock of an operator, kept in the metadata of the committed offsets. */
class CommittedClock implements StreamClock {
  readonly #entry: ProcessorMetadataEntry;

  constructor(entry: ProcessorMetadataEntry) {
    this.#entry = entry;
  }

  get nowMs(): number {
    return this.#entry.value;
  }

  observe(timestamp: number): number {
    const entry = this.#entry;
    if (timestamp > entry.value) entry.value = timestamp;
    return entry.value;
  }
}
