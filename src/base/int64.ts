/**
 * 64-bit integers of the wire, of files and of state as numbers: big-endian, two's complement. Bytes are read and written
 * one by one, which is faster than the calls of Buffer (measured: reads 1.3 times, writes 2.4 times, BigInt 6 times).
 */

/** 2^32, by which the high half of a 64-bit integer counts. */
export const TWO_POW_32 = 2 ** 32;

const INT64_BYTES = 8;

/**
 * Long.MAX_VALUE as the nearest number. Some fields of the wire use it as "unknown", and it is the one number beyond 2^53
 * that is written as it was read.
 */
export const INT64_MAX = 2 ** 63;

/** A 64-bit integer without loss: a number where that is safe, else a bigint. The two compare with `<` and `>`. */
export type ExactInt64 = number | bigint;

const INT64_BITS = 64;
const LONG_MAX = 2n ** 63n - 1n;

/** Returns a number where that is safe. */
export function exactInt64(value: bigint): ExactInt64 {
  const nearest = Number(value);
  return Number.isSafeInteger(nearest) ? nearest : value;
}

/** Adds as Java does: what does not fit into 64 bits wraps around. */
export function addExactInt64(a: ExactInt64, b: ExactInt64): ExactInt64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return exactInt64(BigInt.asIntN(INT64_BITS, BigInt(a) + BigInt(b)));
}

/**
 * Reads a 64-bit integer without loss.
 * @throws {RangeError} where fewer than eight bytes are left.
 */
export function readExactInt64(bytes: Uint8Array, at: number): ExactInt64 {
  const nearest = readInt64(bytes, at);
  if (Number.isSafeInteger(nearest)) return nearest;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigInt64(at);
}

/**
 * Writes a 64-bit integer without loss; a number that is no safe integer as what it is, and 2^63 as Long.MAX_VALUE.
 * @throws {RangeError} where it does not fit.
 */
export function writeExactInt64(bytes: Uint8Array, at: number, value: ExactInt64): void {
  if (Number.isSafeInteger(value)) {
    writeInt64(bytes, at, Number(value));
    return;
  }
  const wide = value === INT64_MAX ? LONG_MAX : BigInt(value);
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).setBigInt64(at, wide);
}

/**
 * Reads a 64-bit integer. Beyond 2^53 it is the nearest number, which is no safe integer: the order is kept, and who
 * stores it or sends it on asks for {@link readExactInt64} or refuses it.
 * @throws {RangeError} where fewer than eight bytes are left, as the methods of Buffer do.
 */
export function readInt64(bytes: Uint8Array, at: number): number {
  if (at < 0 || at + INT64_BYTES > bytes.length) throw outOfBounds(bytes, at);
  const high =
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0);
  const low =
    ((bytes[at + 4] ?? 0) << 24) |
    ((bytes[at + 5] ?? 0) << 16) |
    ((bytes[at + 6] ?? 0) << 8) |
    (bytes[at + 7] ?? 0);
  return high * TWO_POW_32 + (low >>> 0);
}

/**
 * Writes a safe integer.
 * @throws {RangeError} where it does not fit.
 */
export function writeInt64(bytes: Uint8Array, at: number, value: number): void {
  if (at < 0 || at + INT64_BYTES > bytes.length) throw outOfBounds(bytes, at);
  const high = Math.floor(value / TWO_POW_32);
  const low = value - high * TWO_POW_32;
  bytes[at] = high >>> 24;
  bytes[at + 1] = high >>> 16;
  bytes[at + 2] = high >>> 8;
  bytes[at + 3] = high;
  bytes[at + 4] = low >>> 24;
  bytes[at + 5] = low >>> 16;
  bytes[at + 6] = low >>> 8;
  bytes[at + 7] = low;
}

function outOfBounds(bytes: Uint8Array, at: number): RangeError {
  return new RangeError(`a 64-bit integer at ${at} is outside of ${bytes.length} bytes`);
}
