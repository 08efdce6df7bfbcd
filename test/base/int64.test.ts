import { describe, expect, it } from 'vitest';
import {
  addExactInt64,
  exactInt64,
  INT64_MAX,
  readExactInt64,
  readInt64,
  writeExactInt64,
  writeInt64,
} from '../../src/base/int64.ts';

const EDGES = [0, 1, -1, 0x7fffffff, -0x80000000, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), -(2 ** 32) - 1];
const WIDE = [...EDGES, 1_764_000_000_000, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

describe('64-bit integers', () => {
  it.each(WIDE)('%d is written as BigInt writes it, and read again', (value) => {
    const bytes = Buffer.alloc(10, 0xaa);
    const expected = Buffer.alloc(10, 0xaa);
    expected.writeBigInt64BE(BigInt(value), 1);
    writeInt64(bytes, 1, value);
    expect(bytes).toEqual(expected);
    expect(readInt64(bytes, 1)).toBe(value);
  });

  it('are no safe integers beyond 2^53', () => {
    const bytes = Buffer.alloc(8);
    for (const value of [2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      bytes.writeBigInt64BE(value);
      expect(Number.isSafeInteger(readInt64(bytes, 0))).toBe(false);
    }
  });

  it('are kept to the last digit where they are asked for exactly, and add up as in Java', () => {
    const bytes = Buffer.alloc(9);
    for (const value of [2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), -1n, 7n]) {
      writeExactInt64(bytes, 1, exactInt64(value));
      expect(bytes.readBigInt64BE(1)).toBe(value);
      expect(readExactInt64(bytes, 1)).toBe(exactInt64(value));
    }
    expect(exactInt64(2n ** 53n - 1n)).toBe(Number.MAX_SAFE_INTEGER);
    expect(addExactInt64(Number.MAX_SAFE_INTEGER, 2)).toBe(2n ** 53n + 1n);
    expect(addExactInt64(2n ** 53n + 1n, -2)).toBe(Number.MAX_SAFE_INTEGER);
    expect(addExactInt64(2n ** 63n - 1n, 1)).toBe(-(2n ** 63n));
  });

  it('Long.MAX_VALUE is what 2^63 is written as', () => {
    const bytes = Buffer.alloc(8);
    writeExactInt64(bytes, 0, INT64_MAX);
    expect(bytes.readBigInt64BE()).toBe(2n ** 63n - 1n);
    expect(readInt64(bytes, 0)).toBe(INT64_MAX);
  });

  it('are refused where there are no eight bytes, instead of being read as zeros', () => {
    const bytes = Buffer.alloc(8);
    for (const at of [-1, 1, 8]) {
      expect(() => readInt64(bytes, at)).toThrow(RangeError);
      expect(() => writeInt64(bytes, at, 7)).toThrow(RangeError);
    }
    expect(bytes).toEqual(Buffer.alloc(8));
  });
});
