import { object, wholeNumber } from '../../base/argument-checks.ts';

/** Sessions: records of a key that are at most `inactivityGapMs` apart share one. */
export class SessionWindows {
  readonly inactivityGapMs: number;
  readonly gracePeriodMs: number;

  private constructor(inactivityGapMs: number, gracePeriodMs: number) {
    wholeNumber(1)(inactivityGapMs, 'inactivityGapMs');
    wholeNumber(0)(gracePeriodMs, 'gracePeriodMs');
    this.inactivityGapMs = inactivityGapMs;
    this.gracePeriodMs = gracePeriodMs;
  }

  static ofInactivityGapWithNoGrace(inactivityGapMs: number): SessionWindows {
    return new SessionWindows(inactivityGapMs, 0);
  }

  static ofInactivityGapAndGrace(options: {
    readonly inactivityGapMs: number;
    readonly gracePeriodMs: number;
  }): SessionWindows {
    object(options, 'options');
    return new SessionWindows(options.inactivityGapMs, options.gracePeriodMs);
  }
}
