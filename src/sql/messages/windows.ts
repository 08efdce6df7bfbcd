import type { RefusalFamily } from '../../base/errors.ts';

/** Durations of windows and of joins, as they are written: `2 DAYS`. */
export const windowMessages = {
  /** `what`: `SIZE`, `the gap of a session`, `GRACE PERIOD`. */
  tooShort: (what: string, duration: string) => ({
    message: `${what} is too short: ${duration}`,
    hint: 'it is at least 1 MILLISECOND',
  }),
  tooLong: (what: string, duration: string, daysMax: number) => ({
    message: `${what} is too long: ${duration}`,
    hint: `it is at most ${daysMax} DAYS`,
  }),
  advance: (durations: { readonly advance: string; readonly size: string }) => ({
    message: `ADVANCE BY ${durations.advance} is longer than SIZE ${durations.size}`,
    detail: 'rows between two windows would be in none',
    hint: `windows that follow each other are TUMBLING (SIZE ${durations.size})`,
  }),
  /** `least`: for how long a window takes rows. `grace` is written, or is what there is without. */
  retention: (durations: {
    readonly retention: string;
    readonly length: string;
    readonly least: string;
    readonly grace: { readonly duration: string; readonly isWritten: boolean };
  }) => ({
    message: `RETENTION ${durations.retention} is shorter than the window and its grace period`,
    detail:
      `a window of ${durations.length} takes rows for ${durations.least}, with ` +
      (durations.grace.isWritten
        ? `its GRACE PERIOD of ${durations.grace.duration}`
        : `a grace period of ${durations.grace.duration}, which is what there is without GRACE PERIOD`),
    hint: `RETENTION ${durations.least}, or a shorter GRACE PERIOD`,
  }),
} satisfies RefusalFamily;
