import { BIGINT, INTEGER, type SqlType } from '../../serde/model/sql-type.ts';

/** What is known of a record beside its key and its value. */
export type SystemColumn = 'ROWTIME' | 'ROWPARTITION' | 'ROWOFFSET' | 'WINDOWSTART' | 'WINDOWEND';

/** Columns that every record of a source has beside its own. */
export const pseudoColumns: ReadonlyMap<SystemColumn, SqlType> = new Map<SystemColumn, SqlType>([
  ['ROWTIME', BIGINT],
  ['ROWPARTITION', INTEGER],
  ['ROWOFFSET', BIGINT],
]);

/** Those of windowed sources. */
export const windowColumns: ReadonlyMap<SystemColumn, SqlType> = new Map<SystemColumn, SqlType>([
  ['WINDOWSTART', BIGINT],
  ['WINDOWEND', BIGINT],
]);

const windowNames: ReadonlySet<string> = new Set(windowColumns.keys());

export function isWindowColumn(name: string): boolean {
  return windowNames.has(name);
}

const pseudoNames: ReadonlySet<string> = new Set(pseudoColumns.keys());

/** The times that a record and its window have. */
type RecordTime = 'ROWTIME' | 'WINDOWSTART' | 'WINDOWEND';

/** Whether a system column is a time: such may be compared with the text of a timestamp. */
export function isRecordTime(system: SystemColumn | undefined): boolean {
  return recordTimes.some((time) => time === system);
}

/**
 * Returns which time a column of a recorded row is, undefined where it is none: plans of the versions 1 and 2 say it by
 * its name, which is no user's, and of joined sources (`A_ROWTIME`) by the company of the other system columns.
 * `MY_ROWTIME` may be anybody's.
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
  return pseudoNames.has(name) || isWindowColumn(name);
}
