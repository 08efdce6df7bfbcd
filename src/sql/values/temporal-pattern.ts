/**
 * Java's `DateTimeFormatter` patterns: compiled once, then formats and reads times. Own code and not @js-joda: loading
 * that with its zones takes 0.3 s of every start, and it needs 2 µs to format and 12 µs to read (docs/decisions/0006).
 * The tests use it as the oracle.
 *
 * Letters: G y u Y M L w W d D F E e c Q q a B h H K k m s S A n N V z O X x Z, texts in quotes, optional sections in
 * brackets.
 * @see https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/time/format/DateTimeFormatter.html
 */
import { type Element, parsePattern } from './pattern-elements.ts';
import { localTimeOf, printElements } from './pattern-format.ts';
import { readElements, type Reading } from './pattern-parse.ts';
import { overlayDate, overlayTime, resolveDate, resolveTime } from './temporal-resolve.ts';
import { instantOf, type Zone, zoneOf } from './zones.ts';

const MS_PER_DAY = 86_400_000;
const CACHED_MAX = 500;
const compiled = new Map<string, TemporalFormat>();

interface TemporalFormat {
  /** @throws {RangeError} for letters of times. */
  formatDate(days: number): string;
  /** @throws {RangeError} for letters of dates. */
  formatTime(ms: number): string;
  formatTimestamp(epochMs: number, zone: Zone): string;
  /** Days since the epoch; a time may stand beside the date. @throws {RangeError} where the date is not whole. */
  parseDate(text: string): number;
  /** Milliseconds of the day. @throws {RangeError} where the time is not whole, or a date stands beside it. */
  parseTime(text: string): number;
  /**
   * Milliseconds since the epoch, in the zone of the text or else in the given one; what is missing is that of midnight of
   * 1970-01-01. @throws {RangeError}
   */
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
      const { fields } = read(text);
      const days = resolveDate(fields);
      if (days === undefined) throw new RangeError(`no whole date: '${text}' by the pattern '${pattern}'`);
      return days + (resolveTime(fields) === MS_PER_DAY ? 1 : 0);
    },
    parseTime(text) {
      const { fields } = read(text);
      if (hasDate(fields)) throw new RangeError('Time format contains date field.');
      const time = resolveTime(fields);
      if (time === undefined) throw new RangeError(`no whole time: '${text}' by the pattern '${pattern}'`);
      return time % MS_PER_DAY;
    },
    parseTimestamp(text, zone) {
      const reading = read(text);
      const { fields } = reading;
      const date = resolveDate(fields);
      const time = resolveTime(fields) ?? overlayTime(fields);
      // The day that 24 o'clock is the end of must be known.
      const localMs =
        (date ?? overlayDate(fields)) * MS_PER_DAY + (date === undefined ? time % MS_PER_DAY : time);
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

/** Quarters and weeks are no fields of a date to ksqlDB, as long as they make none. */
function hasDate(fields: Reading['fields']): boolean {
  return ['y', 'u', 'M', 'd', 'D', 'E', 'F'].some((letter) => fields.has(letter));
}
