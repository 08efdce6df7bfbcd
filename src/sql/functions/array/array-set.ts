import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { hashKey } from '../../values/compare.ts';

/** The distinct elements, in the order of their first occurrence; null is an element like others. */
export function distinct(list: readonly SqlValue[]): SqlValue[] {
  const seen = new Set<unknown>();
  return list.filter((element) => {
    const key = hashKey(element);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

export function keysOf(list: readonly SqlValue[]): ReadonlySet<unknown> {
  return new Set(list.map(hashKey));
}
