/**
 * What was read by a pattern as a date and a time, by the rules of Java's SMART resolver: a date needs year, month and
 * day, or year and day of the year, or a week and its day; what was read besides must agree with it.
 */
import { isInPeriod, middleOfPeriod } from './day-periods.ts';
import { civilDate, epochDay } from '../../serde/model/civil-days.ts';
import { daysInMonth } from './iso-time.ts';
import type { Reading } from './pattern-parse.ts';
import { dayOfWeekBasedYear, localDayOfWeek, weekOfMonth, weekOfYear } from './week-fields.ts';

type Fields = Reading['fields'];

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 24 * MS_PER_HOUR;

/** The year of the calendar that was read: `y` counts within its era. */
function yearOf(fields: Fields): number | undefined {
  const ofEra = fields.get('y');
  if (ofEra === undefined) return fields.get('u');
  const year = fields.get('G') === 0 ? 1 - ofEra : ofEra;
  const proleptic = fields.get('u');
  if (proleptic !== undefined && proleptic !== year) throw new RangeError('Conflict found: two years');
  return year;
}

/** The date of the fields, or undefined where they are no whole one. @throws {RangeError} where they contradict each other. */
export function resolveDate(fields: Fields): number | undefined {
  const year = yearOf(fields);
  const resolved = year === undefined ? weekDate(fields) : dateOfYear(year, fields);
  if (resolved === undefined) return undefined;
  crossCheck(resolved, fields);
  return resolved.days;
}

/** A date, and the letters of the fields that it was made of. */
interface Resolved {
  readonly days: number;
  readonly from: string;
}

function dateOfYear(year: number, fields: Fields): Resolved | undefined {
  const month = fields.get('M');
  const day = fields.get('d');
  if (month !== undefined && day !== undefined) {
    return { days: epochDay(year, month, Math.min(day, daysInMonth(year, month))), from: 'Md' };
  }
  const dayOfYear = fields.get('D');
  if (dayOfYear !== undefined) return { days: dayInYear(year, dayOfYear), from: 'D' };
  const week = fields.get('W');
  const dayOfWeek = fields.get('E');
  if (month === undefined || week === undefined || dayOfWeek === undefined) return undefined;
  const first = calendarDay(epochDay(year, month, 1));
  const ahead = localDayOfWeek(dayOfWeek) - localDayOfWeek(first.dayOfWeek);
  return { days: epochDay(year, month, 1) + (week - weekOfMonth(first)) * 7 + ahead, from: 'MWE' };
}

function dayInYear(year: number, dayOfYear: number): number {
  if (dayOfYear > epochDay(year + 1, 1, 1) - epochDay(year, 1, 1)) {
    throw new RangeError(`Invalid date 'DayOfYear ${dayOfYear}' as '${year}' is not a leap year`);
  }
  return epochDay(year, 1, 1) + dayOfYear - 1;
}

function weekDate(fields: Fields): Resolved | undefined {
  const year = fields.get('Y');
  const week = fields.get('w');
  const dayOfWeek = fields.get('E');
  if (year === undefined || week === undefined || dayOfWeek === undefined) return undefined;
  return { days: dayOfWeekBasedYear(year, week, localDayOfWeek(dayOfWeek)), from: 'YwE' };
}

interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly dayOfYear: number;
  readonly dayOfWeek: number;
}

function calendarDay(days: number): CalendarDay {
  const date = civilDate(days);
  return {
    ...date,
    dayOfYear: days - epochDay(date.year, 1, 1) + 1,
    dayOfWeek: (((days + 3) % 7) + 7) % 7,
  };
}

/** How a date answers for a field, by its letter. */
const answers: Readonly<Record<string, (date: CalendarDay) => number>> = {
  d: ({ day }) => day,
  M: ({ month }) => month,
  D: ({ dayOfYear }) => dayOfYear,
  E: ({ dayOfWeek }) => dayOfWeek,
  F: ({ day }) => ((day - 1) % 7) + 1,
  Q: ({ month }) => Math.ceil(month / 3),
  W: weekOfMonth,
  w: (date) => weekOfYear(date).week,
  Y: (date) => weekOfYear(date).year,
};

function crossCheck({ days, from }: Resolved, fields: Fields): void {
  const date = calendarDay(days);
  for (const [letter, value] of fields) {
    const actual = from.includes(letter) ? undefined : answers[letter]?.(date);
    if (actual !== undefined && actual !== value) {
      throw new RangeError(`Conflict found: '${letter}' is ${value}, and of the date it is ${actual}`);
    }
  }
}

/** The first of January 1970 with what was read put in its place, day by day, then month, then year. */
export function overlayDate(fields: Fields): number {
  let days = 0;
  const dayOfWeek = fields.get('E');
  if (dayOfWeek !== undefined) days += dayOfWeek - calendarDay(days).dayOfWeek;
  const dayInMonth = fields.get('F');
  if (dayInMonth !== undefined) days += dayInMonth - (((civilDate(days).day - 1) % 7) + 1);
  const year = yearOf(fields);
  const dayOfYear = fields.get('D');
  let date = civilDate(days);
  const day = fields.get('d') ?? date.day;
  if (day > daysInMonth(date.year, date.month)) throw new RangeError(`Invalid day of month: ${day}`);
  date = { ...date, day };
  if (dayOfYear !== undefined) date = civilDate(dayInYear(date.year, dayOfYear));
  // A day that the new month lacks is its last one; so again in the new year.
  const month = fields.get('M') ?? date.month;
  const dayOfMonth = Math.min(date.day, daysInMonth(date.year, month));
  const newYear = year ?? date.year;
  return epochDay(newYear, month, Math.min(dayOfMonth, daysInMonth(newYear, month)));
}

/** Milliseconds of the day, 24 hours at its end; undefined where what was read names no hour of the day. @throws {RangeError} */
export function resolveTime(fields: Fields): number | undefined {
  const ofDay = fields.get('A') ?? (fields.has('N') ? Math.floor((fields.get('N') ?? 0) / 1e6) : undefined);
  if (ofDay !== undefined) {
    if (ofDay >= MS_PER_DAY) throw new RangeError(`not a time of day: ${ofDay}`);
    return ofDay;
  }
  const hour = hourOfDay(fields);
  const minute = fields.get('m');
  const second = fields.get('s');
  const nanos = fields.get('S') ?? fields.get('n');
  const hasGap =
    (minute === undefined && (second !== undefined || nanos !== undefined)) ||
    (second === undefined && nanos !== undefined);
  if (hour === undefined || hasGap) return undefined;
  const ms = hour * MS_PER_HOUR + restOfHour(fields);
  if (ms > MS_PER_DAY) throw new RangeError('Invalid value for HourOfDay (valid values 0 - 23): 24');
  return ms;
}

function restOfHour(fields: Fields): number {
  const nanos = fields.get('S') ?? fields.get('n') ?? 0;
  return (fields.get('m') ?? 0) * 60_000 + (fields.get('s') ?? 0) * 1000 + Math.floor(nanos / 1e6);
}

function hourOfDay(fields: Fields): number | undefined {
  const clock = fields.get('k');
  const hour = fields.get('H') ?? (clock === undefined ? undefined : clock % 24);
  const half = fields.get('a');
  const hour12 = hourOfHalf(fields);
  const period = fields.get('B');
  const minute = fields.get('m') ?? 0;
  if (hour !== undefined) {
    if (period !== undefined && !isInPeriod(period, hour * 60 + minute))
      throw new RangeError('Conflict found: B');
    const isOther =
      (half !== undefined && half !== Math.floor(hour / 12)) ||
      (hour12 !== undefined && hour12 !== hour % 12);
    if (isOther && hour !== 24) throw new RangeError('Conflict found: two hours of the day');
    return hour;
  }
  if (hour12 === undefined) {
    return ['m', 's', 'S', 'n'].some((letter) => fields.has(letter)) ? undefined : middleHour(half, period);
  }
  if (half !== undefined) return half * 12 + hour12;
  if (period === undefined) return undefined;
  return isInPeriod(period, (hour12 + 12) * 60 + minute) ? hour12 + 12 : hour12;
}

/** What stands for a part of the day where no hour was read. */
function middleHour(half: number | undefined, period: number | undefined): number | undefined {
  if (period !== undefined) return middleOfPeriod(period) / 60;
  return half === undefined ? undefined : half * 12 + 6;
}

function hourOfHalf(fields: Fields): number | undefined {
  const clock = fields.get('h');
  return fields.get('K') ?? (clock === undefined ? undefined : clock % 12);
}

/** Midnight with what was read put in its place, where it is no whole time. */
export function overlayTime(fields: Fields): number {
  const hour = hourOfDay(fields) ?? (hourOfHalf(fields) ?? 0) + (fields.get('a') ?? 0) * 12;
  return hour * MS_PER_HOUR + restOfHour(fields);
}
