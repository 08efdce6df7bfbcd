import { BIGINT, INTEGER, type SqlType } from '../../serde/model/sql-type.ts';

/** Columns that every record of a source has beside its own. */
export const pseudoColumns: ReadonlyMap<string, SqlType> = new Map([
  ['ROWTIME', BIGINT],
  ['ROWPARTITION', INTEGER],
  ['ROWOFFSET', BIGINT],
]);

/** Those of windowed sources. */
export const windowColumns: ReadonlyMap<string, SqlType> = new Map([
  ['WINDOWSTART', BIGINT],
  ['WINDOWEND', BIGINT],
]);

export function isWindowColumn(name: string): boolean {
  return windowColumns.has(name);
}

function isPseudoColumn(name: string): boolean {
  return pseudoColumns.has(name);
}

/**
 * Whether a column of a row is a time of records, or a bound of their windows: by its name, which is no user's, and of
 * joined sources (`A_ROWTIME`) by the company of the other system columns. `MY_ROWTIME` may be anybody's.
 * @param has whether the row has a column of a name.
 */
export function isRecordTime(name: string, has: (name: string) => boolean): boolean {
  const prefix = /^(.*_|)(?:ROWTIME|WINDOWSTART|WINDOWEND)$/.exec(name)?.[1];
  if (prefix === undefined) return false;
  return prefix === '' || [...pseudoColumns.keys()].every((column) => has(prefix + column));
}

/** Names that users may give to no column. */
export function isSystemColumn(name: string): boolean {
  return isPseudoColumn(name) || isWindowColumn(name);
}
