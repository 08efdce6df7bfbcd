import { LIST_LENGTH_MAX } from '../limits.ts';
import { defineTableFunction, tableOverload } from '../definition.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';

/** Null columns have only one form, as null. */
function cube(columns: readonly SqlValue[]): SqlValue[] {
  const free = columns.filter((column) => column !== null).length;
  if (2 ** free > LIST_LENGTH_MAX) {
    throw new RangeError(`CUBE_EXPLODE of ${free} columns would give more than ${LIST_LENGTH_MAX} rows`);
  }
  let rows: SqlValue[][] = [[]];
  for (const column of columns) {
    rows = rows.flatMap((row) =>
      column === null
        ? [[...row, null]]
        : [
            [...row, null],
            [...row, column],
          ],
    );
  }
  return rows;
}

export const cubeExplode = defineTableFunction({
  name: 'cube_explode',
  category: 'TABLE',
  description: 'One row for each combination of the elements of an array, each of them either there or null.',
  overloads: [
    tableOverload(['columns ARRAY<T>'], 'ARRAY<T>', (columns) =>
      columns === null ? [] : cube(columns as SqlValue[]),
    ),
  ],
});
