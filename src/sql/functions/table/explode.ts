import { defineTableFunction, tableOverload } from '../definition.ts';
import { STRING } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';

export const explode = defineTableFunction({
  name: 'explode',
  category: 'TABLE',
  description: 'One row for each element of an array; none for a null array.',
  overloads: [
    {
      parameters: ['input ARRAY<DECIMAL>'],
      returns: ([type]) => (type?.kind === 'ARRAY' ? type.element : STRING),
      bind: () => (list: readonly SqlValue[] | null) => list ?? [],
    },
    tableOverload(['list ARRAY<T>'], 'T', (list) => list ?? []),
  ],
});
