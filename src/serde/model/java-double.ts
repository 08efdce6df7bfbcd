import { shortestLikeJava } from './java-double-digits.ts';

/**
 * A double as Java prints it (`Double.toString`): plain from 10^-3 to 10^7, else one digit, a point, the rest and `E`
 * with the exponent. ksqlDB's expected outputs come from a JDK before 19, which in places gives a digit more than is
 * needed (`4.6116860184273879E18`, `4.9E-324`); so do we.
 */
export function printDouble(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    const text = String(value);
    return Number.isInteger(value) ? `${text}.0` : text;
  }
  if (magnitude >= 1e7 && magnitude < 2 ** 53) return withExponent(value);
  if (magnitude === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (Number.isNaN(value)) return 'NaN';
  if (magnitude === Number.POSITIVE_INFINITY) return value > 0 ? 'Infinity' : '-Infinity';
  const { digits, decimalExponent } = shortestLikeJava(magnitude);
  return (value < 0 ? '-' : '') + layOut(digits, decimalExponent);
}

/** A float of 32 bits as Java prints it: the fewest digits that are this float again. */
export function printFloat(value: number): string {
  for (let digits = 1; digits <= 9; digits += 1) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return printDouble(shorter);
  }
  return printDouble(value);
}

/**
 * JavaScript's shortest digits, which are Java's too below 2^53 where they are printed with all of their places: Java
 * differs only where a decimal lies just between two doubles (its expansion is longer than 17 digits there), for
 * numbers of one digit that are not whole, and beyond 2^53.
 */
function withExponent(value: number): string {
  const [digits = '', exponent = ''] = value.toExponential().split('e+');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent}`;
}

/** Puts the point into digits that stand for 0.digits * 10^exponent. */
function layOut(digits: string, exponent: number): string {
  if (exponent > 0 && exponent < 8) {
    return `${digits.slice(0, exponent).padEnd(exponent, '0')}.${digits.slice(exponent) || '0'}`;
  }
  if (exponent <= 0 && exponent > -3) return `0.${'0'.repeat(-exponent)}${digits}`;
  return `${digits.charAt(0)}.${digits.slice(1) || '0'}E${exponent - 1}`;
}

const DOUBLE_TEXT = /^[+-]?(NaN|Infinity|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[fFdD]?)$/;

/** Reads what Java's `Double.parseDouble` reads (hexadecimal forms left out), or undefined. */
export function parseDouble(text: string): number | undefined {
  const trimmed = text.trim();
  if (!DOUBLE_TEXT.test(trimmed)) return undefined;
  // A type suffix; NaN and Infinity end in other letters.
  return Number(/[fFdD]$/.test(trimmed) ? trimmed.slice(0, -1) : trimmed);
}
