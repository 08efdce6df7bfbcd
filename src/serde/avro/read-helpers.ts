import type { Decimal } from '../model/decimal.ts';
import { decimalOf, readDecimal } from '../model/decimal-bytes.ts';
import type { Int64 } from '../model/int64.ts';
import { printDouble, printFloat } from '../model/java-double.ts';
import { SerdeError } from '../model/serde-error.ts';
import { timeOfDay } from '../model/time-of-day.ts';

/** What generated readers call. Each of them throws a {@link SerdeError} for what does not fit. */
export const readHelpers = {
  /** @param written the scale of what is read. */
  decimal(bytes: Buffer, written: number, precision: number, scale: number): Decimal {
    return readDecimal(decimalOf(bytes, written), precision, scale);
  },
  time(value: Int64): number {
    return timeOfDay(Number(value));
  },
  printDouble,
  printFloat,
  mismatch(written: string, column: string): never {
    throw new SerdeError(`Cannot deserialize type ${written} as type ${column}`);
  },
} as const;
