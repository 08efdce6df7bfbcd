import { epochDay } from '../../serde/model/civil-days.ts';

/** A date as the calendar of weeks needs it; `dayOfWeek` 0 is Monday. */
interface DayInYear {
  readonly year: number;
  readonly day: number;
  readonly dayOfYear: number;
  readonly dayOfWeek: number;
}

/**
 * Weeks as Java's `WeekFields` counts them in the United States, and where the locale names no country: they begin on
 * Sunday, and the week of the first of January is the first of the year.
 */
export function localDayOfWeek(dayOfWeek: number): number {
  return ((dayOfWeek + 1) % 7) + 1;
}

/** The day of the week, 0 is Monday, of one that is counted from Sunday, 1. */
export function isoDayOfWeek(localDay: number): number {
  return (localDay + 5) % 7;
}

/** How far the first whole week of a month or year is from its first day. */
function firstWeekOffset(day: number, localDay: number): number {
  const weekStart = (((day - localDay) % 7) + 7) % 7;
  return weekStart === 0 ? 0 : 7 - weekStart;
}

function weekAt(offset: number, day: number): number {
  return Math.floor((7 + offset + (day - 1)) / 7);
}

function daysInYear(year: number): number {
  return epochDay(year + 1, 1, 1) - epochDay(year, 1, 1);
}

export function weekOfMonth({ day, dayOfWeek }: DayInYear): number {
  return weekAt(firstWeekOffset(day, localDayOfWeek(dayOfWeek)), day);
}

/** The week, and the year that it is of: the last days of December are of the next year where its first week has begun. */
export function weekOfYear({ year, dayOfYear, dayOfWeek }: DayInYear): {
  readonly year: number;
  readonly week: number;
} {
  const offset = firstWeekOffset(dayOfYear, localDayOfWeek(dayOfWeek));
  const week = weekAt(offset, dayOfYear);
  const nextYearWeek = weekAt(offset, daysInYear(year) + 1);
  return week >= nextYearWeek ? { year: year + 1, week: week - nextYearWeek + 1 } : { year, week };
}

/** The day since the epoch of a day, from Sunday as 1, of a week of a year. */
export function dayOfWeekBasedYear(year: number, week: number, localDay: number): number {
  const first = epochDay(year, 1, 1);
  const offset = firstWeekOffset(1, localDayOfWeek((((first + 3) % 7) + 7) % 7));
  const lastWeek = weekAt(offset, daysInYear(year) + 1) - 1;
  return first - offset + (localDay - 1) + (Math.min(week, lastWeek) - 1) * 7;
}
