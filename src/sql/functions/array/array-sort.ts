import { defineFunction, overload } from '../definition.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { compareValues } from '../../values/compare.ts';

/** Nulls come last, in both directions. */
function sorted(list: readonly SqlValue[], direction: 1 | -1): SqlValue[] {
  return list.toSorted((a, b) => {
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return direction * compareValues(a, b);
  });
}

function directionOf(text: string): 1 | -1 | undefined {
  if (/^\s*asc(ending)?\s*$/i.test(text)) return 1;
  return /^\s*desc(ending)?\s*$/i.test(text) ? -1 : undefined;
}

export const arraySort = defineFunction({
  name: 'array_sort',
  category: 'ARRAY',
  description: "The elements in order, ascending or ('DESC') descending; nulls come last.",
  overloads: [
    overload(['array ARRAY<T>'], 'ARRAY<T>', (array) => sorted(array, 1)),
    overload(['array ARRAY<T>', 'direction STRING'], 'ARRAY<T>', (array, text) => {
      const direction = directionOf(text);
      return direction === undefined ? null : sorted(array, direction);
    }),
  ],
  examples: [{ sql: "ARRAY_SORT(ARRAY[1, NULL, 3], 'desc')", gives: 'ARRAY[3, 1, NULL]' }],
});
