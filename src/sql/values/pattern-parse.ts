import type { Element, FieldElement } from './pattern-elements.ts';
import { dayNames, monthNames } from './pattern-format.ts';
import { type Zone, zoneOfText } from './zones.ts';

/** What was read: numbers by the letter of their field (`a`: 0 or 1, `S`: nanoseconds), offset or zone. */
export interface Reading {
  readonly fields: Map<string, number>;
  offsetMs?: number;
  zone?: Zone;
  epochMs?: number;
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
  return (letter === 'y' || letter === 'u' || 'dhHKkms'.includes(letter)) && count === 2;
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  M: [1, 12],
  d: [1, 31],
  D: [1, 366],
  Q: [1, 4],
  h: [1, 12],
  K: [0, 11],
  H: [0, 23],
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
      return readName(['AD', 'BC'], text, at, () => {});
    case 'E':
      return readName(count === 4 ? dayNames : dayNames.map((name) => name.slice(0, 3)), text, at, () => {});
    case 'a':
      return readName(['AM', 'PM'], text, at, (index) => reading.fields.set('a', index));
    case 'S': {
      const digits = text.slice(at, at + count);
      if (digits.length !== count || !/^\d+$/.test(digits)) return -1;
      reading.fields.set('S', Number(digits.padEnd(9, '0')));
      return at + count;
    }
    case 'M':
      if (count >= 3) {
        const names = count === 4 ? monthNames : monthNames.map((name) => name.slice(0, 3));
        return readName(names, text, at, (index) => reading.fields.set('M', index + 1));
      }
      return readNumber(element, text, at, reading, reserved);
    case 'V':
    case 'z':
      return readZone(text, at, reading);
    case 'O':
    case 'X':
    case 'x':
    case 'Z':
      return readOffset(letter, text, at, reading);
    default:
      return readNumber(element, text, at, reading, reserved);
  }
}

function readName(
  names: readonly string[],
  text: string,
  at: number,
  found: (index: number) => void,
): number {
  const rest = text.slice(at).toLowerCase();
  // The longest name first, so that none is taken for its beginning.
  const index = names
    .map((name, position) => ({ name, position }))
    .sort((a, b) => b.name.length - a.name.length)
    .find(({ name }) => rest.startsWith(name.toLowerCase()))?.position;
  if (index === undefined) return -1;
  found(index);
  return at + (names[index] ?? '').length;
}

function readNumber(
  element: FieldElement,
  text: string,
  at: number,
  reading: Reading,
  reserved: number,
): number {
  const { letter, count } = element;
  const isYear = letter === 'y' || letter === 'u';
  const fixed = isFixedNumber(element);
  const match = /^[+-]?\d+/.exec(text.slice(at))?.[0];
  if (match === undefined) return -1;
  const signed = /^[+-]/.test(match);
  if (signed && !isYear) return -1;
  const available = match.length - (signed ? 1 : 0);
  const width = fixed ? count : Math.min(available - reserved, widthMax(letter, count));
  if (width < count || width > available || width < 1) return -1;
  const digits = match.slice(0, width + (signed ? 1 : 0));
  let value = Number(digits);
  if (isYear && count === 2) value += 2000;
  // A year wider than its letters must say so by a sign.
  if (isYear && count >= 4 && !signed && width > count && reserved === 0) return -1;
  const range = ranges[letter];
  if (range !== undefined && (value < range[0] || value > range[1])) return -1;
  reading.fields.set(letter, value);
  return at + digits.length;
}

function widthMax(letter: string, count: number): number {
  if (letter === 'D') return 3;
  return count === 2 && 'dhHKkmsMQ'.includes(letter) ? 2 : 19;
}

function readZone(text: string, at: number, reading: Reading): number {
  const name = /^[A-Za-z][A-Za-z0-9_/+\-:]*|^[+-][0-9:]+/.exec(text.slice(at))?.[0];
  if (name === undefined) return -1;
  try {
    reading.zone = zoneOfText(name);
  } catch {
    return -1;
  }
  return at + name.length;
}

function readOffset(letter: string, text: string, at: number, reading: Reading): number {
  const rest = text.slice(at);
  if ((letter === 'X' || letter === 'Z') && /^z/i.test(rest)) {
    reading.offsetMs = 0;
    return at + 1;
  }
  const match = (
    letter === 'O' ? /^GMT(?:([+-])(\d{1,2})(?::?(\d{2}))?)?/i : /^([+-])(\d{2})(?::?(\d{2}))?(?::?\d{2})?/
  ).exec(rest);
  if (match === null) return -1;
  const [whole, sign = '+', hours = '0', minutes = '0'] = match;
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000;
  reading.offsetMs = sign === '-' ? -ms : ms;
  return at + whole.length;
}
