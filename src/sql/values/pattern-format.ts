import { civilDate, epochDay } from './iso-time.ts';
import type { Element, FieldElement } from './pattern-elements.ts';
import { type Zone, zoneName } from './zones.ts';

const MS_PER_DAY = 86_400_000;

export const monthNames =
  'January February March April May June July August September October November December'.split(' ');

export const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const quarterNames = ['1st quarter', '2nd quarter', '3rd quarter', '4th quarter'];

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
  if (count === 2) return number(((value % 100) + 100) % 100, 2);
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
      return time.year > 0 ? (count === 4 ? 'Anno Domini' : 'AD') : count === 4 ? 'Before Christ' : 'BC';
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
    case 'E':
      return named(dayNames, time.dayOfWeek, count);
    case 'Q': {
      const quarter = Math.ceil(time.month / 3);
      return count <= 2
        ? number(quarter, count)
        : count === 4
          ? (quarterNames[quarter - 1] ?? '')
          : `Q${quarter}`;
    }
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
        : `GMT${count === 4 ? offset(time.offsetMs, '+HH:mm') : shortOffset(time.offsetMs)}`;
    case 'X':
      return time.offsetMs === 0 ? 'Z' : offset(time.offsetMs, offsetForms[count] ?? '+HHmm');
    case 'x':
      return offset(time.offsetMs, offsetForms[count] ?? '+HHmm');
    default:
      if (count === 4) return printZone('O', 4, time);
      return count === 5 && time.offsetMs === 0
        ? 'Z'
        : offset(time.offsetMs, count === 5 ? '+HH:mm' : '+HHmm');
  }
}

/** By the number of letters X or x; one letter leaves minutes of zero out. */
const offsetForms: Readonly<Record<number, string>> = {
  1: '+HH',
  2: '+HHmm',
  3: '+HH:mm',
  4: '+HHmm',
  5: '+HH:mm',
};

function offset(ms: number, form: string): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  const hours = `${ms < 0 ? '-' : '+'}${number(Math.floor(minutes / 60), 2)}`;
  const rest = number(minutes % 60, 2);
  if (form === '+HH') return minutes % 60 === 0 ? hours : hours + rest;
  return form === '+HHmm' ? hours + rest : `${hours}:${rest}`;
}

function shortOffset(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  const rest = minutes % 60 === 0 ? '' : `:${number(minutes % 60, 2)}`;
  return `${ms < 0 ? '-' : '+'}${Math.floor(minutes / 60)}${rest}`;
}
