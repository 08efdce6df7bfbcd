import type { SqlType } from '../../serde/model/sql-type.ts';
import type { DataSource } from '../catalog/data-source.ts';
import type { KeyColumn, RowColumn } from '../logical/nodes.ts';
import { pseudoColumns, type SystemColumn, windowColumns } from './system-columns.ts';

type SourceRowColumn = Omit<RowColumn, 'of'>;

/**
 * The row that the source step makes of a record: the value columns, what headers give, ROWTIME, ROWPARTITION and
 * ROWOFFSET, the window's bounds, the key columns.
 * @param number the source's number in the FROM clause.
 * @param rowName what a column is called in the row, by its place; in joins that is not its own name.
 */
export function processingRow(
  source: DataSource,
  number = 0,
  rowName: (own: string, index: number) => string = (own) => own,
): readonly RowColumn[] {
  return ownColumns(source).map(({ name, type, system }, index) => ({
    name: rowName(name, index),
    type,
    of: { source: number, index },
    ...(system === undefined ? {} : { system }),
  }));
}

/** The columns of a source's processing row under their own names. */
export function ownColumns({ schema, topic }: DataSource): readonly SourceRowColumn[] {
  const systemColumns = (columns: ReadonlyMap<SystemColumn, SqlType>): SourceRowColumn[] =>
    [...columns].map(([name, type]) => ({ name, type, system: name }));
  return [
    ...schema.value,
    ...schema.headers,
    ...systemColumns(pseudoColumns),
    ...(topic.keyFormat.window === undefined ? [] : systemColumns(windowColumns)),
    ...schema.key,
  ];
}

/** The key of a source: its columns are the last ones of the row. */
export function keyOfRow(row: readonly RowColumn[], { schema }: DataSource): readonly KeyColumn[] {
  const first = row.length - schema.key.length;
  return row.slice(first).map((column, index) => ({ ...column, place: first + index }));
}
