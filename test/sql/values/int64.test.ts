import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addInt64,
  divideInt64,
  doubleToInt32,
  doubleToInt64,
  type Int64,
  int64,
  int64ToInt32,
  multiplyInt64,
  negateInt64,
  parseInt32,
  parseInt64,
  remainderInt64,
  subtractInt64,
} from '../../../src/serde/model/int64.ts';

/** Numbers near the borders of 2^53 and 2^63 as well as small ones. */
const int64s = fc
  .oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }),
    fc.bigInt({ min: -100n, max: 100n }),
  )
  .map((value) => ({ value, canonical: int64(value) }));

function expectSame(actual: Int64, expected: bigint): void {
  const wrapped = BigInt.asIntN(64, expected);
  expect(BigInt(actual)).toBe(wrapped);
  expect(typeof actual).toBe(Number.isSafeInteger(Number(wrapped)) ? 'number' : 'bigint');
  expect(Object.is(actual, -0)).toBe(false);
}

describe('BIGINT arithmetic against bigint wrapped to 64 bits', () => {
  it('adds, subtracts, multiplies, negates', () => {
    fc.assert(
      fc.property(int64s, int64s, (a, b) => {
        expectSame(addInt64(a.canonical, b.canonical), a.value + b.value);
        expectSame(subtractInt64(a.canonical, b.canonical), a.value - b.value);
        expectSame(multiplyInt64(a.canonical, b.canonical), a.value * b.value);
        expectSame(negateInt64(a.canonical), -a.value);
      }),
      { numRuns: 1000 },
    );
  });

  it('divides towards zero', () => {
    fc.assert(
      fc.property(int64s, int64s, (a, b) => {
        fc.pre(b.value !== 0n);
        expectSame(divideInt64(a.canonical, b.canonical), a.value / b.value);
        expectSame(remainderInt64(a.canonical, b.canonical), a.value % b.value);
      }),
      { numRuns: 1000 },
    );
    expect(() => divideInt64(1, 0)).toThrow('/ by zero');
    expect(() => remainderInt64(1n << 60n, 0)).toThrow('/ by zero');
  });

  it('wraps to 32 bits', () => {
    fc.assert(
      fc.property(int64s, ({ value, canonical }) => {
        expect(int64ToInt32(canonical)).toBe(Number(BigInt.asIntN(32, value)));
      }),
    );
  });

  it('reads what it prints', () => {
    fc.assert(
      fc.property(int64s, ({ value, canonical }) => {
        expect(parseInt64(String(value))).toBe(canonical);
      }),
    );
    expect(parseInt64('9223372036854775808')).toBeUndefined();
    expect(parseInt64('+5')).toBe(5);
    expect(Object.is(parseInt64('-0'), 0)).toBe(true);
    expect(parseInt64('1.0')).toBeUndefined();
    expect(parseInt32('2147483648')).toBeUndefined();
  });

  it('takes doubles as Java does', () => {
    expect([Number.NaN, 1e300, -1e300, 1.9, -1.9].map(doubleToInt64)).toEqual([
      0,
      2n ** 63n - 1n,
      -(2n ** 63n),
      1,
      -1,
    ]);
    expect([Number.NaN, 1e300, -1e300, 1.9].map(doubleToInt32)).toEqual([0, 2147483647, -2147483648, 1]);
  });
});
