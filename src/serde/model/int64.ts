/**
 * BIGINT: exact over 64 bits. A value is a `number` while it is a safe integer and a `bigint` beyond, never the other
 * way round, so that equal values are `===` and Map keys work. Arithmetic wraps around as Java's `long` does.
 */
export type Int64 = number | bigint;

export const INT64_MIN = -9223372036854775808n;
export const INT64_MAX = 9223372036854775807n;

const SAFE_MAX = 9007199254740991n;

/** The canonical form of a bigint, wrapped to 64 bits. */
export function int64(value: bigint): Int64 {
  const wrapped = BigInt.asIntN(64, value);
  return wrapped >= -SAFE_MAX && wrapped <= SAFE_MAX ? Number(wrapped) : wrapped;
}

export function addInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return int64(BigInt(a) + BigInt(b));
}

export function subtractInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return int64(BigInt(a) - BigInt(b));
}

export function multiplyInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    // A product that is rounded is at least 2^53; adding zero turns -0 into 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return int64(BigInt(a) * BigInt(b));
}

/** Truncates towards zero. @throws {RangeError} on division by zero. */
export function divideInt64(a: Int64, b: Int64): Int64 {
  if (b === 0) throw new RangeError('/ by zero');
  // The quotient of two safe integers never rounds across an integer.
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b) + 0;
  return int64(BigInt(a) / BigInt(b));
}

/** The sign is the dividend's. @throws {RangeError} on division by zero. */
export function remainderInt64(a: Int64, b: Int64): Int64 {
  if (b === 0) throw new RangeError('/ by zero');
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  return int64(BigInt(a) % BigInt(b));
}

export function negateInt64(a: Int64): Int64 {
  return typeof a === 'number' ? 0 - a : int64(-a);
}

/** Wraps to 32 bits, as Java's `long` to `int`. */
export function int64ToInt32(a: Int64): number {
  if (typeof a === 'number' && a >= -2147483648 && a <= 2147483647) return a;
  return Number(BigInt.asIntN(32, BigInt(a)));
}

/** Truncates towards zero and saturates; NaN is 0: Java's `double` to `long`. */
export function doubleToInt64(value: number): Int64 {
  if (Number.isNaN(value)) return 0;
  if (value >= 2 ** 63) return INT64_MAX;
  if (value <= -(2 ** 63)) return INT64_MIN;
  const truncated = Math.trunc(value);
  return Number.isSafeInteger(truncated) ? truncated + 0 : int64(BigInt(truncated));
}

/** Truncates towards zero and saturates; NaN is 0: Java's `double` to `int`. */
export function doubleToInt32(value: number): number {
  if (value >= 2147483647) return 2147483647;
  if (value <= -2147483648) return -2147483648;
  return value | 0;
}

/**
 * Reads what Java's `Long.parseLong` reads: an optional sign and digits.
 * @returns undefined when the text is something else or beyond 64 bits.
 */
export function parseInt64(text: string): Int64 | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  if (text.length < 16) return Number(text) + 0;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value < INT64_MIN || value > INT64_MAX ? undefined : int64(value);
}

/** As {@link parseInt64}, within 32 bits. */
export function parseInt32(text: string): number | undefined {
  const value = parseInt64(text);
  return typeof value === 'number' && value >= -2147483648 && value <= 2147483647 ? value : undefined;
}
