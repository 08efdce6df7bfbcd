import { civilDate, epochDay } from '../model/civil-days.ts';
import type { Decimal } from '../model/decimal.ts';
import { decimalOf, readDecimal } from '../model/decimal-bytes.ts';
import { SerdeError } from '../model/serde-error.ts';
import { TIME_MAX } from '../model/time-of-day.ts';
import { TIMESTAMP_SECONDS } from './well-known.ts';
import { cursor, skip, truncated, varint32, varint64 } from './wire.ts';

/** Dates, times and decimals, each a small message of its own. */

const NANOS_PER_MS = 1_000_000;

/** What the fields 1 to 4 of the last message held. */
const numbers: (number | bigint)[] = [0, 0, 0, 0];

/** Reads a message whose fields are varints; those that are not there are zero. */
function readNumbers(bytes: Buffer, start: number, end: number): void {
  numbers.fill(0);
  let at = start;
  while (at < end) {
    const tag = varint32(bytes, at);
    at = cursor.at;
    const field = tag >>> 3;
    if ((tag & 7) === 0 && field > 0 && field <= numbers.length) {
      numbers[field - 1] = varint64(bytes, at);
      at = cursor.at;
    } else at = skip(bytes, at, tag);
  }
  if (at !== end) throw truncated();
}

const int32At = (index: number): number => Number(BigInt.asIntN(32, BigInt(numbers[index] ?? 0)));

/** Days since the epoch, of `google.type.Date`. @throws {SerdeError} for a day that there is not. */
export function readDate(bytes: Buffer, start: number, end: number): number {
  readNumbers(bytes, start, end);
  const [year, month, day] = [int32At(0), int32At(1), int32At(2)];
  const days = epochDay(year, month, day);
  const same = civilDate(days);
  if (year < 1 || same.year !== year || same.month !== month || same.day !== day) {
    throw new SerdeError(`there is no such date: year ${year}, month ${month}, day ${day}`);
  }
  return days;
}

/** Milliseconds of the day, of `google.type.TimeOfDay`. @throws {SerdeError} for a time that there is not. */
export function readTimeOfDay(bytes: Buffer, start: number, end: number): number {
  readNumbers(bytes, start, end);
  const [hours, minutes, seconds, nanos] = [int32At(0), int32At(1), int32At(2), int32At(3)];
  const ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + Math.floor(nanos / NANOS_PER_MS);
  const isIn = (value: number, limit: number): boolean => value >= 0 && value < limit;
  if (isIn(hours, 24) && isIn(minutes, 60) && isIn(seconds, 60) && isIn(nanos, 1e9) && ms <= TIME_MAX)
    return ms;
  throw new SerdeError(
    `there is no such time of day: hours ${hours}, minutes ${minutes}, seconds ${seconds}, nanos ${nanos}`,
  );
}

/** Milliseconds since the epoch, of `google.protobuf.Timestamp`. @throws {SerdeError} beyond the years 1 to 9999. */
export function readTimestamp(bytes: Buffer, start: number, end: number): number {
  readNumbers(bytes, start, end);
  const seconds = Number(numbers[0]);
  const nanos = int32At(1);
  if (seconds < TIMESTAMP_SECONDS.min || seconds > TIMESTAMP_SECONDS.max || nanos < 0 || nanos >= 1e9) {
    throw new SerdeError(
      `Timestamp is not valid. See proto definition for valid values. Seconds (${numbers[0]}) must be in range ` +
        `[-62,135,596,800, +253,402,300,799]. Nanos (${nanos}) must be in range [0, +999,999,999].`,
    );
  }
  return seconds * 1000 + Math.floor(nanos / NANOS_PER_MS);
}

/** A reader of `confluent.type.Decimal` as DECIMAL(precision, scale). @throws {SerdeError} where it does not fit exactly. */
export function decimalReader(
  precision: number,
  scale: number,
): (bytes: Buffer, start: number, end: number) => Decimal {
  return (bytes, start, end) => readDecimal(decimalIn(bytes, start, end), precision, scale);
}

function decimalIn(bytes: Buffer, start: number, end: number): Decimal {
  let unscaled = bytes.subarray(0, 0);
  let scale = 0;
  let at = start;
  while (at < end) {
    const tag = varint32(bytes, at);
    at = cursor.at;
    if (tag === 0x0a) {
      const length = varint32(bytes, at);
      at = cursor.at + length;
      unscaled = bytes.subarray(cursor.at, at);
    } else if (tag === 0x18) {
      scale = varint32(bytes, at) | 0;
      at = cursor.at;
    } else at = skip(bytes, at, tag);
  }
  if (at !== end) throw truncated();
  return decimalOf(unscaled, scale);
}
