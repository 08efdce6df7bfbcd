import { INT64_MAX, INT64_MIN, type Int64 } from '../../serde/model/int64.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { SerializedRange } from '../../streams/state/store.ts';
import type { KeyBounds } from '../host/host.ts';
import type { KeyLayout } from '../lowering/row-serdes.ts';
import { behind, behindPrefix, FIRST, int64In, type ValueBounds, united, withPrefix } from './byte-ranges.ts';
import { base64Ranges } from './base64-ranges.ts';
import { doubleTextRanges } from './double-text-ranges.ts';
import { jsonTextRanges, numberTextRanges } from './text-key-ranges.ts';

/**
 * The ranges of a store that hold all keys within one of the bounds, in order and apart from one another. They may hold others, since bytes
 * are not ordered as their values everywhere. Undefined where bytes do not tell: all keys have to be read.
 */
export function keyRanges(
  layout: KeyLayout,
  bounds: readonly KeyBounds[],
): readonly SerializedRange[] | undefined {
  const ranges: SerializedRange[] = [];
  for (const each of bounds) {
    const found = layout.types.length === 1 ? ofColumn(layout, each) : ofFirstColumns(layout, each);
    if (found === undefined) return undefined;
    ranges.push(...found);
  }
  return united(ranges);
}

function ofColumn(layout: KeyLayout, { from, to }: KeyBounds): readonly SerializedRange[] | undefined {
  const kind = layout.types[0]?.kind;
  const bounds = { from: from[0] ?? null, to: to[0] ?? null };
  const bytes = (value: SqlValue): Buffer => layout.serialize([value]) ?? FIRST;
  if (layout.format === 'KAFKA') return binaryRanges(kind, bounds, bytes);
  const isJson = layout.format === 'JSON';
  return isJson || layout.format === 'DELIMITED' ? textRanges(kind, bounds, { bytes, isJson }) : undefined;
}

function textRanges(
  kind: SqlType['kind'] | undefined,
  bounds: ValueBounds,
  { bytes, isJson }: { readonly bytes: (value: SqlValue) => Buffer; readonly isJson: boolean },
): readonly SerializedRange[] | undefined {
  switch (kind) {
    case 'INTEGER':
    case 'BIGINT':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return numberTextRanges(bounds, bytes);
    case 'DOUBLE':
      return doubleTextRanges(bounds, bytes);
    case 'BYTES':
      return base64Ranges(bounds, isJson);
    case 'STRING':
      return isJson ? jsonTextRanges(bounds) : [utf8Range(bounds), ...quotedRanges(bounds)];
    default:
      return undefined;
  }
}

function binaryRanges(
  kind: SqlType['kind'] | undefined,
  bounds: ValueBounds,
  bytes: (value: SqlValue) => Buffer,
): readonly SerializedRange[] | undefined {
  switch (kind) {
    case 'INTEGER':
      return integerRanges(bounds, { min: -2147483648, max: 2147483647 }, bytes);
    case 'BIGINT':
      return integerRanges(bounds, { min: INT64_MIN, max: INT64_MAX }, bytes);
    case 'DOUBLE':
      return doubleRanges(bounds, bytes);
    case 'STRING':
      return [utf8Range(bounds)];
    case 'BYTES': {
      const { from, to } = bounds;
      return [{ from: from === null ? FIRST : bytes(from), to: to === null ? undefined : behind(bytes(to)) }];
    }
    default:
      return undefined;
  }
}

/** In two's complement the negative ones come behind the others. */
function integerRanges(
  bounds: ValueBounds,
  { min, max }: { readonly min: Int64; readonly max: Int64 },
  bytes: (value: SqlValue) => Buffer,
): readonly SerializedRange[] {
  const from = int64In(bounds.from) ?? min;
  const to = int64In(bounds.to) ?? max;
  const range = (first: Int64, last: Int64): readonly SerializedRange[] =>
    first > last ? [] : [{ from: bytes(first), to: behind(bytes(last)) }];
  return [...range(from > 0 ? from : 0, to), ...range(from, to < -1 ? to : -1)];
}

/** Sign and magnitude: the negative ones come behind the others, the greatest of them first. */
function doubleRanges(bounds: ValueBounds, bytes: (value: SqlValue) => Buffer): readonly SerializedRange[] {
  const from = Number(int64In(bounds.from) ?? Number.NEGATIVE_INFINITY);
  const to = Number(int64In(bounds.to) ?? Number.POSITIVE_INFINITY);
  const positive = to >= 0 ? [{ from: bytes(from > 0 ? from : 0), to: behind(bytes(to + 0)) }] : [];
  const negative =
    from <= 0 ? [{ from: bytes(to < 0 ? to : -0), to: behind(bytes(from < 0 ? from : -0)) }] : [];
  return [...positive, ...negative];
}

/** UTF-8 has the order of code points; where a bound has a unit of a pair, or one behind those, only what is before it counts. */
function utf8Range({ from, to }: ValueBounds): SerializedRange {
  const start = plainPart(from);
  if (to === null) return { from: Buffer.from(start), to: undefined };
  const end = plainPart(to);
  return {
    from: Buffer.from(start),
    to: end === to ? behind(Buffer.from(end)) : behindPrefix(Buffer.from(end)),
  };
}

const PAIRS_AND_BEHIND = /[\uD800-\uFFFF]/;

function plainPart(text: SqlValue): string {
  if (typeof text !== 'string') return '';
  const end = text.search(PAIRS_AND_BEHIND);
  return end < 0 ? text : text.slice(0, end);
}

/**
 * Texts that DELIMITED puts in quotes, with those within doubled: of a bound only what is before the first of them counts. The quote at the
 * end of a text is behind what a longer one may go on with.
 */
function quotedRanges({ from, to }: ValueBounds): readonly SerializedRange[] {
  const unquoted = (bound: SqlValue): string => plainPart(bound).split('"', 1)[0] ?? '';
  const first = Buffer.from(`"${unquoted(from)}`);
  const end = unquoted(to);
  const shorter = end
    .split('')
    .flatMap((letter, at) => (letter < '"' ? [withPrefix(Buffer.from(`"${end.slice(0, at)}"`))] : []));
  return [{ from: first, to: behindPrefix(Buffer.from(`"${end}`)) }, ...shorter];
}

/** Of a key of several columns: what all keys begin with whose first columns are equal to something. */
function ofFirstColumns(
  { format, types, serialize }: KeyLayout,
  { from, to }: KeyBounds,
): readonly SerializedRange[] | undefined {
  if (format !== 'JSON' && format !== 'DELIMITED') return undefined;
  const isFixed = (type: SqlType, at: number): boolean =>
    (from[at] ?? null) !== null && from[at] === to[at] && FIXED.has(type.kind);
  const open = types.findIndex((type, at) => !isFixed(type, at));
  if (open === 0) return undefined;
  const fixed = open < 0 ? types.length : open;
  const key = types.map((_type, at) => (at < fixed ? (from[at] ?? null) : null));
  const bytes = serialize(key) ?? FIRST;
  const next = types[fixed];
  if (next === undefined) return [withPrefix(bytes)];
  const value = VALUES[next.kind];
  if (value === undefined) return undefined;
  return [withPrefix(commonPrefix(bytes, serialize(key.with(fixed, value)) ?? FIRST))];
}

/** Types whose equal values are equal bytes. */
const FIXED: ReadonlySet<SqlType['kind']> = new Set(['INTEGER', 'BIGINT', 'STRING']);

/** Of types a value whose text begins otherwise than that of null. */
const VALUES: Readonly<Partial<Record<SqlType['kind'], SqlValue>>> = {
  ...{ INTEGER: 0, BIGINT: 0, DOUBLE: 0, STRING: 'a', BOOLEAN: false },
};

function commonPrefix(a: Buffer, b: Buffer): Buffer {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return a.subarray(0, length);
}
