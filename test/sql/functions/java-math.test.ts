import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, ln, pow } from '../../../src/sql/functions/mathematical/exact-logarithm.ts';
import { cos, sin, tan } from '../../../src/sql/functions/mathematical/exact-trigonometry.ts';
import { atan2, cbrt } from '../../../src/sql/functions/mathematical/java-roots.ts';

/** Arguments for which JavaScript's own functions give another last digit than Java 17 on x86-64, and what Java gives. */
describe('functions of doubles give Java’s last digit', () => {
  it.each([
    ['ln', ln(2.8321084296500167), 1.04102146240433],
    ['exp', exp(157), 1.5283881393781746e68],
    ['pow', pow(1.9753704922358972, -3.569627383687024), 0.0880328570676125],
    ['pow of a whole exponent', pow(2.8321084296500167, -5), 0.00548846143143203],
    ['sin', sin(0.8815007984632135), 0.7716942459936156],
    ['cos', cos(1489.62), 0.8751347032538145],
    ['tan', tan(2.2627877148753157), -1.206724589952442],
    ['cbrt', cbrt(0.20252173727045153), 0.5872511574079036],
    ['atan2', atan2(5.955046762895224e193, -0.9706769601138774), 1.5707963267948968],
  ])('%s', (_, actual, java) => {
    expect(actual).toBe(java);
  });

  it('and keep what is special', () => {
    const specials = [0, -0, 1, -1, Number.NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, -2, 0.5];
    for (const x of specials) {
      expect(ln(x)).toBe(Math.log(x));
      for (const [ours, native] of [
        [exp(x), Math.exp(x)],
        [sin(x), Math.sin(x)],
        [cos(x), Math.cos(x)],
        [tan(x), Math.tan(x)],
        [atan2(x, 1), Math.atan2(x, 1)],
        [cbrt(x), Math.cbrt(x)],
      ] as const) {
        if (Number.isFinite(native))
          expect(Math.abs(ours - native)).toBeLessThanOrEqual(Math.abs(native) * 2 ** -52);
        else expect(ours).toBe(native);
      }
      for (const y of specials) {
        const native = x ** y;
        if (Number.isFinite(native))
          expect(Math.abs(pow(x, y) - native)).toBeLessThanOrEqual(Math.abs(native) * 2 ** -50);
        else expect(pow(x, y)).toBe(native);
      }
    }
  });

  it('powers of whole numbers that doubles hold are exact', () => {
    fc.assert(
      fc.property(fc.integer({ min: -200, max: 200 }), fc.integer({ min: 0, max: 7 }), (base, exponent) => {
        const exact = BigInt(base) ** BigInt(exponent);
        fc.pre(exact <= 2n ** 53n && exact >= -(2n ** 53n));
        expect(BigInt(pow(base, exponent))).toBe(exact);
      }),
    );
  });
});
