/**
 * The digits of a double by the algorithm of Java before version 19 (`FloatingDecimal`, after Steele and White with
 * Gay's estimate), in big integers: digits of the value B/S are produced until the rest is less than half a unit in the
 * last place, M. What makes its results longer than needed at times is kept: whole numbers from 2^53 to 2^62 are cut by
 * a table, numbers printed with an exponent get at least two digits.
 */
interface JavaDigits {
  /** Without trailing zeros; they stand for 0.digits * 10^decimalExponent. */
  readonly digits: string;
  readonly decimalExponent: number;
}

const MANTISSA_BITS = 52;
const EXPONENT_BIAS = 1023;
const scratch = new DataView(new ArrayBuffer(8));

/** Bits of 5^n. */
const BITS_OF_FIVES = Array.from({ length: 27 }, (_, n) =>
  n === 0 ? 0 : (5n ** BigInt(n)).toString(2).length,
);

/** How many digits of a number beyond 2^53 mean nothing, by the power of two that its last bit stands for. */
const INSIGNIFICANT_DIGITS = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2];

/** @param magnitude a positive finite number. */
export function shortestLikeJava(magnitude: number): JavaDigits {
  scratch.setFloat64(0, magnitude);
  const bits = scratch.getBigUint64(0);
  let fraction = bits & ((1n << 52n) - 1n);
  let exponent = Number(bits >> 52n);
  let significantBits = MANTISSA_BITS + 1;
  if (exponent === 0) {
    significantBits = fraction.toString(2).length;
    const shift = MANTISSA_BITS + 1 - significantBits;
    fraction <<= BigInt(shift);
    exponent = 1 - shift;
  } else {
    fraction |= 1n << 52n;
  }
  exponent -= EXPONENT_BIAS;
  const fractionBits = MANTISSA_BITS + 1 - trailingZeros(fraction);
  const tinyBits = Math.max(0, fractionBits - exponent - 1);
  if (tinyBits === 0 && exponent <= 62) return wholeNumber(fraction, exponent);
  return generate(fraction, { exponent, fractionBits, tinyBits, significantBits });
}

function trailingZeros(value: bigint): number {
  let count = 0;
  for (let rest = value; (rest & 1n) === 0n; rest >>= 1n) count += 1;
  return count;
}

function wholeNumber(fraction: bigint, exponent: number): JavaDigits {
  let value =
    exponent >= MANTISSA_BITS
      ? fraction << BigInt(exponent - MANTISSA_BITS)
      : fraction >> BigInt(MANTISSA_BITS - exponent);
  const place = exponent - (MANTISSA_BITS + 1) - 1;
  const cut = place > 1 ? (INSIGNIFICANT_DIGITS[place] ?? 0) : 0;
  if (cut > 0) {
    const power = 10n ** BigInt(cut);
    const rest = value % power;
    value = value / power + (rest >= power / 2n ? 1n : 0n);
  }
  const text = value.toString();
  return { digits: text.replace(/0+$/, ''), decimalExponent: text.length + cut };
}

interface Scale {
  readonly exponent: number;
  readonly fractionBits: number;
  readonly tinyBits: number;
  readonly significantBits: number;
}

/** Floor of the decimal logarithm, or one more. */
function estimateDecimalExponent(fraction: bigint, exponent: number): number {
  const mantissa = Number(fraction) / 2 ** MANTISSA_BITS;
  return Math.floor((mantissa - 1.5) * 0.289529654 + 0.176091259 + exponent * 0.301029995663981);
}

function bitsOfFives(n: number): number {
  return BITS_OF_FIVES[n] ?? n * 3;
}

function generate(fraction: bigint, scale: Scale): JavaDigits {
  const { exponent, fractionBits, tinyBits, significantBits } = scale;
  let decimalExponent = estimateDecimalExponent(fraction, exponent);
  const fivesB = Math.max(0, -decimalExponent);
  const fivesS = Math.max(0, decimalExponent);
  let twosB = fivesB + tinyBits + exponent;
  let twosS = fivesS + tinyBits;
  let twosM = twosB - significantBits;
  twosB -= fractionBits - 1;
  const common = Math.min(twosB, twosS);
  twosB -= common;
  twosS -= common;
  twosM -= common;
  // Below a power of two the next number is only half as far away.
  if (fractionBits === 1) twosM -= 1;
  if (twosM < 0) {
    twosB -= twosM;
    twosS -= twosM;
    twosM = 0;
  }
  const odd = fraction >> BigInt(MANTISSA_BITS + 1 - fractionBits);
  // Java calculates in 64 bits where numbers are small, and compares with > there, with >= in big integers.
  const small = fractionBits + twosB + bitsOfFives(fivesB) < 64 && twosS + 1 + bitsOfFives(fivesS + 1) < 64;
  let b = odd * 5n ** BigInt(fivesB) * 2n ** BigInt(twosB);
  const s = 5n ** BigInt(fivesS) * 2n ** BigInt(twosS);
  let m = 5n ** BigInt(fivesB) * 2n ** BigInt(twosM);
  const tens = s * 10n;
  let digits = '';
  let low = false;
  let high = false;
  const step = (): number => {
    const digit = Number(b / s);
    b = (b % s) * 10n;
    m *= 10n;
    low = b < m;
    high = small ? b + m > tens : b + m >= tens;
    return digit;
  };
  const first = step();
  if (first === 0 && !high) decimalExponent -= 1;
  else digits += first;
  // Exponent form has at least two digits.
  if (decimalExponent < -3 || decimalExponent >= 8) {
    low = false;
    high = false;
  }
  while (!low && !high) digits += step();
  const up =
    high && (!low || 2n * b > tens || (2n * b === tens && (digits.charCodeAt(digits.length - 1) & 1) === 1));
  const rounded = up ? (BigInt(digits) + 1n).toString() : digits;
  return {
    digits: rounded.replace(/0+$/, ''),
    decimalExponent: decimalExponent + 1 + (rounded.length - digits.length),
  };
}
