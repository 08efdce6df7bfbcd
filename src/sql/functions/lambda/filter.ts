import { defineFunction, overload } from '../definition.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';

export const filter = defineFunction({
  name: 'filter',
  category: 'LAMBDA',
  description: 'The elements of an array, or the entries of a map, for which a lambda gives true.',
  overloads: [
    overload(['array ARRAY<T>', 'lambda LAMBDA(T) => BOOLEAN'], 'ARRAY<T>', (array, lambda) =>
      array.filter((element) => lambda(element as SqlValue) === true),
    ),
    overload(
      ['map MAP<K, V>', 'lambda LAMBDA(K, V) => BOOLEAN'],
      'MAP<K, V>',
      (map, lambda) => new Map([...map].filter(([key, value]) => lambda(key, value) === true)),
    ),
  ],
  examples: [
    { sql: 'FILTER(ARRAY[1, 2, 3], x => x > 1)', gives: 'ARRAY[2, 3]' },
    { sql: "FILTER(MAP('a':=1, 'b':=2), (k, v) => v > 1)", gives: "MAP('b':=2)" },
  ],
});
