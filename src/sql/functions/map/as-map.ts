import { defineFunction, overload } from '../definition.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';

export const asMap = defineFunction({
  name: 'as_map',
  category: 'MAP',
  description:
    'A map of an array of keys and an array of values; a key without a value has null, a value without a key is left out.',
  overloads: [
    overload(['keys ARRAY<STRING>', 'values ARRAY<T>'], 'MAP<STRING, T>', (keys, values) => {
      const map = new Map<SqlValue, SqlValue>();
      for (const [index, key] of keys.entries()) map.set(key, values[index] ?? null);
      return map;
    }),
  ],
  examples: [
    { sql: "AS_MAP(ARRAY['a', 'b'], ARRAY[1, 2])", gives: "MAP('a':=1, 'b':=2)" },
    { sql: "AS_MAP(ARRAY['a', 'b'], ARRAY[1])", gives: "MAP('a':=1, 'b':=NULL)" },
  ],
});
