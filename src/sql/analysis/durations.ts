import type { Duration, TimeUnit } from '../../../grammar/ast.ts';
import { withMessages } from '../messages/with-properties.ts';
import { refuse } from './sql-error.ts';

const unitMs = {
  MILLISECONDS: 1,
  SECONDS: 1000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
  MONTHS: Number.NaN,
  YEARS: Number.NaN,
} satisfies Record<TimeUnit, number>;

/** Those of a fixed length. */
const UNITS = (Object.keys(unitMs) as TimeUnit[]).filter((unit) => !Number.isNaN(unitMs[unit]));

/** A duration as it is written: how many of which unit. */
export type WrittenDuration = Pick<Duration, 'amount' | 'unit'>;

/** A duration of the grammar in milliseconds. */
export function durationMs(duration: WrittenDuration): number {
  return Number(duration.amount) * unitMs[duration.unit];
}

/** Reads the text of a WINDOW_SIZE: `'30 SECONDS'`. */
export function parseDuration(text: string): WrittenDuration {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== 2) throw refuse(withMessages.windowSizeParts(text, parts.length));
  const [amount = '', unit = ''] = parts;
  if (!/^[0-9]+$/.test(amount)) throw refuse(withMessages.windowSizeNumber(text, amount));
  const name = unit.toUpperCase();
  const known = UNITS.find((each) => each === name || each === `${name}S`);
  if (known === undefined) throw refuse(withMessages.windowSizeUnit(text, name));
  return { amount, unit: known };
}
