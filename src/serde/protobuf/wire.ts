import { isUtf8 } from 'node:buffer';
import { shortAsciiBetween, utf8Between } from '../../base/short-text.ts';
import { type Int64, int64 } from '../model/int64.ts';
import { SerdeError } from '../model/serde-error.ts';

/**
 * Values in the bytes of a message. Generated code reads what takes one byte itself, and asks for what takes more; where
 * that ends is in `cursor`, so that nothing is allocated for a number.
 */
export const cursor = { at: 0 };

const TWO_POW_32 = 2 ** 32;
/** Groups within groups, as Java's reader allows them. */
const DEPTH_MAX = 100;

export function truncated(): SerdeError {
  return new SerdeError(
    'While parsing a protocol message, the input ended unexpectedly in the middle of a field.',
  );
}

/** The halves of the last varint, unsigned. */
let low = 0;
let high = 0;

/** Reads a varint into the halves. @throws {SerdeError} beyond ten bytes, or the end. */
function readHalves(bytes: Uint8Array, start: number): void {
  let at = start;
  let byte = 0;
  low = 0;
  high = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    byte = bytes[at++] ?? fail();
    low |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      cursor.at = at;
      return;
    }
  }
  byte = bytes[at++] ?? fail();
  low = (low | ((byte & 0x7f) << 28)) >>> 0;
  high = (byte & 0x7f) >> 4;
  for (let shift = 3; byte >= 0x80; shift += 7) {
    if (shift > 31) throw new SerdeError('CodedInputStream encountered a malformed varint.');
    byte = bytes[at++] ?? fail();
    high |= (byte & 0x7f) << shift;
  }
  high >>>= 0;
  cursor.at = at;
}

function fail(): never {
  throw truncated();
}

/** A signed 64-bit integer of two unsigned halves. */
function ofHalves(lowHalf: number, highHalf: number): Int64 {
  const nearest = (highHalf | 0) * TWO_POW_32 + lowHalf;
  if (Number.isSafeInteger(nearest)) return nearest;
  return int64((BigInt(highHalf) << 32n) | BigInt(lowHalf));
}

/** The low 32 bits of a varint, unsigned: tags and lengths. */
export function varint32(bytes: Uint8Array, start: number): number {
  readHalves(bytes, start);
  return low >>> 0;
}

export function varint64(bytes: Uint8Array, start: number): Int64 {
  readHalves(bytes, start);
  return ofHalves(low >>> 0, high);
}

export function zigzag64(bytes: Uint8Array, start: number): Int64 {
  readHalves(bytes, start);
  const sign = -(low & 1);
  return ofHalves(((((low >>> 1) | (high << 31)) >>> 0) ^ sign) >>> 0, ((high >>> 1) ^ sign) >>> 0);
}

/** True for a number that is not zero, of however many bytes. */
export function varintBoolean(bytes: Uint8Array, start: number): boolean {
  readHalves(bytes, start);
  return low !== 0 || high !== 0;
}

/** Four bytes, little-endian, unsigned. */
export function fixed32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
    0
  );
}

/** Eight bytes, little-endian, signed. */
export function fixed64(bytes: Uint8Array, at: number): Int64 {
  return ofHalves(fixed32(bytes, at), fixed32(bytes, at + 4));
}

const floats = new Float32Array(1);
const doubles = new Float64Array(1);
const floatBits = new Uint32Array(floats.buffer);
const doubleBits = new Uint32Array(doubles.buffer);

export function float32(bytes: Uint8Array, at: number): number {
  floatBits[0] = fixed32(bytes, at);
  return floats[0] ?? 0;
}

export function float64(bytes: Uint8Array, at: number): number {
  doubleBits[0] = fixed32(bytes, at);
  doubleBits[1] = fixed32(bytes, at + 4);
  return doubles[0] ?? 0;
}

const REPLACEMENT = '\ufffd';

/** The text of UTF-8 between two places. @throws {SerdeError} for bytes that are none. */
export function textBetween(bytes: Buffer, start: number, end: number): string {
  const short = shortAsciiBetween(bytes, start, end);
  if (short !== undefined) return short;
  const text = utf8Between(bytes, start, end);
  if (text.includes(REPLACEMENT)) requireUtf8(bytes, start, end);
  return text;
}

/** @throws {SerdeError} for bytes that are no UTF-8. */
function requireUtf8(bytes: Buffer, start: number, end: number): void {
  if (isUtf8(bytes.subarray(start, end))) return;
  throw new SerdeError('Protocol message had invalid UTF-8.');
}

/** The place behind a field that nobody reads. @param tag the field's, which has been read. */
export function skip(bytes: Uint8Array, at: number, tag: number, depth = 0): number {
  if (tag >>> 3 === 0) throw new SerdeError('Protocol message contained an invalid tag (zero).');
  switch (tag & 7) {
    case 0:
      readHalves(bytes, at);
      return cursor.at;
    case 1:
      return at + 8;
    case 2: {
      const length = varint32(bytes, at);
      return cursor.at + length;
    }
    case 3:
      return skipGroup(bytes, at, tag, depth + 1);
    case 5:
      return at + 4;
    case 4:
      throw new SerdeError('Protocol message end-group tag did not match expected tag.');
    default:
      throw new SerdeError('Protocol message tag had invalid wire type.');
  }
}

function skipGroup(bytes: Uint8Array, start: number, tag: number, depth: number): number {
  if (depth > DEPTH_MAX) throw new SerdeError('Protocol message had too many levels of nesting.');
  let at = start;
  for (;;) {
    const inner = varint32(bytes, at);
    at = cursor.at;
    if (inner === tag + 1) return at;
    at = skip(bytes, at, inner, depth);
    if (at > bytes.length) throw truncated();
  }
}

/** The two ranges as one: a message whose fields stand in several pieces is the message of the pieces put together. */
export function joined(before: Buffer, bytes: Buffer, start: number, end: number): Buffer {
  return Buffer.concat([before, bytes.subarray(start, end)]);
}
