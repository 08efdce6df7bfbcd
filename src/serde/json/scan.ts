import { doubleOf } from './coercion.ts';

/**
 * Where a value of plain JSON ends, in the bytes of a text. Each function is given the place of the value's first byte,
 * and returns that behind its last one; -1 where there is no such value.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** What a double holds exactly, whatever its digits. */
const EXACT_DIGITS = 15;
const WHOLE_DIGITS_MAX = 16;
const FRACTION_DIGITS_MAX = 20;
const EXPONENT_DIGITS_MAX = 3;

/** A text of ASCII without escapes and control characters: what lies between the quotes is the value. */
export function textEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return -1;
  const { length } = bytes;
  for (let end = at + 1; end < length; end += 1) {
    const byte = bytes[end] ?? 0;
    if (byte === QUOTE) return end + 1;
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return -1;
  }
  return -1;
}

/** A number of so few digits that `Number` reads what `JSON.parse` reads. */
export function numberEnd(bytes: Uint8Array, at: number): number {
  const first = bytes[at] === MINUS ? at + 1 : at;
  let end = digitsEnd(bytes, first);
  if (end === first || end - first > WHOLE_DIGITS_MAX) return -1;
  if (bytes[first] === DIGIT_0 && end - first > 1) return -1;
  if (bytes[end] === POINT) {
    const fraction = end + 1;
    end = digitsEnd(bytes, fraction);
    if (end === fraction || end - fraction > FRACTION_DIGITS_MAX) return -1;
  }
  if (((bytes[end] ?? 0) | 0x20) !== 0x65) return end;
  let exponent = end + 1;
  if (bytes[exponent] === PLUS || bytes[exponent] === MINUS) exponent += 1;
  end = digitsEnd(bytes, exponent);
  return end === exponent || end - exponent > EXPONENT_DIGITS_MAX ? -1 : end;
}

/** A text, a number, `true`, `false` or `null`. */
export function valueEnd(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return textEnd(bytes, at);
    case 0x6e:
      return wordEnd(bytes, at, NULL);
    case 0x74:
      return wordEnd(bytes, at, TRUE);
    case 0x66:
      return wordEnd(bytes, at, FALSE);
    default:
      return numberEnd(bytes, at);
  }
}

/** The number that lies between two places, see {@link numberEnd}. */
export function numberIn(bytes: Buffer, start: number, end: number): number {
  const isNegative = bytes[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  if (end - first > EXACT_DIGITS) return doubleOf(bytes.toString('latin1', start, end));
  let value = 0;
  for (let at = first; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - DIGIT_0;
    if (digit < 0 || digit > 9) return doubleOf(bytes.toString('latin1', start, end));
    value = value * 10 + digit;
  }
  return isNegative && value !== 0 ? -value : value;
}

const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

function wordEnd(bytes: Uint8Array, at: number, word: Buffer): number {
  for (let index = 0; index < word.length; index += 1) if (bytes[at + index] !== word[index]) return -1;
  return at + word.length;
}

function digitsEnd(bytes: Uint8Array, at: number): number {
  for (let end = at; ; end += 1) {
    const byte = bytes[end] ?? 0;
    if (byte < DIGIT_0 || byte > DIGIT_9) return end;
  }
}
