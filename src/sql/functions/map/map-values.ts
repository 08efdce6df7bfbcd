import { defineFunction, overload } from '../definition.ts';

export const mapValues = defineFunction({
  name: 'map_values',
  category: 'MAP',
  description: 'The values of a map.',
  overloads: [overload(['map MAP<STRING, T>'], 'ARRAY<T>', (map) => [...map.values()])],
  examples: [{ sql: "MAP_VALUES(MAP('a':=1))", gives: 'ARRAY[1]' }],
});
