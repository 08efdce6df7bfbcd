import { DiagnosticError } from '../base/errors.ts';
import { showValue } from '../base/show-value.ts';

/**
 * Whether a value can be an event time: whole milliseconds, exact up to 2^53 (`src/base/int64.ts`). Kafka Streams has a
 * `long` there, so NaN, an infinity, a fraction or a text is no time that has gone wrong, but none at all. Negative ones
 * are times that a record may carry; what becomes of them is for the caller to say.
 */
export function isEventTime(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** The time of a record as a topic holds it, where 64 bits may be more than an event time can be: the nearest one. */
export function nearestEventTime(timestamp: number): number {
  if (Number.isSafeInteger(timestamp)) return timestamp;
  return timestamp < 0 ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

/**
 * An event time that cannot be one; `giver` is what has answered it, such as `the timestamp extractor`, and `wayOut` what
 * it could have answered where it knows no time.
 */
export function wrongEventTime(giver: string, value: unknown, wayOut?: string): DiagnosticError {
  const message =
    `${giver} gave the timestamp ${showValue(value)}: ` +
    'expected a whole number of milliseconds from 0 to 2^53 - 1';
  return new DiagnosticError({ message, ...hintFor(value, wayOut) });
}

function hintFor(value: unknown, wayOut: string | undefined): { readonly hint?: string } {
  if (typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value))
    return { hint: 'round it: Math.floor(time)' };
  if (value instanceof Date) return { hint: 'take its milliseconds: date.getTime()' };
  return wayOut === undefined ? {} : { hint: wayOut };
}
