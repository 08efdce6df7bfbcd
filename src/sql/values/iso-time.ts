/**
 * DATE, TIME and TIMESTAMP as text in ISO 8601, as casts print and read it. All are in UTC. Reading takes partial texts,
 * as ksqlDB does: `2020`, `2020-05`, `2020-05-26T23`, `10:15`, with an optional zone at the end of a timestamp.
 */
import { civilDate, epochDay } from '../../serde/model/civil-days.ts';

const MS_PER_DAY = 86_400_000;

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** `2020-02-29`; years beyond four digits and before 0 as java.time prints them. */
export function printDate(days: number): string {
  const { year, month, day } = civilDate(days);
  return `${printYear(year)}-${pad(month, 2)}-${pad(day, 2)}`;
}

function printYear(year: number): string {
  if (year > 9999) return `+${year}`;
  return year < 0 ? `-${pad(-year, 4)}` : pad(year, 4);
}

/** `10:15`, `10:15:30` or `10:15:30.123`: as much as there is. */
export function printTime(ms: number): string {
  const minutes = `${pad(Math.floor(ms / 3_600_000), 2)}:${pad(Math.floor(ms / 60_000) % 60, 2)}`;
  const seconds = Math.floor(ms / 1000) % 60;
  const rest = ms % 1000;
  if (rest !== 0) return `${minutes}:${pad(seconds, 2)}.${pad(rest, 3)}`;
  return seconds === 0 ? minutes : `${minutes}:${pad(seconds, 2)}`;
}

/** `2020-02-29T10:15:30.123`, always with milliseconds. */
export function printTimestamp(ms: number): string {
  const days = Math.floor(ms / MS_PER_DAY);
  const time = ms - days * MS_PER_DAY;
  return (
    `${printDate(days)}T${pad(Math.floor(time / 3_600_000), 2)}:${pad(Math.floor(time / 60_000) % 60, 2)}` +
    `:${pad(Math.floor(time / 1000) % 60, 2)}.${pad(time % 1000, 3)}`
  );
}

const DATE = /^(\d{4}|\+\d{5,9}|-\d{4,9})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{0,9}))?)?$/;
const TIMESTAMP = /^(\d{4}|\+\d{5,9})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3})$/;
const TIMESTAMP_TIME_ZEROS = '00:00:00.000';
const TIMESTAMP_FORM =
  "yyyy-MM-dd'T'HH:mm:ss.SSS, with a zone such as +0200 if wanted, for example '2020-05-26T23:59:58.000'";

/** Days since the epoch. @throws {RangeError} where the text is no date. */
export function parseDate(text: string): number {
  const match = DATE.exec(text);
  if (match === null) throw unreadable(text, 'DATE', "yyyy-MM-dd, for example '2020-05-26'");
  const [, yearText, monthText = '01', dayText = '01'] = match;
  const year = Number(yearText);
  const month = Number(monthText);
  const day = Number(dayText);
  const days = epochDay(year, month, day);
  const back = civilDate(days);
  if (month < 1 || month > 12 || back.month !== month || back.day !== day) {
    throw unreadable(text, 'DATE', "yyyy-MM-dd, for example '2020-05-26'");
  }
  return days;
}

/** Milliseconds of the day. @throws {RangeError} where the text is no time. */
export function parseTime(text: string): number {
  const match = TIME.exec(text);
  const [, hours = '', minutes = '0', seconds = '0', fraction = '0'] = match ?? [];
  if (match === null || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) {
    throw unreadable(text, 'TIME', "HH:mm:ss.SSS, for example '23:59:58.000'");
  }
  const ms = Math.floor(Number(`0.${fraction}`) * 1000 + 1e-6);
  return Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + ms;
}

/**
 * Milliseconds since the epoch. What is missing at the end of a date is its first month or day, of a time zeros, digit by
 * digit (`T1` is `T10:00`); a date in front of a time must be whole. A day that a month lacks is its last one, and 24
 * o'clock is the next day, as in Java's SMART resolver.
 * @throws {RangeError} where the text is no timestamp.
 */
export function parseTimestamp(text: string): number {
  const at = text.indexOf('T');
  const dateText = at === -1 ? completeDate(text) : text.slice(0, at);
  const rest = at === -1 ? '' : text.slice(at + 1);
  const zone = /[+].*$|-.*$/s.exec(rest)?.[0] ?? '';
  const timeText = rest.slice(0, rest.length - zone.length).replace(/Z$/, '');
  const match = TIMESTAMP.exec(`${dateText}T${timeText}${TIMESTAMP_TIME_ZEROS.slice(timeText.length)}`);
  if (match === null) throw unreadable(text, 'TIMESTAMP', TIMESTAMP_FORM);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = match.slice(1).map(Number);
  const isInRange =
    year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && minute < 60 && second < 60;
  const isMidnight = hour === 24 && minute === 0 && second === 0 && ms === 0;
  if (!isInRange || (hour > 23 && !isMidnight)) throw unreadable(text, 'TIMESTAMP', TIMESTAMP_FORM);
  const days = epochDay(year, month, Math.min(day, daysInMonth(year, month)));
  return (
    days * MS_PER_DAY + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms - zoneOffsetMs(zone, text)
  );
}

export function daysInMonth(year: number, month: number): number {
  return epochDay(month === 12 ? year + 1 : year, (month % 12) + 1, 1) - epochDay(year, month, 1);
}

/** A date with the first month and day where they are missing. */
function completeDate(text: string): string {
  const parts = text.split('-').length;
  return text + (parts === 1 ? '-01-01' : parts === 2 ? '-01' : '');
}

function zoneOffsetMs(zone: string, text: string): number {
  if (zone.trim() === '') return 0;
  const [, sign, hours = '', minutes = '0', seconds = '0'] =
    /^([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?$/.exec(zone) ?? [];
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000;
  if (hours === '' || ms > 18 * 3_600_000 || Number(minutes) > 59 || Number(seconds) > 59) {
    throw unreadable(text, 'TIMESTAMP', TIMESTAMP_FORM);
  }
  return sign === '-' ? -ms : ms;
}

function unreadable(text: string, type: string, form: string): RangeError {
  return new RangeError(`Failed to parse '${text}' as ${type}. Required format is: ${form}`);
}
