import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { compareValues } from '../../values/compare.ts';

/** The element that all others are not better than; nulls are left out, of none it is null. */
export function extremeElement(list: readonly SqlValue[], better: (order: number) => boolean): SqlValue {
  let best: SqlValue = null;
  for (const element of list) {
    if (element !== null && (best === null || better(compareValues(element, best)))) best = element;
  }
  return best;
}
