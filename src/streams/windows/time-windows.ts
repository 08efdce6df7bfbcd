import { object, wholeNumber } from '../../base/argument-checks.ts';
import { ArgumentError } from '../../base/errors.ts';
import type { Window } from './windowed.ts';

/** Each of a record's windows is a row that is read, written and told: more than this is a mistake in a unit of time. */
const WINDOWS_PER_RECORD_MAX = 100_000;

/**
 * Windows of a fixed size that begin at multiples of `advanceMs`: tumbling where size and advance are equal, hopping
 * where windows overlap. A window takes records until stream time reaches its end plus the grace period.
 */
export class TimeWindows {
  readonly sizeMs: number;
  readonly advanceMs: number;
  readonly gracePeriodMs: number;

  private constructor(sizeMs: number, advanceMs: number, gracePeriodMs: number) {
    wholeNumber(1)(sizeMs, 'sizeMs');
    wholeNumber(1, sizeMs)(advanceMs, 'advanceMs');
    wholeNumber(0)(gracePeriodMs, 'gracePeriodMs');
    if (sizeMs / advanceMs > WINDOWS_PER_RECORD_MAX) {
      throw new ArgumentError('advanceMs', {
        message: `windows of ${sizeMs} ms that begin every ${advanceMs} ms put each record into more than ${WINDOWS_PER_RECORD_MAX} of them`,
        hint: `let them begin every ${Math.ceil(sizeMs / WINDOWS_PER_RECORD_MAX)} ms or more rarely`,
      });
    }
    this.sizeMs = sizeMs;
    this.advanceMs = advanceMs;
    this.gracePeriodMs = gracePeriodMs;
  }

  static ofSizeWithNoGrace(sizeMs: number): TimeWindows {
    return new TimeWindows(sizeMs, sizeMs, 0);
  }

  static ofSizeAndGrace(options: { readonly sizeMs: number; readonly gracePeriodMs: number }): TimeWindows {
    object(options, 'options');
    return new TimeWindows(options.sizeMs, options.sizeMs, options.gracePeriodMs);
  }

  /** The same windows, one beginning every `advanceMs`. */
  advanceBy(advanceMs: number): TimeWindows {
    return new TimeWindows(this.sizeMs, advanceMs, this.gracePeriodMs);
  }

  /** Starts of all windows that hold `timestamp`, ascending. */
  startsFor(timestamp: number): number[] {
    // Asked for each record several times, and nearly always of tumbling windows.
    if (this.advanceMs === this.sizeMs && timestamp >= 0)
      return [Math.floor(timestamp / this.sizeMs) * this.sizeMs];
    const starts: number[] = [];
    let start =
      Math.floor(Math.max(0, timestamp - this.sizeMs + this.advanceMs) / this.advanceMs) * this.advanceMs;
    for (; start <= timestamp; start += this.advanceMs) starts.push(start);
    return starts;
  }

  windowAt(startMs: number): Window {
    return { startMs, endMs: startMs + this.sizeMs };
  }
}
