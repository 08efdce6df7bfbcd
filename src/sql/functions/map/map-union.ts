import { defineFunction, overloadWithNulls } from '../definition.ts';

export const mapUnion = defineFunction({
  name: 'map_union',
  category: 'MAP',
  description:
    'The entries of two maps; of one key the second map has the say. A null map counts as empty beside one that is not.',
  overloads: [
    overloadWithNulls(['map1 MAP<STRING, T>', 'map2 MAP<STRING, T>'], 'MAP<STRING, T>', (map1, map2) =>
      map1 === null ? map2 : map2 === null ? map1 : new Map([...map1, ...map2]),
    ),
  ],
  examples: [{ sql: "MAP_UNION(MAP('a':=1), MAP('a':=2, 'b':=3))", gives: "MAP('a':=2, 'b':=3)" }],
});
