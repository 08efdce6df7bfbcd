import { Decimal, fitDecimal } from './decimal.ts';
import { SerdeError } from './serde-error.ts';

/** The unscaled values of decimals as binary formats have them: two's complement, big-endian, as Java's `BigInteger` has it. */

/** In as few bytes as hold the number and its sign. */
export function unscaledBytes(value: bigint): Buffer {
  const magnitude = value < 0n ? -value - 1n : value;
  return inBytes(value, Math.floor(magnitude.toString(2).length / 8) + 1);
}

/** The same in so many bytes. @throws {SerdeError} where it takes more. */
export function fixedUnscaled(value: bigint, length: number): Buffer {
  if (BigInt.asIntN(length * 8, value) !== value) {
    throw new SerdeError(`a decimal takes more than ${length} bytes: ${value}`);
  }
  return inBytes(value, length);
}

function inBytes(value: bigint, length: number): Buffer {
  const bits = BigInt.asUintN(length * 8, value);
  return Buffer.from(bits.toString(16).padStart(length * 2, '0'), 'hex');
}

/** The decimal of an unscaled value. @throws {SerdeError} where there are no bytes. */
export function decimalOf(unscaled: Buffer, scale: number): Decimal {
  if (unscaled.length === 0) throw new SerdeError('Zero length BigInteger');
  const bits = BigInt(`0x${unscaled.toString('hex')}`);
  return new Decimal(BigInt.asIntN(unscaled.length * 8, bits), scale);
}

/** What was read, as DECIMAL(precision, scale). @throws {SerdeError} where it does not fit exactly. */
export function readDecimal(value: Decimal, precision: number, scale: number): Decimal {
  try {
    return fitDecimal(value, precision, scale);
  } catch (error) {
    throw new SerdeError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
