/**
 * The calendar of `java.util.GregorianCalendar` where it is lenient: fields of any value, of which those decide that were
 * set last, with the Julian calendar before the 15th of October 1582. Weeks begin on Sunday, and the one of the first of
 * January is the first.
 */
import { epochDay } from '../../serde/model/civil-days.ts';

export type CalendarField =
  | 'era'
  | 'year'
  | 'month'
  | 'weekOfYear'
  | 'weekOfMonth'
  | 'dayOfMonth'
  | 'dayOfYear'
  | 'dayOfWeek'
  | 'dayOfWeekInMonth'
  | 'amPm'
  | 'hour'
  | 'hourOfDay'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'zoneOffset';

/** In the order in which they were set, which decides where they contradict each other. */
export type LenientFields = Map<CalendarField, number>;

const MS_PER_HOUR = 3_600_000;
const GREGORIAN_FROM_YEAR = 1582;
const GREGORIAN_FROM_DAY = epochDay(1582, 10, 15);
const SUNDAY = 1;

/** Sets a field, the latest of all from now on. */
export function setField(fields: LenientFields, field: CalendarField, value: number): void {
  fields.delete(field);
  fields.set(field, value);
}

/** The epoch day of the first of a month, which may be beyond December. */
type FirstOfMonth = (year: number, month: number) => number;

const gregorian: FirstOfMonth = (year, month) =>
  epochDay(year + Math.floor(month / 12), month - Math.floor(month / 12) * 12 + 1, 1);

const julian: FirstOfMonth = (year, month) => {
  const wholeYear = year + Math.floor(month / 12);
  const monthFromMarch = (month - Math.floor(month / 12) * 12 + 10) % 12;
  const yearFromMarch = monthFromMarch >= 10 ? wholeYear - 1 : wholeYear;
  return (
    365 * yearFromMarch + Math.floor(yearFromMarch / 4) + Math.floor((153 * monthFromMarch + 2) / 5) - 719_470
  );
};

/** The last day on or before one that is a given day of the week, from Sunday as 1. */
function onOrBefore(day: number, dayOfWeek: number): number {
  // The epoch was a Thursday, 5.
  return day - ((((day + 5 - dayOfWeek) % 7) + 7) % 7);
}

/** When a field was set, from 1 on; 0 where it was not. */
function stamps(fields: LenientFields): (field: CalendarField) => number {
  const order = [...fields.keys()];
  return (field) => order.indexOf(field) + 1;
}

const both = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : Math.max(a, b));

type DateBy = 'dayOfMonth' | 'weekOfMonth' | 'dayOfWeekInMonth' | 'dayOfYear' | 'weekOfYear';

/** What the date is found by: the latest group of fields that is whole, else the latest of what there is. */
function dateBy(fields: LenientFields): DateBy {
  const stamp = stamps(fields);
  const dayOfWeek = stamp('dayOfWeek');
  const groups: readonly (readonly [DateBy, number])[] = [
    ['dayOfMonth', stamp('dayOfMonth')],
    ['weekOfMonth', both(stamp('weekOfMonth'), dayOfWeek)],
    ['dayOfWeekInMonth', both(stamp('dayOfWeekInMonth'), dayOfWeek)],
    ['dayOfYear', stamp('dayOfYear')],
    ['weekOfYear', both(stamp('weekOfYear'), dayOfWeek)],
  ];
  const parts: readonly (readonly [DateBy, number])[] = [
    ['weekOfMonth', stamp('weekOfMonth')],
    ['dayOfWeekInMonth', Math.max(stamp('dayOfWeekInMonth'), dayOfWeek)],
    ['weekOfYear', stamp('weekOfYear')],
  ];
  return latest(groups, stamp) ?? latest(parts, stamp) ?? 'dayOfMonth';
}

function latest(
  candidates: readonly (readonly [DateBy, number])[],
  stamp: (field: CalendarField) => number,
): DateBy | undefined {
  const best = Math.max(...candidates.map(([, at]) => at));
  if (best === 0) return undefined;
  // Where the day of the week was set last, several are as late: the one whose own field was set later.
  return candidates.filter(([, at]) => at === best).reduce((a, b) => (stamp(b[0]) > stamp(a[0]) ? b : a))[0];
}

function dayBy(by: DateBy, fields: LenientFields, year: number, first: FirstOfMonth): number {
  const month = fields.get('month') ?? 0;
  const dayOfWeek = fields.get('dayOfWeek');
  switch (by) {
    case 'dayOfMonth':
      return first(year, month) + (fields.get('dayOfMonth') ?? 1) - 1;
    case 'weekOfMonth':
      return dayOfWeekFrom(first(year, month), fields.get('weekOfMonth') ?? 1, dayOfWeek);
    case 'dayOfWeekInMonth': {
      const count = fields.get('dayOfWeekInMonth') ?? 1;
      return onOrBefore(first(year, month) + 7 * count - 1, dayOfWeek ?? SUNDAY);
    }
    case 'dayOfYear':
      return first(year, 0) + (fields.get('dayOfYear') ?? 1) - 1;
    case 'weekOfYear':
      return dayOfWeekFrom(first(year, 0), fields.get('weekOfYear') ?? 1, dayOfWeek);
  }
}

/** A day of a week, counted from the one that the first day of a month or year is in. */
function dayOfWeekFrom(firstDay: number, week: number, dayOfWeek = SUNDAY): number {
  const sunday = onOrBefore(firstDay, SUNDAY);
  return onOrBefore(sunday + 6, dayOfWeek) + 7 * (week - 1);
}

function resolveDays(fields: LenientFields): number {
  const given = fields.get('year') ?? 1970;
  const year = fields.get('era') === 0 ? 1 - given : given;
  const by = dateBy(fields);
  const inJulian = dayBy(by, fields, year, julian);
  if (year < GREGORIAN_FROM_YEAR && inJulian < GREGORIAN_FROM_DAY) return inJulian;
  const inGregorian = dayBy(by, fields, year, gregorian);
  const isByYear = by === 'dayOfYear' || by === 'weekOfYear';
  if (year === GREGORIAN_FROM_YEAR && isByYear) return inJulian;
  return inGregorian >= GREGORIAN_FROM_DAY ? inGregorian : inJulian;
}

function hoursOf(fields: LenientFields): number {
  const stamp = stamps(fields);
  const half = both(stamp('hour'), stamp('amPm'));
  const ofDay = stamp('hourOfDay');
  const isByHalf = half > ofDay || (half === 0 && ofDay === 0);
  return isByHalf
    ? (fields.get('hour') ?? 0) + 12 * (fields.get('amPm') ?? 0)
    : (fields.get('hourOfDay') ?? 0);
}

/** Milliseconds since the epoch; what is not set is that of midnight of 1970-01-01. */
export function resolveLenient(fields: LenientFields): number {
  const time =
    hoursOf(fields) * MS_PER_HOUR +
    (fields.get('minute') ?? 0) * 60_000 +
    (fields.get('second') ?? 0) * 1000 +
    (fields.get('millisecond') ?? 0);
  return resolveDays(fields) * 24 * MS_PER_HOUR + time - (fields.get('zoneOffset') ?? 0);
}
