import { Decimal } from '../../../serde/model/decimal.ts';
import type { Row, SqlMap, SqlValue } from '../../../serde/model/sql-value.ts';
import type { KeyBounds, MaterializedRow, PushRecord } from '../../host/host.ts';

/** A DECIMAL without its class, which no clone keeps. */
interface SentDecimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** A {@link SqlValue} as it is copied between threads; all but BYTES and DECIMAL are what they are. */
type SentValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | SentDecimal
  | SentRow
  | ReadonlyMap<SentValue, SentValue>;

export type SentRow = readonly SentValue[];

/** A row of a table, as {@link MaterializedRow}. */
export interface SentTableRow {
  readonly key: SentRow;
  readonly value: SentRow;
  readonly window?: { readonly startMs: number; readonly endMs: number };
  readonly timestamp: number;
}

/** A result of a push query, as {@link PushRecord}. */
export interface SentPushRecord {
  readonly key: SentRow | null;
  readonly row: SentRow | null;
  readonly window?: { readonly startMs: number; readonly endMs: number };
  readonly token?: string;
}

/** Bounds of keys, as {@link KeyBounds}. */
export interface SentKeyBounds {
  readonly from: SentRow;
  readonly to: SentRow;
}

/** Makes a row what may be posted to another thread. */
export function sentRow(row: Row): SentRow {
  return row.map(sentValue);
}

function sentValue(value: SqlValue): SentValue {
  if (typeof value !== 'object' || value === null) return value;
  // Of a view the whole memory behind it would be copied, such as all that was fetched with it.
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (value instanceof Decimal) return { unscaled: value.unscaled, scale: value.scale };
  if (isMap(value)) return new Map([...value].map(([key, item]) => [sentValue(key), sentValue(item)]));
  return value.map(sentValue);
}

/** Makes a row of what another thread has posted. */
export function receivedRow(row: SentRow): Row {
  return row.map(receivedValue);
}

function receivedValue(value: SentValue): SqlValue {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (isSentMap(value)) {
    return new Map([...value].map(([key, item]) => [receivedValue(key), receivedValue(item)]));
  }
  return 'unscaled' in value ? new Decimal(value.unscaled, value.scale) : value.map(receivedValue);
}

const isMap = (value: Decimal | Buffer | readonly SqlValue[] | SqlMap): value is SqlMap =>
  value instanceof Map;
const isSentMap = (value: SentValue): value is ReadonlyMap<SentValue, SentValue> => value instanceof Map;

export function sentPushRecord({ key, row, window, token }: PushRecord): SentPushRecord {
  return {
    key: key === null ? null : sentRow(key),
    row: row === null ? null : sentRow(row),
    ...(token === undefined ? {} : { token }),
    ...(window === undefined ? {} : { window }),
  };
}

export function receivedPushRecord({ key, row, window, token }: SentPushRecord): PushRecord {
  return {
    key: key === null ? null : receivedRow(key),
    row: row === null ? null : receivedRow(row),
    ...(token === undefined ? {} : { token }),
    ...(window === undefined ? {} : { window }),
  };
}

export function sentKeyBounds({ from, to }: KeyBounds): SentKeyBounds {
  return { from: sentRow(from), to: sentRow(to) };
}

export function receivedKeyBounds({ from, to }: SentKeyBounds): KeyBounds {
  return { from: receivedRow(from), to: receivedRow(to) };
}

export function sentTableRow({ key, value, window, timestamp }: MaterializedRow): SentTableRow {
  return {
    ...{ key: sentRow(key), value: sentRow(value), timestamp },
    ...(window === undefined ? {} : { window }),
  };
}

export function receivedTableRow({ key, value, window, timestamp }: SentTableRow): MaterializedRow {
  return {
    ...{ key: receivedRow(key), value: receivedRow(value), timestamp },
    ...(window === undefined ? {} : { window }),
  };
}
