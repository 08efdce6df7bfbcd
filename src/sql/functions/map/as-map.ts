import { defineFunction, overload } from '../definition.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';

export const asMap = defineFunction({
  name: 'as_map',
  category: 'MAP',
  description: 'A map of an array of keys and an array of values; what one of them has more is left out.',
  overloads: [
    overload(['keys ARRAY<STRING>', 'values ARRAY<T>'], 'MAP<STRING, T>', (keys, values) => {
      const map = new Map<SqlValue, SqlValue>();
      const length = Math.min(keys.length, values.length);
      for (let index = 0; index < length; index += 1) map.set(keys[index] ?? null, values[index] ?? null);
      return map;
    }),
  ],
  examples: [{ sql: "AS_MAP(ARRAY['a', 'b'], ARRAY[1, 2])", gives: "MAP('a':=1, 'b':=2)" }],
});
