import { INT64_MAX, INT64_MIN, int64 } from '../../serde/model/int64.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { SerializedRange } from '../../streams/state/store.ts';
import { behindPrefix, int64In, type ValueBounds, withPrefix } from './byte-ranges.ts';

const MAX_DIGITS = 19;

/**
 * Whole numbers as text: those of equally many digits are in order, the negative ones backwards. Behind the first bound of them lie
 * longer ones, too.
 */
export function numberTextRanges(
  bounds: ValueBounds,
  bytes: (value: SqlValue) => Buffer,
): readonly SerializedRange[] {
  const from = BigInt(int64In(bounds.from) ?? INT64_MIN);
  const to = BigInt(int64In(bounds.to) ?? INT64_MAX);
  const textOf = (value: bigint): Buffer => bytes(int64(value));
  const ranges: SerializedRange[] = [];
  for (let digits = 1; digits <= MAX_DIGITS; digits++) {
    const [least, greatest] = [10n ** BigInt(digits - 1), 10n ** BigInt(digits) - 1n];
    const [low, high] = [later(from, digits === 1 ? 0n : least), earlier(to, greatest)];
    if (low <= high) ranges.push(between(textOf(low), textOf(high)));
    const [lowest, highest] = [later(from, -greatest), earlier(to, -least)];
    if (lowest <= highest) ranges.push(between(textOf(highest), textOf(lowest)));
  }
  return ranges;
}

/** From some text to another one of the same length, with all that begins with that. */
const between = (from: Buffer, to: Buffer): SerializedRange => ({ from, to: behindPrefix(to) });

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const earlier = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Letters that JSON and UTF-8 leave in their order, and behind the quote that ends a text. */
const PLAIN = /^[#-[\]-~]*/;
/** JSON writes letters that have to be escaped with one before them that is behind the digits and the capitals. */
const ESCAPE = '\\';

/** Texts in JSON's quotes. Of a bound only so much counts as is plain. */
export function jsonTextRanges({ from, to }: ValueBounds): readonly SerializedRange[] {
  const start = plainPart(from);
  const first = Buffer.from(`"${start}`);
  const escapedFirst = escapedWithin(start, (letter) => letter > ESCAPE);
  if (to === null) return [{ from: first, to: undefined }, ...escapedFirst];
  const end = plainPart(to);
  const escapedLast = escapedWithin(end, (letter) => letter < ESCAPE);
  return [{ from: first, to: behindPrefix(Buffer.from(`"${end}`)) }, ...escapedFirst, ...escapedLast];
}

/** Texts that have an escaped letter in the place of one of these. */
function escapedWithin(text: string, isMeant: (letter: string) => boolean): readonly SerializedRange[] {
  return text
    .split('')
    .flatMap((letter, at) =>
      isMeant(letter) ? [withPrefix(Buffer.from(`"${text.slice(0, at)}${ESCAPE}`))] : [],
    );
}

function plainPart(text: SqlValue): string {
  return typeof text === 'string' ? (PLAIN.exec(text)?.[0] ?? '') : '';
}
