import type { ColumnReference } from '../../../grammar/ast.ts';
import type { ColumnBinding } from '../bound/scope.ts';
import type { RowColumn } from '../logical/nodes.ts';
import { addressOf, type ColumnAddress } from './column-address.ts';
import { isRecordTime } from './system-columns.ts';

/** The columns of a row by where they come from. */
class RowIndex {
  readonly #bindings: readonly ColumnBinding[];
  /** Places by the number of the source and the place in the source's row. */
  readonly #bySource: ReadonlyMap<number, ReadonlyMap<number, number>>;
  /** Places of columns that are no source's, by their names: of two of one name, the first. */
  readonly #byName: ReadonlyMap<string, number>;
  /** The place of the first ROWTIME: of joined sources there are several. */
  readonly rowTime: number | undefined;

  constructor(row: readonly RowColumn[]) {
    const bindings: ColumnBinding[] = [];
    const bySource = new Map<number, Map<number, number>>();
    const byName = new Map<string, number>();
    let rowTime: number | undefined;
    row.forEach(({ name, type, of, system }, index) => {
      bindings.push({ type, index, ...(isRecordTime(system) ? { isRecordTime: true as const } : {}) });
      if (system === 'ROWTIME') rowTime ??= index;
      if (of === undefined) {
        if (!byName.has(name)) byName.set(name, index);
        return;
      }
      const places = bySource.get(of.source) ?? new Map<number, number>();
      bySource.set(of.source, places.set(of.index, index));
    });
    this.#bindings = bindings;
    this.#bySource = bySource;
    this.#byName = byName;
    this.rowTime = rowTime;
  }

  /** The column that a reference means. One without an address names a column that a step has added. */
  find(reference: ColumnReference): ColumnBinding | undefined {
    const address = addressOf(reference);
    const place = address === undefined ? this.#byName.get(reference.name) : this.#placeOf(address);
    return place === undefined ? undefined : this.#bindings[place];
  }

  #placeOf(address: ColumnAddress): number | undefined {
    return 'place' in address ? address.place : this.#bySource.get(address.source)?.get(address.index);
  }
}

/** A row of thousands of columns is asked for by as many expressions. */
const indexes = new WeakMap<readonly RowColumn[], RowIndex>();

/** Finds columns in a value row. */
export function rowIndex(row: readonly RowColumn[]): RowIndex {
  let index = indexes.get(row);
  if (index === undefined) {
    index = new RowIndex(row);
    indexes.set(row, index);
  }
  return index;
}
