import { type Int64, int64 } from './int64.ts';
import { printDouble } from './java-double.ts';

const powers: bigint[] = [1n];

/** 10^n, from a table. */
function powerOfTen(n: number): bigint {
  let power = powers[n];
  if (power === undefined) {
    power = 10n ** BigInt(n);
    if (n < 512) powers[n] = power;
  }
  return power;
}

/** How many decimal digits a number has, its sign left out; 1 for zero. */
function digitCount(value: bigint): number {
  return (value < 0n ? -value : value).toString().length;
}

type Rounding = 'HALF_UP' | 'HALF_DOWN' | 'UNNECESSARY' | 'DOWN' | 'FLOOR' | 'CEILING';

const NUMBER = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,9}))?$/;

/** The widest scale, either way, that a text may ask for: `1e999999999` must not become a number of a gigabyte. */
const SCALE_MAX = 10_000;

/** The most digits of a text: reading more takes time that grows faster than they do. */
const DIGITS_MAX = 20_000;

/**
 * A decimal number, `unscaled` * 10^-`scale`, immutable, with the arithmetic of Java's BigDecimal: the scale is part of
 * the value (`1.0` and `1.00` are {@link compare}d as equal, but not {@link equals}).
 */
export class Decimal {
  readonly unscaled: bigint;
  readonly scale: number;

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  /** Reads what Java's `new BigDecimal(text)` reads, the scale as written, or undefined. */
  static parse(text: string): Decimal | undefined {
    const match = NUMBER.exec(text);
    if (match === null) return undefined;
    const [, sign, whole = '', fraction = '', exponent] = match;
    const digits = whole + fraction;
    if (digits === '' || digits.length > DIGITS_MAX) return undefined;
    const scale = fraction.length - (exponent === undefined ? 0 : Number(exponent));
    if (scale > SCALE_MAX || scale < -SCALE_MAX) return undefined;
    const magnitude = BigInt(digits);
    return new Decimal(sign === '-' ? -magnitude : magnitude, scale);
  }

  /** A whole number, of scale 0. */
  static fromInt64(value: Int64): Decimal {
    return new Decimal(BigInt(value), 0);
  }

  /** The decimal that the double prints as (`BigDecimal.valueOf`). @throws {RangeError} for NaN and the infinities. */
  static fromDouble(value: number): Decimal {
    const decimal = Decimal.parse(printDouble(value));
    if (decimal === undefined) throw new RangeError(`not a finite number: ${value}`);
    return decimal;
  }

  /** Number of digits of the unscaled value. */
  precision(): number {
    return digitCount(this.unscaled);
  }

  plus(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.#unscaledAt(scale) + other.#unscaledAt(scale), scale);
  }

  minus(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.#unscaledAt(scale) - other.#unscaledAt(scale), scale);
  }

  times(other: Decimal): Decimal {
    return new Decimal(this.unscaled * other.unscaled, this.scale + other.scale);
  }

  /** The quotient at a scale. @throws {RangeError} by zero, or when it is inexact and rounding is UNNECESSARY. */
  dividedBy(other: Decimal, scale: number, rounding: Rounding): Decimal {
    if (other.unscaled === 0n) throw new RangeError('Division by zero');
    const shift = scale - this.scale + other.scale;
    const numerator = shift >= 0 ? this.unscaled * powerOfTen(shift) : this.unscaled;
    const denominator = shift >= 0 ? other.unscaled : other.unscaled * powerOfTen(-shift);
    return new Decimal(divideRounded(numerator, denominator, rounding), scale);
  }

  /** `this - trunc(this / other) * other`. @throws {RangeError} by zero. */
  remainder(other: Decimal): Decimal {
    if (other.unscaled === 0n) throw new RangeError('Division by zero');
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.#unscaledAt(scale) % other.#unscaledAt(scale), scale);
  }

  negated(): Decimal {
    return new Decimal(-this.unscaled, this.scale);
  }

  absolute(): Decimal {
    return this.unscaled < 0n ? this.negated() : this;
  }

  sign(): number {
    return this.unscaled === 0n ? 0 : this.unscaled < 0n ? -1 : 1;
  }

  /** The same number at another scale. @throws {RangeError} when digits would be lost and rounding is UNNECESSARY. */
  withScale(scale: number, rounding: Rounding): Decimal {
    if (scale === this.scale) return this;
    if (scale > this.scale) return new Decimal(this.unscaled * powerOfTen(scale - this.scale), scale);
    return new Decimal(divideRounded(this.unscaled, powerOfTen(this.scale - scale), rounding), scale);
  }

  /** Without trailing zeros, as `BigDecimal.stripTrailingZeros`: 100 becomes 1E+2. */
  stripped(): Decimal {
    if (this.unscaled === 0n) return new Decimal(0n, 0);
    const digits = this.unscaled.toString();
    let end = digits.length;
    while (digits.charCodeAt(end - 1) === 48) end -= 1;
    return end === digits.length
      ? this
      : new Decimal(BigInt(digits.slice(0, end)), this.scale - (digits.length - end));
  }

  /** Numeric order; scales do not count. */
  compare(other: Decimal): number {
    if (this.scale === other.scale) {
      return this.unscaled < other.unscaled ? -1 : this.unscaled > other.unscaled ? 1 : 0;
    }
    const scale = Math.max(this.scale, other.scale);
    const a = this.#unscaledAt(scale);
    const b = other.#unscaledAt(scale);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** Same number and same scale. */
  equals(other: Decimal): boolean {
    return this.scale === other.scale && this.unscaled === other.unscaled;
  }

  /** The nearest double. */
  toNumber(): number {
    return Number(`${this.unscaled}e${-this.scale}`);
  }

  /** Truncated towards zero and wrapped to 64 bits (`longValue`). */
  toInt64(): Int64 {
    return int64(this.withScale(0, 'DOWN').unscaled);
  }

  /** All digits, without an exponent. */
  toPlainString(): string {
    if (this.scale <= 0) return (this.unscaled * powerOfTen(-this.scale)).toString();
    const negative = this.unscaled < 0n;
    const digits = (negative ? -this.unscaled : this.unscaled).toString().padStart(this.scale + 1, '0');
    const point = digits.length - this.scale;
    return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
  }

  /** As Java's BigDecimal: with an exponent where the scale is negative or the number below 10^-6. */
  toString(): string {
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString();
    const exponent = digits.length - 1 - this.scale;
    if (this.scale >= 0 && exponent >= -6) return this.toPlainString();
    const mantissa = digits.length === 1 ? digits : `${digits.charAt(0)}.${digits.slice(1)}`;
    const suffix = exponent === 0 ? '' : `E${exponent > 0 ? '+' : ''}${exponent}`;
    return `${this.unscaled < 0n ? '-' : ''}${mantissa}${suffix}`;
  }

  #unscaledAt(scale: number): bigint {
    return scale === this.scale ? this.unscaled : this.unscaled * powerOfTen(scale - this.scale);
  }
}

function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator;
  const rest = numerator % denominator;
  if (rest === 0n) return quotient;
  const away = numerator < 0n === denominator < 0n ? 1n : -1n;
  switch (rounding) {
    case 'UNNECESSARY':
      throw new RangeError('Rounding necessary');
    case 'DOWN':
      return quotient;
    case 'FLOOR':
      return away < 0n ? quotient - 1n : quotient;
    case 'CEILING':
      return away > 0n ? quotient + 1n : quotient;
    case 'HALF_UP':
      return compareToHalf(rest, denominator) >= 0 ? quotient + away : quotient;
    case 'HALF_DOWN':
      return compareToHalf(rest, denominator) > 0 ? quotient + away : quotient;
  }
}

/** Whether a remainder is less than, equal to or more than half of the denominator. */
function compareToHalf(rest: bigint, denominator: bigint): number {
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const whole = denominator < 0n ? -denominator : denominator;
  return twice < whole ? -1 : twice > whole ? 1 : 0;
}

/** @throws {RangeError} with ksqlDB's text when |value| needs more than `precision - scale` digits before the point. */
function ensureMagnitude(value: Decimal, precision: number, scale: number): void {
  const digits = precision - scale;
  if (value.scale >= 0 && value.absolute().unscaled < powerOfTen(digits + value.scale)) return;
  if (value.scale < 0 && value.absolute().compare(new Decimal(powerOfTen(digits), 0)) < 0) return;
  throw new RangeError(
    `Numeric field overflow: A field with precision ${precision} and scale ${scale} ` +
      `must round to an absolute value less than 10^${digits}. Got ${value.toPlainString()}`,
  );
}

/** CAST to DECIMAL(precision, scale): rounds half up. @throws {RangeError} on overflow. */
export function castDecimal(value: Decimal, precision: number, scale: number): Decimal {
  if (value.scale === scale && value.absolute().unscaled < powerOfTen(precision)) return value;
  ensureMagnitude(value, precision, scale);
  const rounded = value.withScale(scale, 'HALF_UP');
  ensureMagnitude(rounded, precision, scale);
  return rounded;
}

/** The value as DECIMAL(precision, scale) without a loss. @throws {RangeError} when it does not fit exactly. */
export function fitDecimal(value: Decimal, precision: number, scale: number): Decimal {
  if (value.scale === scale && value.absolute().unscaled < powerOfTen(precision)) return value;
  ensureMagnitude(value, precision, scale);
  try {
    return value.withScale(scale, 'UNNECESSARY');
  } catch {
    throw new RangeError(
      `Cannot fit decimal '${value.toPlainString()}' into DECIMAL(${precision}, ${scale}) without rounding. ` +
        `(Requires ${value.precision()},${value.scale})`,
    );
  }
}
