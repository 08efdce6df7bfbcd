import { defineFunction, overload } from '../definition.ts';

export const mapKeys = defineFunction({
  name: 'map_keys',
  category: 'MAP',
  description: 'The keys of a map.',
  overloads: [overload(['map MAP<STRING, T>'], 'ARRAY<STRING>', (map) => [...map.keys()])],
  examples: [{ sql: "MAP_KEYS(MAP('a':=1))", gives: "ARRAY['a']" }],
});
