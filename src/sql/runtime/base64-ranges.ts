import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { SerializedRange } from '../../streams/state/store.ts';
import { FIRST, type ValueBounds, withPrefix } from './byte-ranges.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** As many digits of a bound count: six bytes. */
const MAX_DIGITS = 8;

/** Digits that values begin with; `isWhole` where they end there. */
interface Beginning {
  readonly digits: string;
  readonly isWhole?: true;
}

/** The first digits of a bound behind those that are common; undefined where all is within it. */
interface Rest {
  readonly low: string | undefined;
  readonly high: string | undefined;
}

/**
 * Bytes in base64, whose digits are not in the order of their letters: the digits that may follow one another are told one by one. Values
 * are in the order of their digits, and of two that begin alike the shorter one is first.
 * @param isQuoted all of them; else those that begin with no letter and no figure.
 */
export function base64Ranges(bounds: ValueBounds, isQuoted: boolean): readonly SerializedRange[] {
  const [low, high] = [digitsOf(bounds.from), digitsOf(bounds.to)];
  return beginnings('', { low, high }).flatMap(({ digits, isWhole }) => {
    if (digits === '' && isWhole === undefined) return [{ from: FIRST, to: undefined }];
    const text = isQuoted || !/^[A-Za-z0-9]/.test(digits) ? `"${digits}` : digits;
    if (isWhole === undefined) return [withPrefix(Buffer.from(text))];
    const bytes = Buffer.from(text);
    const ends = ['"', '='].map((end) => withPrefix(Buffer.from(text + end)));
    return [{ from: bytes, to: Buffer.concat([bytes, Buffer.of(0)]) }, ...ends];
  });
}

function digitsOf(value: SqlValue): string | undefined {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64').replaceAll('=', '') : undefined;
}

function beginnings(digits: string, { low, high }: Rest): readonly Beginning[] {
  const start = low === '' ? undefined : low;
  if ((start === undefined && high === undefined) || high === '' || digits.length === MAX_DIGITS) {
    return [{ digits }];
  }
  const first = start === undefined ? 0 : DIGITS.indexOf(start.charAt(0));
  const last = high === undefined ? DIGITS.length - 1 : DIGITS.indexOf(high.charAt(0));
  const found: Beginning[] = start === undefined ? [{ digits, isWhole: true }] : [];
  for (let at = first; at <= last; at++) {
    const rest = {
      low: start !== undefined && at === first ? start.slice(1) : undefined,
      high: high !== undefined && at === last ? high.slice(1) : undefined,
    };
    found.push(...beginnings(digits + DIGITS.charAt(at), rest));
  }
  return found;
}
