import { defineFunction, overloadWithNulls } from '../definition.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';

export const reduce = defineFunction({
  name: 'reduce',
  category: 'LAMBDA',
  description:
    'What a lambda makes of a start value and the elements of an array, or the entries of a map, one after the other.',
  overloads: [
    overloadWithNulls(
      ['list ARRAY<T>', 'initialState S', 'reduceFunction LAMBDA(S, T) => S'],
      'S',
      (list, initial, lambda) => {
        if (initial === null) return null;
        let state: SqlValue = initial;
        for (const element of list ?? []) state = lambda?.(state, element) ?? null;
        return state;
      },
    ),
    overloadWithNulls(
      ['map MAP<K, V>', 'initialState S', 'reduceFunction LAMBDA(S, K, V) => S'],
      'S',
      (map, initial, lambda) => {
        if (initial === null) return null;
        let state: SqlValue = initial;
        for (const [key, value] of map ?? []) state = lambda?.(state, key, value) ?? null;
        return state;
      },
    ),
  ],
  examples: [{ sql: 'REDUCE(ARRAY[1, 2, 3], 10, (s, x) => s + x)', gives: '16' }],
});
