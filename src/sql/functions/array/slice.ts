import { defineFunction, overloadWithNulls } from '../definition.ts';

export const slice = defineFunction({
  name: 'slice',
  category: 'ARRAY',
  description:
    'The elements between two positions, from 1, both included; a null position is the end on its side.',
  overloads: [
    overloadWithNulls(['in ARRAY<T>', 'from INTEGER', 'to INTEGER'], 'ARRAY<T>', (list, from, to) => {
      if (list === null) return null;
      const start = from === null ? 0 : from - 1;
      const end = to === null ? list.length : to;
      if (start < 0 || end > list.length || start > end) return null;
      return list.slice(start, end);
    }),
  ],
  examples: [{ sql: 'SLICE(ARRAY[1, 2, 3, 4], 2, 3)', gives: 'ARRAY[2, 3]' }],
});
