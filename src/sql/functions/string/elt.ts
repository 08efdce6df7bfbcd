import { defineFunction, overloadWithNulls } from '../definition.ts';

export const elt = defineFunction({
  name: 'elt',
  category: 'STRING',
  description: 'The n-th of the texts, from 1; null where there is none.',
  overloads: [
    overloadWithNulls(['n INTEGER', 'args STRING...'], 'STRING', (n, ...args) =>
      n === null ? null : (args[n - 1] ?? null),
    ),
  ],
  examples: [{ sql: "ELT(2, 'a', 'b')", gives: "'b'" }],
});
