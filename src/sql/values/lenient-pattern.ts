/**
 * Patterns by the rules of Java's `SimpleDateFormat`, as `FastDateFormat` of Apache Commons reads with them and ksqlDB's
 * PARSE_DATE does: numbers as long as they are, of any value, and no whole text is asked for.
 * @see https://commons.apache.org/proper/commons-lang/apidocs/org/apache/commons/lang3/time/FastDateFormat.html
 */
import { civilDate } from '../../serde/model/civil-days.ts';
import { type CalendarField, type LenientFields, resolveLenient, setField } from './lenient-calendar.ts';
import { isoOffset, type Reader, readZone } from './lenient-zone.ts';
import { dayNames, monthNames } from './pattern-format.ts';

interface NumberPart {
  readonly kind: 'number';
  readonly field: CalendarField;
  readonly width: number;
  readonly modify: (value: number) => number;
}

type Part = NumberPart | { readonly kind: 'text'; readonly read: Reader };

const same = (value: number): number => value;

/** Letters of numbers, with what they make of one. Months are counted from 0, days of the week from Sunday, 1. */
const numbers: Readonly<Record<string, readonly [field: CalendarField, modify: (value: number) => number]>> =
  {
    D: ['dayOfYear', same],
    F: ['dayOfWeekInMonth', same],
    H: ['hourOfDay', same],
    K: ['hour', same],
    L: ['month', (value) => value - 1],
    M: ['month', (value) => value - 1],
    S: ['millisecond', same],
    W: ['weekOfMonth', same],
    Y: ['year', same],
    d: ['dayOfMonth', same],
    h: ['hour', (value) => (value === 12 ? 0 : value)],
    k: ['hourOfDay', (value) => (value === 24 ? 0 : value)],
    m: ['minute', same],
    s: ['second', same],
    u: ['dayOfWeek', (value) => (value === 7 ? 1 : value + 1)],
    w: ['weekOfYear', same],
    y: ['year', same],
  };

/** Sunday first. */
const weekdays = [dayNames[6] ?? '', ...dayNames.slice(0, 6)];

/** Milliseconds since the epoch of a text. @throws {RangeError} where it does not begin as the pattern says. */
export function lenientParser(pattern: string, nowMs: () => number): (text: string) => number {
  const parts = compile(pattern, nowMs);
  return (text) => {
    const fields: LenientFields = new Map();
    let at = 0;
    for (const [index, part] of parts.entries()) {
      const isAdjacent = part.kind === 'number' && parts[index + 1]?.kind === 'number';
      at =
        part.kind === 'number' ? readNumber(part, text, at, fields, isAdjacent) : part.read(text, at, fields);
      if (at < 0) throw new RangeError(`Unparseable date: '${text}' by the pattern '${pattern}'`);
    }
    const ms = resolveLenient(fields);
    if (!Number.isSafeInteger(ms)) throw new RangeError(`Date out of range: '${text}'`);
    return ms;
  };
}

function compile(pattern: string, nowMs: () => number): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < pattern.length) {
    const letter = pattern.charAt(at);
    if (/[A-Za-z]/.test(letter)) {
      let end = at;
      while (pattern.charAt(end) === letter) end += 1;
      parts.push(letterPart(letter, end - at, nowMs));
      at = end;
    } else {
      const { literal, end } = literalFrom(pattern, at);
      parts.push({
        kind: 'text',
        read: (text, from) => (text.startsWith(literal, from) ? from + literal.length : -1),
      });
      at = end;
    }
  }
  return parts;
}

/** All up to the next letter that is not in quotes; two quotes are one. */
function literalFrom(pattern: string, start: number): { readonly literal: string; readonly end: number } {
  let literal = '';
  let isQuoted = false;
  let at = start;
  while (at < pattern.length) {
    const character = pattern.charAt(at);
    if (!isQuoted && /[A-Za-z]/.test(character)) break;
    if (character === "'") {
      at += 1;
      if (pattern.charAt(at) !== "'") {
        isQuoted = !isQuoted;
        continue;
      }
    }
    at += 1;
    literal += character;
  }
  if (isQuoted) throw new RangeError('Unterminated quote');
  return { literal, end: at };
}

function letterPart(letter: string, width: number, nowMs: () => number): Part {
  switch (letter) {
    case 'E':
      return named('dayOfWeek', weekdays, 1);
    case 'G':
      return namedBy('era', { 'before christ': 0, 'anno domini': 1, bc: 0, ad: 1, b: 0, a: 1 });
    case 'a':
      return namedBy('amPm', { am: 0, pm: 1, a: 0, p: 1 });
    case 'M':
    case 'L':
      if (width >= 3) return named('month', monthNames, 0);
      break;
    case 'X':
      if (width > 3) throw new RangeError('invalid number of X');
      return { kind: 'text', read: isoOffset(width) };
    case 'Z':
      return { kind: 'text', read: width === 2 ? isoOffset(3) : readZone };
    case 'z':
      return { kind: 'text', read: readZone };
    default:
  }
  const [field, modify] = numbers[letter] ?? [];
  if (field === undefined || modify === undefined) throw new RangeError(`Format '${letter}' not supported`);
  const isShortYear = field === 'year' && width <= 2;
  return { kind: 'number', field, width, modify: isShortYear ? shortYear(nowMs) : modify };
}

/** Years of two digits are those from 80 years before now on. */
function shortYear(nowMs: () => number): (value: number) => number {
  const start = civilDate(Math.floor(nowMs() / 86_400_000)).year - 80;
  const century = Math.floor(start / 100) * 100;
  return (value) =>
    value >= 100 ? value : value >= start - century ? century + value : century + value + 100;
}

/** Names, whole or of three letters, that stand for numbers from a first one on. */
function named(field: CalendarField, names: readonly string[], first: number): Part {
  const values: Record<string, number> = {};
  for (const [index, name] of names.entries()) {
    values[name.toLowerCase()] = index + first;
    values[name.slice(0, 3).toLowerCase()] = index + first;
  }
  return namedBy(field, values);
}

/** A name whatever its case; the longest that fits. */
function namedBy(field: CalendarField, values: Readonly<Record<string, number>>): Part {
  const names = Object.keys(values).sort((a, b) => b.length - a.length);
  return {
    kind: 'text',
    read(text, at, fields) {
      const name = names.find(
        (candidate) => text.slice(at, at + candidate.length).toLowerCase() === candidate,
      );
      if (name === undefined) return -1;
      setField(fields, field, values[name] ?? 0);
      return at + name.length;
    },
  };
}

/** In front of another number only as many digits as letters; else all, white space in front of them left out. */
function readNumber(
  { field, width, modify }: NumberPart,
  text: string,
  start: number,
  fields: LenientFields,
  isAdjacent: boolean,
): number {
  let at = start;
  if (!isAdjacent) while (/\s/.test(text.charAt(at))) at += 1;
  const digits = /^\d*/.exec(isAdjacent ? text.slice(at, at + width) : text.slice(at))?.[0] ?? '';
  if (digits === '') return -1;
  const value = Number(digits);
  if (value > 2_147_483_647) throw new RangeError(`For input string: "${digits}"`);
  setField(fields, field, modify(value));
  return at + digits.length;
}
