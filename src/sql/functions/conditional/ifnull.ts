import { defineFunction, overloadWithNulls } from '../definition.ts';

export const ifnull = defineFunction({
  name: 'IFNULL',
  category: 'CONDITIONAL',
  description: 'The first argument, or the second where the first is null.',
  overloads: [
    overloadWithNulls(['expression T', 'altValue T'], 'T', (value, alternative) => value ?? alternative),
  ],
  examples: [{ sql: "IFNULL(CAST(NULL AS STRING), 'x')", gives: "'x'" }],
});
