import { epochDay, civilDate } from '../../../serde/model/civil-days.ts';

const MS_PER_DAY = 86_400_000;

const milliseconds: Readonly<Record<string, number>> = {
  MILLISECONDS: 1,
  SECONDS: 1000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: MS_PER_DAY,
};

/** An instant and so many units; months and years go by the calendar, beyond the end of a month is its last day. */
export function plusUnits(epochMs: number, amount: number, unit: string): number {
  const ms = milliseconds[unit];
  if (ms !== undefined) return epochMs + amount * ms;
  const days = Math.floor(epochMs / MS_PER_DAY);
  const { year, month, day } = civilDate(days);
  const months = year * 12 + (month - 1) + amount * (unit === 'YEARS' ? 12 : 1);
  const newYear = Math.floor(months / 12);
  const newMonth = months - newYear * 12 + 1;
  const first = epochDay(newYear, newMonth, 1);
  const nextFirst = newMonth === 12 ? epochDay(newYear + 1, 1, 1) : epochDay(newYear, newMonth + 1, 1);
  return (first + Math.min(day, nextFirst - first) - 1) * MS_PER_DAY + (epochMs - days * MS_PER_DAY);
}

/** The day of the instant; one before 1970 that is not whole counts as the next, as in ksqlDB. */
export function plusToDate(days: number, amount: number, unit: string): number {
  return Math.trunc(plusUnits(days * MS_PER_DAY, amount, unit) / MS_PER_DAY) + 0;
}

/** Goes round at midnight. */
export function plusToTime(ms: number, amount: number, unit: string): number {
  const shifted = plusUnits(ms, amount, unit);
  return ((shifted % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY;
}
