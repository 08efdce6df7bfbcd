import type { Int64 } from '../../serde/model/int64.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { SerializedRange } from '../../streams/state/store.ts';

/** What is asked for of one column, both ends included; null where there is no end. */
export interface ValueBounds {
  readonly from: SqlValue;
  readonly to: SqlValue;
}

/** A whole number; undefined for all else. */
export const int64In = (value: SqlValue): Int64 | undefined =>
  typeof value === 'number' || typeof value === 'bigint' ? value : undefined;

/** Before all others. */
export const FIRST: Buffer = Buffer.alloc(0);

/** The first bytes behind these. */
export function behind(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.of(0)]);
}

/** The first bytes that are behind all that begin with these; undefined where there are none. */
export function behindPrefix(bytes: Buffer): Buffer | undefined {
  for (let end = bytes.length; end > 0; end--) {
    const last = bytes[end - 1] ?? 0;
    if (last < 0xff) return Buffer.concat([bytes.subarray(0, end - 1), Buffer.of(last + 1)]);
  }
  return undefined;
}

export function withPrefix(bytes: Buffer): SerializedRange {
  return { from: bytes, to: behindPrefix(bytes) };
}

/** Ranges in order and apart from one another, of ranges that may overlap. */
export function united(ranges: readonly SerializedRange[]): readonly SerializedRange[] {
  const all: SerializedRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.from.compare(b.from))) {
    if (range.to !== undefined && range.to.compare(range.from) <= 0) continue;
    const last = all.at(-1);
    if (last === undefined || (last.to !== undefined && last.to.compare(range.from) < 0)) all.push(range);
    else all[all.length - 1] = { from: last.from, to: later(last.to, range.to) };
  }
  return all;
}

function later(a: Buffer | undefined, b: Buffer | undefined): Buffer | undefined {
  if (a === undefined || b === undefined) return undefined;
  return a.compare(b) > 0 ? a : b;
}
