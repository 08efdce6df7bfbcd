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

/** Which times a record and its window have. */
type RecordTime = 'ROWTIME' | 'WINDOWSTART' | 'WINDOWEND';

/**
 * Returns which time a column of a row is, undefined where it is none: by its name, which is no user's, and of joined
 * sources (`A_ROWTIME`) by the company of the other system columns. `MY_ROWTIME` may be anybody's.
 * @param has whether the row has a column of a name.
 */
export function recordTimeOf(name: string, has: (name: string) => boolean): RecordTime | undefined {
  const time = recordTimes.find((candidate) => name === candidate || name.endsWith(`_${candidate}`));
  if (time === undefined || time === name) return time;
  const prefix = name.slice(0, -time.length);
  return [...pseudoColumns.keys()].every((column) => has(prefix + column)) ? time : undefined;
}

const recordTimes: readonly RecordTime[] = ['ROWTIME', 'WINDOWSTART', 'WINDOWEND'];

/** Names that users may give to no column. */
export function isSystemColumn(name: string): boolean {
  return isPseudoColumn(name) || isWindowColumn(name);
}
