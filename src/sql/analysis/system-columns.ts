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

/** Names that users may give to no column. */
export function isSystemColumn(name: string): boolean {
  return isPseudoColumn(name) || isWindowColumn(name);
}
