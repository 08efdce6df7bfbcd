import { Decimal, fitDecimal } from '../model/decimal.ts';
import type { Int64 } from '../model/int64.ts';
import { printDouble } from '../model/java-double.ts';
import { SerdeError } from '../model/serde-error.ts';
import { timeOfDay } from '../model/time-of-day.ts';

/** What generated readers call. Each of them throws a {@link SerdeError} for what does not fit. */
export const readHelpers = {
  /** The bytes of a two's complement number, big-endian. */
  decimal(bytes: Buffer, written: number, precision: number, scale: number): Decimal {
    let unscaled = 0n;
    for (const byte of bytes) unscaled = (unscaled << 8n) | BigInt(byte);
    const bits = BigInt(bytes.length * 8);
    const decimal = new Decimal(BigInt.asIntN(Number(bits), unscaled), written);
    try {
      return fitDecimal(decimal, precision, scale);
    } catch (error) {
      throw new SerdeError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  },
  time(value: Int64): number {
    return timeOfDay(Number(value));
  },
  printDouble,
  /** The shortest digits that a 32-bit number is the nearest one of, as Java prints it. */
  printFloat(value: number): string {
    for (let digits = 1; digits < 9; digits++) {
      const short = Number(value.toPrecision(digits));
      if (Math.fround(short) === value) return printDouble(short);
    }
    return printDouble(value);
  },
  mismatch(written: string, column: string): never {
    throw new SerdeError(`Cannot deserialize type ${written} as type ${column}`);
  },
} as const;

/** Two's complement, big-endian, in as few bytes as hold it. */
export function unscaledBytes(value: bigint): Buffer {
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, value) !== value) bytes += 1;
  return fixedUnscaled(value, bytes);
}

/** The same in so many bytes. @throws {SerdeError} where it takes more. */
export function fixedUnscaled(value: bigint, length: number): Buffer {
  if (BigInt.asIntN(length * 8, value) !== value) {
    throw new SerdeError(`a decimal takes more than ${length} bytes: ${value}`);
  }
  const out = Buffer.alloc(length);
  let rest = value;
  for (let index = length - 1; index >= 0; index--) {
    out[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return out;
}
