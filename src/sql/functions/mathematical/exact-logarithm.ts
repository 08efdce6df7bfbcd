/**
 * Logarithms, exponentials and powers that are rounded once, from twice the digits. Java's `Math.log`, `exp` and `pow`
 * are within a hair of that on the machines that ksqlDB runs on; JavaScript's differ in the last digit of every thirtieth
 * result.
 */
import { add, type DoubleDouble, exactProduct, fromDouble, multiply, scale } from './double-double.ts';

/** The natural logarithm of 2; the first part has 33 bits, so that its product with an exponent is exact. */
const LN2_TOP = 0.6931471804855391;
const LN2_REST: DoubleDouble = { high: 7.440617110012397e-11, low: -1.3124698417785255e-27 };

/** e^x - 1 is found for x / 2^HALVINGS by its series, and doubled so often. */
const HALVINGS = 9;
const TERMS = 10;

function timesLn2(exponent: number): DoubleDouble {
  return add(fromDouble(exponent * LN2_TOP), multiply(fromDouble(exponent), LN2_REST));
}

/** 1 / n! */
const reciprocals: readonly DoubleDouble[] = Array.from({ length: TERMS + 1 }, (_, n) => {
  let factorial = 1;
  for (let factor = 2; factor <= n; factor += 1) factorial *= factor;
  return quotient(1, factorial);
});

/** a / b, with the rest that the division of doubles leaves. */
function quotient(a: number, b: number): DoubleDouble {
  const high = a / b;
  const { high: back, low } = exactProduct(high, b);
  return { high, low: (a - back - low) / b };
}

/** e^x - 1 for x between -1 and 1, near zero to as many digits as elsewhere. */
function exponentialMinusOne(x: DoubleDouble): DoubleDouble {
  const small = scale(x, 2 ** -HALVINGS);
  let sum = reciprocals[TERMS] ?? fromDouble(0);
  for (let n = TERMS - 1; n >= 1; n -= 1) sum = add(multiply(sum, small), reciprocals[n] ?? fromDouble(0));
  let result = multiply(sum, small);
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    result = add(scale(result, 2), multiply(result, result));
  }
  return result;
}

/** The exponential as a number from a half to two and a power of two, which may be beyond those of doubles. */
function exponential(x: DoubleDouble): { readonly value: DoubleDouble; readonly exponent: number } {
  const exponent = Math.round(x.high / Math.LN2);
  const rest = add(x, scale(timesLn2(exponent), -1));
  return { value: add(exponentialMinusOne(rest), fromDouble(1)), exponent };
}

/** The natural logarithm of a number above 0. */
function logarithm(x: number): DoubleDouble {
  let exponent = Math.round(Math.log2(x));
  let mantissa = x * 2 ** -Math.trunc(exponent / 2) * 2 ** -(exponent - Math.trunc(exponent / 2));
  if (mantissa > Math.SQRT2) {
    exponent += 1;
    mantissa /= 2;
  }
  const guess = Math.log(mantissa);
  // mantissa * e^-guess is 1 + rest, and the logarithm of that is rest - rest^2 / 2 to all digits.
  const rest = add(
    fromDouble(mantissa - 1),
    multiply(fromDouble(mantissa), exponentialMinusOne(fromDouble(-guess))),
  );
  const correction = add(rest, scale(multiply(rest, rest), -0.5));
  return add(timesLn2(exponent), add(fromDouble(guess), correction));
}

function toDouble({ value, exponent }: { readonly value: DoubleDouble; readonly exponent: number }): number {
  // In two steps, so that neither power of two is beyond those of doubles.
  const half = Math.trunc(exponent / 2);
  return value.high * 2 ** half * 2 ** (exponent - half);
}

export function ln(x: number): number {
  return x > 0 && Number.isFinite(x) ? logarithm(x).high : Math.log(x);
}

export function exp(x: number): number {
  return Math.abs(x) < 708 && x !== 0 ? toDouble(exponential(fromDouble(x))) : Math.exp(x);
}

/** Beyond this, only powers of numbers next to 1 are doubles. */
const EXPONENT_MAX = 2 ** 60;

/** The base to the power of the exponent. */
export function pow(base: number, exponent: number): number {
  const rounded = base ** exponent;
  const isOrdinary = rounded !== 0 && Number.isFinite(rounded) && Math.abs(rounded) > 2 ** -1000;
  const isPower = base !== 0 && Number.isFinite(base) && Math.abs(exponent) < EXPONENT_MAX && exponent !== 0;
  if (!isOrdinary || !isPower) return rounded;
  const magnitude = toDouble(exponential(multiply(logarithm(Math.abs(base)), fromDouble(exponent))));
  return rounded < 0 ? -magnitude : magnitude;
}
