import { SerdeError } from './serde-error.ts';

const MS_PER_DAY = 86_400_000;

/** The last millisecond of a day. */
export const TIME_MAX = MS_PER_DAY - 1;

/** Returns what a record has for a TIME, in milliseconds. @throws {SerdeError} beyond the day, in ksqlDB's words. */
export function timeOfDay(ms: number): number {
  if (ms >= 0 && ms <= TIME_MAX) return ms;
  throw new SerdeError(
    `Time values must use number of milliseconds greater than 0 and less than ${MS_PER_DAY}: ${ms}`,
  );
}
