import type { Element, FieldElement } from './pattern-elements.ts';
import { periodNames } from './day-periods.ts';
import { dayNames, monthNames, quarterNames } from './pattern-format.ts';
import { isoDayOfWeek } from './week-fields.ts';
import { readOffset, readZone } from './pattern-zones.ts';
import type { Zone } from './zones.ts';

/**
 * What was read: numbers by the letter of their field (`a`: 0 or 1, `S`: nanoseconds, `E`: the day of the week from
 * Monday, 0, `B`: the place among the names of day periods), offset or zone.
 */
export interface Reading {
  readonly fields: Map<string, number>;
  offsetMs?: number;
  zone?: Zone;
}

/** Reads a whole text, whatever the case of its letters. @throws {RangeError} where it does not fit the pattern. */
export function readElements(elements: readonly Element[], text: string, pattern: string): Reading {
  const reading: Reading = { fields: new Map() };
  const end = read(elements, text, 0, reading);
  if (end !== text.length) {
    const at = end < 0 ? -end - 1 : end;
    throw new RangeError(`Text '${text}' could not be parsed with pattern '${pattern}' at index ${at}`);
  }
  return reading;
}

/** The place after what was read, or -1 - the place where it failed. */
function read(elements: readonly Element[], text: string, start: number, reading: Reading): number {
  let at = start;
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index];
    if (element === undefined) break;
    let end: number;
    if (element.kind === 'literal') {
      const found = text.slice(at, at + element.text.length);
      end = found.toLowerCase() === element.text.toLowerCase() ? at + element.text.length : -1;
    } else if (element.kind === 'optional') {
      end = readOptional(element.elements, text, at, reading);
    } else {
      end = readField(element, text, at, reading, reservedWidth(elements, index));
    }
    if (end < 0) return -1 - at;
    at = end;
  }
  return at;
}

function readOptional(elements: readonly Element[], text: string, start: number, reading: Reading): number {
  const attempt: Reading = { fields: new Map(reading.fields) };
  const end = read(elements, text, start, attempt);
  if (end < 0) return start;
  for (const [letter, value] of attempt.fields) reading.fields.set(letter, value);
  if (attempt.offsetMs !== undefined) reading.offsetMs = attempt.offsetMs;
  if (attempt.zone !== undefined) reading.zone = attempt.zone;
  return end;
}

/** How many digits belong to the numbers of fixed width that follow at once, as in `yyyyMMdd`. */
function reservedWidth(elements: readonly Element[], index: number): number {
  let width = 0;
  for (const element of elements.slice(index + 1)) {
    if (element.kind !== 'field' || !isFixedNumber(element)) break;
    width += element.count;
  }
  return width;
}

function isFixedNumber({ letter, count }: FieldElement): boolean {
  if (letter === 'S') return true;
  if (letter === 'M' || letter === 'Q') return count === 2;
  if (letter === 'D') return count === 3;
  if (letter === 'W') return true;
  if ('Ywec'.includes(letter)) return count === 2;
  return (letter === 'y' || letter === 'u' || 'dhHKkms'.includes(letter)) && count === 2;
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  M: [1, 12],
  d: [1, 31],
  y: [1, 999_999_999],
  D: [1, 366],
  Q: [1, 4],
  e: [1, 7],
  F: [1, 7],
  W: [0, 6],
  w: [1, 53],
  h: [1, 12],
  K: [0, 11],
  // 24 o'clock is the end of the day.
  H: [0, 24],
  k: [1, 24],
  m: [0, 59],
  s: [0, 59],
  A: [0, 86_399_999],
};

function readField(
  element: FieldElement,
  text: string,
  at: number,
  reading: Reading,
  reserved: number,
): number {
  const { letter, count } = element;
  switch (letter) {
    case 'G':
      return readName(count === 4 ? ['Before Christ', 'Anno Domini'] : ['BC', 'AD'], text, at, 'G', reading);
    case 'E':
    case 'e':
    case 'c':
      return letter !== 'E' && count <= 2
        ? readNumber({ ...element, letter: 'e' }, text, at, reading, reserved)
        : readName(sized(dayNames, count), text, at, 'E', reading);
    case 'a':
    case 'B':
      return readName(letter === 'a' ? ['AM', 'PM'] : periodNames, text, at, letter, reading);
    case 'q':
    case 'Q':
      if (count <= 2) return readNumber({ ...element, letter: 'Q' }, text, at, reading, reserved);
      return readName(
        ['', ...(count === 4 ? quarterNames : ['Q1', 'Q2', 'Q3', 'Q4'])],
        text,
        at,
        'Q',
        reading,
      );
    case 'S': {
      const digits = text.slice(at, at + count);
      if (digits.length !== count || !/^\d+$/.test(digits)) return -1;
      return put(reading, 'S', Number(digits.padEnd(9, '0')), at + count);
    }
    case 'M':
      if (count >= 3) return readName(['', ...sized(monthNames, count)], text, at, 'M', reading);
      return readNumber(element, text, at, reading, reserved);
    case 'V':
    case 'z':
      return readZone(text, at, reading);
    case 'O':
    case 'X':
    case 'x':
    case 'Z':
      return readOffset(element, text, at, reading);
    default:
      return readNumber(element, text, at, reading, reserved);
  }
}

/** Takes a value down and gives the place behind it; -1 where the field has another value already. */
function put(reading: Reading, letter: string, value: number, end: number): number {
  const before = reading.fields.get(letter);
  if (before !== undefined && before !== value) return -1;
  reading.fields.set(letter, value);
  return end;
}

function sized(names: readonly string[], count: number): readonly string[] {
  return count === 4 ? names : names.map((name) => name.slice(0, 3));
}

/** The value of the field is the place of the name. An empty name is none. */
function readName(
  names: readonly string[],
  text: string,
  at: number,
  letter: string,
  reading: Reading,
): number {
  const rest = text.slice(at).toLowerCase();
  // The longest name first, so that none is taken for its beginning.
  const index = names
    .map((name, position) => ({ name, position }))
    .filter(({ name }) => name !== '')
    .sort((a, b) => b.name.length - a.name.length)
    .find(({ name }) => rest.startsWith(name.toLowerCase()))?.position;
  if (index === undefined) return -1;
  return put(reading, letter, index, at + (names[index] ?? '').length);
}

function readNumber(
  element: FieldElement,
  text: string,
  at: number,
  reading: Reading,
  reserved: number,
): number {
  const { letter, count } = element;
  const isYear = letter === 'y' || letter === 'u' || letter === 'Y';
  const fixed = isFixedNumber(element);
  const match = /^[+-]?\d+/.exec(text.slice(at))?.[0];
  if (match === undefined) return -1;
  const signed = /^[+-]/.test(match);
  if (signed && (!isYear || (match.startsWith('+') && count < 4))) return -1;
  const available = match.length - (signed ? 1 : 0);
  const width = fixed ? count : Math.min(available - reserved, widthMax(letter, count));
  if (width < count || width > available || width < 1) return -1;
  const digits = match.slice(0, width + (signed ? 1 : 0));
  let value = Number(digits);
  if (isYear && count === 2) value += 2000;
  // A year wider than its letters must say so by a sign.
  if (isYear && count >= 4 && !signed && width > count) return -1;
  if (match.startsWith('+') && width <= count) return -1;
  const range = ranges[letter];
  if (range !== undefined && (value < range[0] || value > range[1])) return -1;
  if (letter === 'e') return put(reading, 'E', isoDayOfWeek(value), at + digits.length);
  return put(reading, letter, value, at + digits.length);
}

function widthMax(letter: string, count: number): number {
  if (letter === 'D') return 3;
  if (letter === 'W') return 1;
  if (letter === 'e' || letter === 'w') return 2;
  return count === 2 && 'dhHKkmsMQ'.includes(letter) ? 2 : 19;
}
