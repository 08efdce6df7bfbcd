/**
 * Values as JSON, put into bytes that have room for them. Each function is given the place to begin at, and returns that
 * behind the value's last byte; -1 where the value is written in another way (escapes, letters beyond ASCII, 64-bit
 * integers that are no safe numbers).
 */
import { doubleJson } from './text.ts';

/** Longer texts are not gone through letter by letter. */
const TEXT_LENGTH_MAX = 128;
export const TEXT_BYTES_MAX = TEXT_LENGTH_MAX + 2;
/** `-9007199254740991` */
export const INTEGER_BYTES_MAX = 17;
/** `"-Infinity"` is shorter than 17 digits with a sign, a point, zeros and an exponent. */
export const DOUBLE_BYTES_MAX = 32;
export const WORD_BYTES_MAX = 5;

const HALF = 1_000_000_000;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;

export function putText(bytes: Uint8Array, start: number, text: string): number {
  const { length } = text;
  if (length > TEXT_LENGTH_MAX) return -1;
  let at = start;
  bytes[at++] = QUOTE;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return -1;
    bytes[at++] = code;
  }
  bytes[at++] = QUOTE;
  return at;
}

export function putInteger(bytes: Uint8Array, start: number, value: number | bigint): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return -1;
  let at = start;
  let rest = value;
  if (rest < 0) {
    bytes[at++] = MINUS;
    rest = -rest;
  }
  if (rest < HALF) return putDigits(bytes, at, rest, digitsOf(rest));
  const high = Math.floor(rest / HALF);
  at = putDigits(bytes, at, high, digitsOf(high));
  return putDigits(bytes, at, rest - high * HALF, 9);
}

export function putDouble(bytes: Uint8Array, start: number, value: number): number {
  return putAscii(bytes, start, doubleJson(value));
}

/** Always has room, and is ASCII: a name of a field with what stands around it, `true`, `null`. */
export function putAscii(bytes: Uint8Array, start: number, text: string): number {
  let at = start;
  for (let index = 0; index < text.length; index += 1) bytes[at++] = text.charCodeAt(index);
  return at;
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let power = 10; value >= power; power *= 10) digits += 1;
  return digits;
}

/** @param value below 2^31: divided as an integer. */
function putDigits(bytes: Uint8Array, start: number, value: number, digits: number): number {
  let rest = value | 0;
  for (let at = start + digits - 1; at >= start; at -= 1) {
    const tenth = (rest / 10) | 0;
    bytes[at] = DIGIT_0 + (rest - tenth * 10);
    rest = tenth;
  }
  return start + digits;
}
