import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { SerializedRange } from '../../streams/state/store.ts';
import { behindPrefix, int64In, type ValueBounds, withPrefix } from './byte-ranges.ts';

/** Within these, without the upper one, Java writes all digits; what is nearer to zero or farther from it has an exponent. */
const PLAIN = { least: 1e-3, end: 1e7 };
const MAX_WHOLE_DIGITS = 7;

/**
 * Doubles as Java writes them. Plain ones with equally many digits before the point are in order; those with an exponent begin with one digit
 * and the point, whatever they are. Undefined where a bound is no number.
 */
export function doubleTextRanges(
  bounds: ValueBounds,
  bytes: (value: SqlValue) => Buffer,
): readonly SerializedRange[] | undefined {
  const from = Number(int64In(bounds.from) ?? Number.NEGATIVE_INFINITY);
  const to = Number(int64In(bounds.to) ?? Number.POSITIVE_INFINITY);
  if (Number.isNaN(from) || Number.isNaN(to)) return undefined;
  const one = bytes(-1).toString();
  const minus = one.slice(0, one.indexOf('1'));
  const textOf = (magnitude: number): string => bytes(magnitude).toString();
  const special = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  return [
    ...special.map((value) => withPrefix(bytes(value))),
    ...(to < 0 ? [] : magnitudes('', { from: Math.max(from, 0), to }, textOf)),
    // What is farther from zero is less, and still behind in bytes.
    ...(from > 0 ? [] : magnitudes(minus, { from: Math.max(-to, 0), to: -from }, textOf)),
  ];
}

/** Numbers that are not negative, or what is behind the minus of those that are. */
function magnitudes(
  sign: string,
  { from, to }: { readonly from: number; readonly to: number },
  textOf: (magnitude: number) => string,
): readonly SerializedRange[] {
  const ranges: SerializedRange[] = [];
  for (let digits = 0; digits <= MAX_WHOLE_DIGITS; digits++) {
    const [least, end] = [digits === 0 ? 0 : 10 ** (digits - 1), 10 ** digits];
    if (from >= end || to < least) continue;
    const first = from > least && from >= PLAIN.least ? textOf(from) : digits === 0 ? '0.' : `${least}.`;
    const last = to < end && to >= PLAIN.least ? textOf(to) : digits === 0 ? '0.' : `${end - 1}.`;
    ranges.push({ from: Buffer.from(sign + first), to: behindPrefix(Buffer.from(sign + last)) });
  }
  if (to >= PLAIN.end || from < PLAIN.least) {
    for (let digit = 1; digit <= 9; digit++) ranges.push(withPrefix(Buffer.from(`${sign}${digit}.`)));
  }
  return ranges;
}
