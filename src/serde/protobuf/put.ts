import type { Decimal } from '../model/decimal.ts';
import { SerdeError } from '../model/serde-error.ts';
import { civilDate } from '../model/civil-days.ts';
import { unscaledBytes } from '../model/decimal-bytes.ts';
import { TIMESTAMP_SECONDS } from './well-known.ts';

/**
 * Values put into the bytes of a message. Each function is given the place to begin at, and returns that behind the value's
 * last byte, whether there was room for it or not: what lies behind the end of the bytes is not written, and whoever finds the
 * place beyond it begins again with more room. So no message has to be measured before it is written.
 */

const TWO_POW_32 = 2 ** 32;
/** Longer texts are not gone through letter by letter. */
const SHORT_LENGTH = 127;
const NANOS_PER_MS = 1_000_000;
const MS_PER_SECOND = 1000;

/** @param value unsigned, 32 bits. */
export function putVarint32(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest > 127) {
    bytes[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

/** A signed integer of 64 bits; negative ones take ten bytes. */
export function putVarint64(bytes: Uint8Array, start: number, value: number | bigint): number {
  if (typeof value === 'bigint') {
    const bits = BigInt.asUintN(64, value);
    return putHalves(bytes, start, Number(bits & 0xffffffffn), Number(bits >> 32n));
  }
  if (value >= 0 && value < 128) {
    bytes[start] = value;
    return start + 1;
  }
  const high = Math.floor(value / TWO_POW_32);
  return putHalves(bytes, start, value - high * TWO_POW_32, high >>> 0);
}

/** The integer whose sign is its lowest bit. */
export function putZigzag64(bytes: Uint8Array, start: number, value: number | bigint): number {
  const wide = BigInt(value);
  return putVarint64(bytes, start, BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n)));
}

function putHalves(bytes: Uint8Array, start: number, lowHalf: number, highHalf: number): number {
  let at = start;
  let low = lowHalf;
  let high = highHalf;
  while (high > 0 || low > 127) {
    bytes[at++] = (low & 127) | 128;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  bytes[at++] = low;
  return at;
}

export function putFixed32(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
  return at + 4;
}

export function putFixed64(bytes: Uint8Array, at: number, value: number | bigint): number {
  const bits = BigInt.asUintN(64, BigInt(value));
  putFixed32(bytes, at, Number(bits & 0xffffffffn));
  return putFixed32(bytes, at + 4, Number(bits >> 32n));
}

const floats = new Float32Array(1);
const doubles = new Float64Array(1);
const floatBits = new Uint32Array(floats.buffer);
const doubleBits = new Uint32Array(doubles.buffer);

export function putFloat(bytes: Uint8Array, at: number, value: number): number {
  floats[0] = value;
  return putFixed32(bytes, at, floatBits[0] ?? 0);
}

export function putDouble(bytes: Uint8Array, at: number, value: number): number {
  doubles[0] = value;
  putFixed32(bytes, at, doubleBits[0] ?? 0);
  return putFixed32(bytes, at + 4, doubleBits[1] ?? 0);
}

/** A length and a text in UTF-8. */
export function putText(bytes: Buffer, start: number, text: string): number {
  const { length } = text;
  if (length > SHORT_LENGTH) return putLongText(bytes, start, text);
  bytes[start] = length;
  let at = start + 1;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 127) return putLongText(bytes, start, text);
    bytes[at++] = code;
  }
  return at;
}

function putLongText(bytes: Buffer, start: number, text: string): number {
  const length = Buffer.byteLength(text);
  const at = putVarint32(bytes, start, length);
  if (at + length <= bytes.length) bytes.write(text, at, length, 'utf8');
  return at + length;
}

/** A length and bytes. */
export function putBytes(bytes: Buffer, start: number, value: Uint8Array): number {
  const at = putVarint32(bytes, start, value.length);
  if (at + value.length <= bytes.length) bytes.set(value, at);
  return at + value.length;
}

/**
 * Puts the length of what lies between two places before it: a byte was left for it, and what takes more is moved.
 * @param start the place of the length.
 * @returns the place behind the last byte.
 */
export function putLength(bytes: Buffer, start: number, end: number): number {
  const length = end - start - 1;
  if (length < 128) {
    bytes[start] = length;
    return end;
  }
  const more = length < 0x4000 ? 1 : length < 0x200000 ? 2 : length < 0x10000000 ? 3 : 4;
  bytes.copyWithin(start + 1 + more, start + 1, end);
  putVarint32(bytes, start, length);
  return end + more;
}

/** The fields of `google.type.Date`. @param days since the epoch. */
export function putDate(bytes: Buffer, start: number, days: number): number {
  const { year, month, day } = civilDate(days);
  let at = putField(bytes, start, 0x08, year);
  at = putField(bytes, at, 0x10, month);
  return putField(bytes, at, 0x18, day);
}

/** The fields of `google.type.TimeOfDay`. @param ms of the day. */
export function putTimeOfDay(bytes: Buffer, start: number, ms: number): number {
  const seconds = Math.floor(ms / MS_PER_SECOND);
  let at = putField(bytes, start, 0x08, Math.floor(seconds / 3600));
  at = putField(bytes, at, 0x10, Math.floor(seconds / 60) % 60);
  at = putField(bytes, at, 0x18, seconds % 60);
  return putField(bytes, at, 0x20, (ms % MS_PER_SECOND) * NANOS_PER_MS);
}

/** The fields of `google.protobuf.Timestamp`. @param ms since the epoch, within the years 1 to 9999. */
export function putTimestamp(bytes: Buffer, start: number, ms: number | bigint): number {
  const seconds = Math.floor(Number(ms) / MS_PER_SECOND);
  if (seconds < TIMESTAMP_SECONDS.min || seconds > TIMESTAMP_SECONDS.max) {
    throw new SerdeError(`Timestamp is not valid, it is beyond the years 1 to 9999: ${ms}`);
  }
  const at = putField(bytes, start, 0x08, seconds);
  return putField(bytes, at, 0x10, (Number(ms) - seconds * MS_PER_SECOND) * NANOS_PER_MS);
}

/** The fields of `confluent.type.Decimal`: the unscaled value big-endian, its digits, the scale. */
export function putDecimal(bytes: Buffer, start: number, value: Decimal): number {
  bytes[start] = 0x0a;
  let at = putBytes(bytes, start + 1, unscaledBytes(value.unscaled));
  at = putField(bytes, at, 0x10, value.precision());
  return putField(bytes, at, 0x18, value.scale);
}

/** A number that is left out where it is zero. */
function putField(bytes: Buffer, at: number, tag: number, value: number): number {
  if (value === 0) return at;
  bytes[at] = tag;
  return putVarint64(bytes, at + 1, value);
}
