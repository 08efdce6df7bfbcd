/**
 * Variable-length integers: seven bits a byte, lowest first, the top bit set on all bytes but the last. Signed ones are
 * zig-zag encoded, so that small negative numbers stay short. Lengths, tags and counts of the flexible protocol versions
 * (KIP-482) are unsigned; the fields inside a record are signed.
 */

import { type ExactInt64, exactInt64, TWO_POW_32 } from './int64.ts';

/** The longest form of a 32-bit varint, in bytes. */
export const VARINT_BYTES_MAX = 5;
/** The longest form of a 64-bit varint, in bytes. */
export const VARLONG_BYTES_MAX = 10;

/** Bytes that `value` (0 to 2^32 - 1) takes as an unsigned varint. */
export function sizeOfUnsignedVarint(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

/** Bytes that `value` (int32) takes as a zig-zag varint. */
export function sizeOfVarint(value: number): number {
  return sizeOfUnsignedVarint(((value << 1) ^ (value >> 31)) >>> 0);
}

/** Bytes that `value` (a safe integer) takes as a zig-zag varlong. */
export function sizeOfVarlong(value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return sizeOfVarint(value);
  // Doubling may leave the safe range, but stays exact: it only raises the exponent.
  let rest = value < 0 ? (-value - 1) * 2 + 1 : value * 2;
  // Beyond 2^53 the "+ 1" of a negative number is lost; it never decides on the length.
  let size = 1;
  while (rest >= 0x80) {
    rest = Math.floor(rest / 0x80);
    size++;
  }
  return size;
}

/**
 * Writes an int32 as a zig-zag varint into `target` at `position`, which must have room for five bytes.
 * @returns the position behind it.
 */
export function writeVarint(target: Uint8Array, position: number, value: number): number {
  let at = position;
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
}

/**
 * Writes a safe integer as a zig-zag varlong into `target` at `position`, which must have room for ten bytes.
 * @returns the position behind it.
 */
export function writeVarlong(target: Uint8Array, position: number, value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return writeVarint(target, position, value);
  // Zig-zag on two halves: (value << 1) ^ (value >> 63).
  const magnitude = value < 0 ? -value - 1 : value;
  const sign = value < 0 ? 1 : 0;
  const low = (magnitude % TWO_POW_32) | 0;
  const high = Math.floor(magnitude / TWO_POW_32);
  let zigLow = ((low << 1) | sign) >>> 0;
  let zigHigh = ((high << 1) | (low >>> 31)) >>> 0;
  let at = position;
  while (zigHigh !== 0 || zigLow >= 0x80) {
    target[at++] = (zigLow & 0x7f) | 0x80;
    zigLow = ((zigLow >>> 7) | (zigHigh << 25)) >>> 0;
    zigHigh >>>= 7;
  }
  target[at++] = zigLow;
  return at;
}

/** Bits of a varlong that a 32-bit integer holds, without those of its sign: four bytes of seven. */
const LOW_BITS = 28;

/**
 * Returns the integer that a zig-zag varlong stands for. What is above 64 bits is dropped, as in Java.
 * @param low its lowest 28 bits.
 * @param high the bits above, up to 42 of them.
 */
export function zigZagOfHalves(low: number, high: number): ExactInt64 {
  const magnitude = high * 2 ** (LOW_BITS - 1) + (low >>> 1);
  if (magnitude < Number.MAX_SAFE_INTEGER) return (low & 1) === 0 ? magnitude : -magnitude - 1;
  const unsigned = BigInt.asUintN(64, (BigInt(high) << BigInt(LOW_BITS)) | BigInt(low));
  const half = unsigned >> 1n;
  return exactInt64((low & 1) === 0 ? half : -half - 1n);
}
