import { DiagnosticError } from '../../base/errors.ts';

/** Sessions: records of a key that are at most `inactivityGapMs` apart share one. */
export class SessionWindows {
  readonly inactivityGapMs: number;
  readonly gracePeriodMs: number;

  private constructor(inactivityGapMs: number, gracePeriodMs: number) {
    if (!(inactivityGapMs > 0))
      throw new DiagnosticError({ message: 'inactivity gap must be larger than zero' });
    if (gracePeriodMs < 0) throw new DiagnosticError({ message: 'grace period must not be negative' });
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
    return new SessionWindows(options.inactivityGapMs, options.gracePeriodMs);
  }
}
