import type { ColumnBinding } from '../bound/scope.ts';
import type { RowColumn } from '../logical/nodes.ts';
import { recordTimeOf } from './system-columns.ts';

/** The columns of a row by name. */
interface RowIndex {
  readonly columns: ReadonlyMap<string, ColumnBinding>;
  /** The name of the first ROWTIME: of joined sources there are several. */
  readonly rowTime: string | undefined;
}

/** A row of thousands of columns is asked for by as many expressions. */
const indexes = new WeakMap<readonly RowColumn[], RowIndex>();

/** Finds columns in a value row by name; of two of one name, the first. */
export function rowIndex(row: readonly RowColumn[]): RowIndex {
  let index = indexes.get(row);
  if (index === undefined) {
    index = indexOf(row);
    indexes.set(row, index);
  }
  return index;
}

function indexOf(row: readonly RowColumn[]): RowIndex {
  const names = new Set(row.map(({ name }) => name));
  const has = (name: string): boolean => names.has(name);
  const columns = new Map<string, ColumnBinding>();
  let rowTime: string | undefined;
  row.forEach(({ name, type }, index) => {
    if (columns.has(name)) return;
    const time = recordTimeOf(name, has);
    if (time === 'ROWTIME') rowTime ??= name;
    columns.set(name, { type, index, ...(time === undefined ? {} : { isRecordTime: true as const }) });
  });
  return { columns, rowTime };
}
