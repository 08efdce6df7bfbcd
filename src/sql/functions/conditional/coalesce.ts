import { defineFunction, overloadWithNulls } from '../definition.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';

export const coalesce = defineFunction({
  name: 'COALESCE',
  category: 'CONDITIONAL',
  description: 'The first argument that is not null.',
  overloads: [
    overloadWithNulls(['first T', 'others T...'], 'T', (...values) => {
      for (const value of values) if (value !== null) return value as SqlValue;
      return null;
    }),
  ],
  examples: [{ sql: 'COALESCE(NULL, 2, 3)', gives: '2' }],
});
