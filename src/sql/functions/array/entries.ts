import { defineFunction, overload } from '../definition.ts';
import type { SqlValue, SqlMap, Row } from '../../../serde/model/sql-value.ts';
import { compareValues } from '../../values/compare.ts';

export const entries = defineFunction({
  name: 'ENTRIES',
  category: 'ARRAY',
  description: 'The entries of a map as structs of K and V, sorted by key if wanted.',
  overloads: ['BOOLEAN', 'INTEGER', 'BIGINT', 'DOUBLE', 'STRING'].map((type) =>
    overload(
      [`map MAP<STRING, ${type}>`, 'sorted BOOLEAN'],
      `ARRAY<STRUCT<K STRING, V ${type}>>`,
      (map: SqlMap, sorted: boolean) => {
        const list = [...map].map(([key, value]): SqlValue => [key, value]);
        return sorted
          ? list.sort((a, b) => compareValues((a as Row)[0] ?? null, (b as Row)[0] ?? null))
          : list;
      },
    ),
  ),
  examples: [
    { sql: "ENTRIES(MAP('b':=2, 'a':=1), TRUE)", gives: "ARRAY[STRUCT(K:='a', V:=1), STRUCT(K:='b', V:=2)]" },
  ],
});
