/**
 * Java's `DateTimeFormatter` patterns: compiled once, then formats and reads times. Own code and not @js-joda: loading
 * that with its zones takes 0.3 s of every start, and it needs 2 µs to format and 12 µs to read (docs/decisions/0006).
 * The tests use it as the oracle.
 *
 * Letters: y u M L d D E a h H K k m s S A n N Q V z O X x Z, texts in quotes, optional sections in brackets.
 * @see https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/time/format/DateTimeFormatter.html
 */
import { type Element, parsePattern } from './pattern-elements.ts';
import { type LocalTime, localTimeOf, printElements } from './pattern-format.ts';
import { readElements, type Reading } from './pattern-parse.ts';
import { instantOf, type Zone, zoneOf } from './zones.ts';
import { civilDate, epochDay } from './iso-time.ts';

const MS_PER_DAY = 86_400_000;
const CACHED_MAX = 500;
const compiled = new Map<string, TemporalFormat>();

interface TemporalFormat {
  /** @throws {RangeError} for letters of times. */
  formatDate(days: number): string;
  /** @throws {RangeError} for letters of dates. */
  formatTime(ms: number): string;
  formatTimestamp(epochMs: number, zone: Zone): string;
  /** Days since the epoch; what is missing of a date is that of 1970-01-01. @throws {RangeError} */
  parseDate(text: string): number;
  /** Milliseconds of the day. @throws {RangeError} */
  parseTime(text: string): number;
  /** Milliseconds since the epoch, in the zone of the text or else in the given one. @throws {RangeError} */
  parseTimestamp(text: string, zone: Zone): number;
}

/** The format of a pattern, compiled once. @throws {RangeError} where the pattern is wrong. */
export function temporalFormat(pattern: string): TemporalFormat {
  let format = compiled.get(pattern);
  if (format === undefined) {
    format = compile(pattern);
    if (compiled.size >= CACHED_MAX) compiled.clear();
    compiled.set(pattern, format);
  }
  return format;
}

const UTC = zoneOf('UTC');

function compile(pattern: string): TemporalFormat {
  const elements = parsePattern(pattern);
  const read = (text: string): Reading => readElements(elements, text, pattern);
  return {
    formatDate(days) {
      refuse(elements, 'TIME', pattern);
      return printElements(elements, localTimeOf(days * MS_PER_DAY, UTC));
    },
    formatTime(ms) {
      refuse(elements, 'DATE', pattern);
      return printElements(elements, localTimeOf(ms, UTC));
    },
    formatTimestamp: (epochMs, zone) => printElements(elements, localTimeOf(epochMs, zone)),
    parseDate(text) {
      const reading = read(text);
      if (hasTime(reading)) throw new RangeError('Date format contains time field.');
      return dayOf(reading);
    },
    parseTime(text) {
      const reading = read(text);
      if (hasDate(reading)) throw new RangeError('Time format contains date field.');
      return timeOf(reading);
    },
    parseTimestamp(text, zone) {
      const reading = read(text);
      if (reading.epochMs !== undefined) return reading.epochMs;
      const localMs = dayOf(reading) * MS_PER_DAY + timeOf(reading);
      if (reading.offsetMs !== undefined) return localMs - reading.offsetMs;
      return instantOf(localMs, reading.zone ?? zone);
    },
  };
}

function refuse(elements: readonly Element[], group: 'DATE' | 'TIME', pattern: string): void {
  for (const element of elements) {
    if (element.kind === 'field' && element.group === group) {
      throw new RangeError(`Unsupported field: '${element.letter}' in pattern '${pattern}'`);
    }
  }
}

function hasTime(reading: Reading): boolean {
  return ['H', 'h', 'K', 'k', 'a', 'm', 's', 'S', 'A', 'n', 'N'].some((letter) => reading.fields.has(letter));
}

function hasDate(reading: Reading): boolean {
  return ['y', 'u', 'M', 'd', 'D', 'E', 'Q'].some((letter) => reading.fields.has(letter));
}

/** Days beyond the end of a month become its last day, as Java's SMART resolver has it. */
function dayOf({ fields }: Reading): number {
  const year = fields.get('u') ?? fields.get('y') ?? 1970;
  const dayOfYear = fields.get('D');
  if (dayOfYear !== undefined && !fields.has('M')) return epochDay(year, 1, 1) + dayOfYear - 1;
  const quarter = fields.get('Q');
  const month = fields.get('M') ?? (quarter === undefined ? 1 : quarter * 3 - 2);
  const day = fields.get('d') ?? 1;
  const days = epochDay(year, month, day);
  return civilDate(days).month === month
    ? days
    : epochDay(month === 12 ? year + 1 : year, (month % 12) + 1, 1) - 1;
}

function timeOf({ fields }: Reading): number {
  const milliOfDay =
    fields.get('A') ?? (fields.has('N') ? Math.floor((fields.get('N') ?? 0) / 1e6) : undefined);
  if (milliOfDay !== undefined) return milliOfDay;
  const half = fields.get('a') ?? 0;
  const hour12 = fields.has('h') ? (fields.get('h') ?? 0) % 12 : fields.get('K');
  const hour = fields.get('H') ?? (fields.has('k') ? (fields.get('k') ?? 0) % 24 : undefined);
  const hours = hour ?? (hour12 === undefined ? 0 : hour12 + half * 12);
  const nanos = fields.get('S') ?? fields.get('n') ?? 0;
  return (
    hours * 3_600_000 +
    (fields.get('m') ?? 0) * 60_000 +
    (fields.get('s') ?? 0) * 1000 +
    Math.floor(nanos / 1e6)
  );
}

export type { LocalTime };
