import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDouble, printDouble } from '../../../src/serde/model/java-double.ts';

describe('doubles as Java prints them', () => {
  // Printed by OpenJDK 17.
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [100, '100.0'],
    [1e7, '1.0E7'],
    [9999999, '9999999.0'],
    [12345678.9, '1.23456789E7'],
    [0.001, '0.001'],
    [0.0009, '9.0E-4'],
    [1 / 3, '0.3333333333333333'],
    [1e23, '9.999999999999999E22'],
    [2e23, '1.9999999999999998E23'],
    [8.41e21, '8.409999999999999E21'],
    [4.611686018427388e18, '4.6116860184273879E18'],
    [5e-324, '4.9E-324'],
    [1.7976931348623157e308, '1.7976931348623157E308'],
    [2.2250738585072014e-308, '2.2250738585072014E-308'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('%d is %s', (value, text) => {
    expect(printDouble(value)).toBe(text);
  });

  it('can be read back, in Java’s form', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const text = printDouble(value);
        expect(text).toMatch(/^(NaN|-?Infinity|-?\d+\.\d+|-?\d\.\d+E-?\d+)$/);
        expect(parseDouble(text)).toBe(value);
      }),
      { numRuns: 2000 },
    );
  });

  it('are read as Java reads them', () => {
    expect([' 1.5 ', '.5', '5.', '1e3', '2d', '3F', '+1'].map(parseDouble)).toEqual([
      1.5, 0.5, 5, 1000, 2, 3, 1,
    ]);
    expect(['', '.', 'e3', '1e', '0x1', 'inf', '1,5'].map(parseDouble)).toEqual(Array(7).fill(undefined));
  });
});
