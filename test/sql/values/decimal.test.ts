import { Decimal as Oracle } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { castDecimal, Decimal, fitDecimal } from '../../../src/serde/model/decimal.ts';

Oracle.set({ precision: 400, toExpNeg: -1000, toExpPos: 1000 });

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 20 }))
  .map(([unscaled, scale]) => new Decimal(unscaled, scale));

const oracleOf = (value: Decimal): Oracle => new Oracle(value.toPlainString());

describe('Decimal against decimal.js', () => {
  it('adds, subtracts, multiplies exactly', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(oracleOf(a.plus(b)).eq(oracleOf(a).plus(oracleOf(b)))).toBe(true);
        expect(oracleOf(a.minus(b)).eq(oracleOf(a).minus(oracleOf(b)))).toBe(true);
        expect(oracleOf(a.times(b)).eq(oracleOf(a).times(oracleOf(b)))).toBe(true);
        expect(a.plus(b).scale).toBe(Math.max(a.scale, b.scale));
        expect(a.times(b).scale).toBe(a.scale + b.scale);
      }),
    );
  });

  it('divides and takes remainders', () => {
    fc.assert(
      fc.property(decimals, decimals, fc.integer({ min: 0, max: 12 }), (a, b, scale) => {
        fc.pre(b.sign() !== 0);
        const expected = oracleOf(a).div(oracleOf(b));
        expect(a.dividedBy(b, scale, 'HALF_UP').toPlainString()).toBe(
          expected
            .toDecimalPlaces(scale, Oracle.ROUND_HALF_UP)
            .toFixed(scale)
            .replace(/^-(0\.?0*)$/, '$1'),
        );
        expect(oracleOf(a.remainder(b)).eq(oracleOf(a).mod(oracleOf(b)))).toBe(true);
      }),
    );
  });

  it('rounds in every way', () => {
    const modes = {
      HALF_UP: Oracle.ROUND_HALF_UP,
      HALF_DOWN: Oracle.ROUND_HALF_DOWN,
      DOWN: Oracle.ROUND_DOWN,
      FLOOR: Oracle.ROUND_FLOOR,
      CEILING: Oracle.ROUND_CEIL,
    } as const;
    const mode = fc.constantFrom(...(Object.keys(modes) as (keyof typeof modes)[]));
    fc.assert(
      fc.property(decimals, fc.integer({ min: 0, max: 20 }), mode, (value, scale, rounding) => {
        const expected = oracleOf(value).toDecimalPlaces(scale, modes[rounding]);
        expect(oracleOf(value.withScale(scale, rounding)).eq(expected)).toBe(true);
      }),
    );
  });

  it('orders by number, equals by number and scale', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(Math.sign(a.compare(b))).toBe(oracleOf(a).comparedTo(oracleOf(b)));
        expect(a.equals(a.withScale(a.scale + 1, 'UNNECESSARY'))).toBe(false);
        expect(a.compare(a.withScale(a.scale + 1, 'UNNECESSARY'))).toBe(0);
      }),
    );
  });

  it('reads what it prints', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        expect(Decimal.parse(value.toString())?.equals(value)).toBe(true);
        expect(Decimal.parse(value.toPlainString())?.equals(value)).toBe(true);
      }),
    );
  });
});

describe('texts of Decimal', () => {
  it.each([
    [new Decimal(1n, 7), '1E-7', '0.0000001'],
    [new Decimal(123n, 2), '1.23', '1.23'],
    [new Decimal(-5n, -3), '-5E+3', '-5000'],
    [new Decimal(0n, 2), '0.00', '0.00'],
    [new Decimal(1234n, -1), '1.234E+4', '12340'],
  ])('%o is %s', (value, text, plain) => {
    expect(value.toString()).toBe(text);
    expect(value.toPlainString()).toBe(plain);
  });

  it('refuses what is no number', () => {
    for (const text of ['', '.', '1.2.3', '1e', 'abc', '1 ', '0x10', '1e999999999', 'NaN']) {
      expect(Decimal.parse(text), text).toBeUndefined();
    }
  });
});

describe('DECIMAL(p, s)', () => {
  it('rounds half up in a cast and must fit', () => {
    expect(castDecimal(new Decimal(999n, 3), 2, 1).toString()).toBe('1.0');
    expect(castDecimal(new Decimal(-125n, 2), 3, 1).toString()).toBe('-1.3');
    expect(() => castDecimal(new Decimal(10n, 0), 2, 1)).toThrow(
      'Numeric field overflow: A field with precision 2 and scale 1 must round to an absolute value less than 10^1. Got 10',
    );
    expect(() => castDecimal(new Decimal(999n, 2), 2, 1)).toThrow('Numeric field overflow');
  });

  it('loses nothing when it is read', () => {
    expect(fitDecimal(new Decimal(15n, 1), 4, 2).toString()).toBe('1.50');
    expect(() => fitDecimal(new Decimal(1555n, 3), 4, 2)).toThrow('without rounding');
  });
});
