import { civilDate, epochDay } from '../../serde/model/civil-days.ts';
import type { Element, FieldElement } from './pattern-elements.ts';
import { periodOf } from './day-periods.ts';
import { localDayOfWeek, weekOfMonth, weekOfYear } from './week-fields.ts';
import { type Zone, zoneName } from './zones.ts';

const MS_PER_DAY = 86_400_000;

export const monthNames =
  'January February March April May June July August September October November December'.split(' ');

export const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Before and after the year 1: short, full, narrow. */
const eraNames = [
  ['BC', 'Before Christ', 'B'],
  ['AD', 'Anno Domini', 'A'],
] as const;

export const quarterNames = ['1st quarter', '2nd quarter', '3rd quarter', '4th quarter'];

/** An instant as a zone's clocks and calendars show it. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly dayOfYear: number;
  /** 0 is Monday. */
  readonly dayOfWeek: number;
  readonly msOfDay: number;
  readonly offsetMs: number;
  readonly epochMs: number;
  readonly zone: Zone;
}

export function localTimeOf(epochMs: number, zone: Zone): LocalTime {
  const offsetMs = zone.offsetMs(epochMs);
  const localMs = epochMs + offsetMs;
  const days = Math.floor(localMs / MS_PER_DAY);
  const { year, month, day } = civilDate(days);
  return {
    year,
    month,
    day,
    dayOfYear: days - epochDay(year, 1, 1) + 1,
    dayOfWeek: (((days + 3) % 7) + 7) % 7,
    msOfDay: localMs - days * MS_PER_DAY,
    offsetMs,
    epochMs,
    zone,
  };
}

export function printElements(elements: readonly Element[], time: LocalTime): string {
  let text = '';
  for (const element of elements) {
    if (element.kind === 'literal') text += element.text;
    else if (element.kind === 'optional') text += printElements(element.elements, time);
    else text += printField(element, time);
  }
  return text;
}

function number(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width, '0')}` : String(value).padStart(width, '0');
}

function year(value: number, count: number): string {
  if (count === 2) return number(Math.abs(value) % 100, 2);
  // A year of more digits than the pattern has letters (four or more) carries a sign.
  return count >= 4 && value >= 10 ** count ? `+${value}` : number(value, count);
}

function named(names: readonly string[], index: number, count: number): string {
  const name = names[index] ?? '';
  if (count === 4) return name;
  return count === 5 ? name.charAt(0) : name.slice(0, 3);
}

function printField({ letter, count }: FieldElement, time: LocalTime): string {
  const hour = Math.floor(time.msOfDay / 3_600_000);
  switch (letter) {
    case 'G':
      return eraNames[time.year > 0 ? 1 : 0][count < 4 ? 0 : count - 3] ?? '';
    case 'u':
      return year(time.year, count);
    case 'y':
      return year(time.year > 0 ? time.year : 1 - time.year, count);
    case 'M':
      return count <= 2 ? number(time.month, count) : named(monthNames, time.month - 1, count);
    case 'd':
      return number(time.day, count);
    case 'D':
      return number(time.dayOfYear, count);
    case 'e':
    case 'c':
      return count <= 2
        ? number(localDayOfWeek(time.dayOfWeek), count)
        : named(dayNames, time.dayOfWeek, count);
    case 'E':
      return named(dayNames, time.dayOfWeek, count);
    case 'Y':
      return year(weekOfYear(time).year, count);
    case 'w':
      return number(weekOfYear(time).week, count);
    case 'W':
      return number(weekOfMonth(time), count);
    case 'F':
      return number(((time.day - 1) % 7) + 1, count);
    case 'q':
    case 'Q': {
      const quarter = Math.ceil(time.month / 3);
      return count <= 2 || count === 5
        ? number(quarter, count === 2 ? 2 : 1)
        : count === 4
          ? (quarterNames[quarter - 1] ?? '')
          : `Q${quarter}`;
    }
    case 'B':
      return periodOf(Math.floor(time.msOfDay / 60_000)).name;
    case 'a':
      return hour < 12 ? 'AM' : 'PM';
    case 'h':
      return number(hour % 12 === 0 ? 12 : hour % 12, count);
    case 'K':
      return number(hour % 12, count);
    case 'H':
      return number(hour, count);
    case 'k':
      return number(hour === 0 ? 24 : hour, count);
    case 'm':
      return number(Math.floor(time.msOfDay / 60_000) % 60, count);
    case 's':
      return number(Math.floor(time.msOfDay / 1000) % 60, count);
    case 'S':
      return `${number(time.msOfDay % 1000, 3)}000000`.slice(0, count);
    case 'A':
      return number(time.msOfDay, count);
    case 'n':
      return number((time.msOfDay % 1000) * 1e6, count);
    case 'N':
      return number(time.msOfDay * 1e6, count);
    default:
      return printZone(letter, count, time);
  }
}

function printZone(letter: string, count: number, time: LocalTime): string {
  switch (letter) {
    case 'V':
      return time.zone.id;
    case 'z':
      return zoneName(time.zone, time.epochMs, count === 4 ? 'long' : 'short');
    case 'O':
      return time.offsetMs === 0
        ? 'GMT'
        : `GMT${count === 4 ? offset(time.offsetMs, '+HH:mm:ss') : shortOffset(time.offsetMs)}`;
    case 'X':
      return time.offsetMs === 0 ? 'Z' : offset(time.offsetMs, offsetForms[count] ?? '+HHmm');
    case 'x':
      return offset(time.offsetMs, offsetForms[count] ?? '+HHmm');
    default:
      if (count === 4) return printZone('O', 4, time);
      return count === 5 && time.offsetMs === 0
        ? 'Z'
        : offset(time.offsetMs, count === 5 ? '+HH:mm:ss' : '+HHmm');
  }
}

/** By the number of letters X or x; one letter leaves minutes of zero out, and all leave out seconds of zero. */
const offsetForms: Readonly<Record<number, string>> = {
  1: '+HH',
  2: '+HHmm',
  3: '+HH:mm',
  4: '+HHmmss',
  5: '+HH:mm:ss',
};

function offset(ms: number, form: string): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  const hours = `${ms < 0 ? '-' : '+'}${number(Math.floor(minutes / 60), 2)}`;
  const rest = number(minutes % 60, 2);
  if (form === '+HH') return minutes % 60 === 0 ? hours : hours + rest;
  const colon = form.includes(':') ? ':' : '';
  const seconds = form.endsWith('ss') ? secondsOf(ms) : 0;
  return `${hours}${colon}${rest}${seconds === 0 ? '' : colon + number(seconds, 2)}`;
}

/** Zones of the nineteenth century have them. */
function secondsOf(offsetMs: number): number {
  return Math.floor(Math.abs(offsetMs) / 1000) % 60;
}

function shortOffset(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  const seconds = secondsOf(ms);
  const hasMinutes = minutes % 60 !== 0 || seconds !== 0;
  const rest =
    (hasMinutes ? `:${number(minutes % 60, 2)}` : '') + (seconds === 0 ? '' : `:${number(seconds, 2)}`);
  return `${ms < 0 ? '-' : '+'}${Math.floor(minutes / 60)}${rest}`;
}
