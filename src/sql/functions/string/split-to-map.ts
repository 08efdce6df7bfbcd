import { defineFunction, overload } from '../definition.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';

export const splitToMap = defineFunction({
  name: 'split_to_map',
  category: 'STRING',
  description:
    'A map of the entries of a text, divided by one delimiter into entries and by another into key and value. Entries without the second are left out; of one key the last entry counts. Null where a delimiter is empty or both are the same.',
  overloads: [
    overload(
      ['input STRING', 'entryDelimiter STRING', 'kvDelimiter STRING'],
      'MAP<STRING, STRING>',
      (input, entryDelimiter, kvDelimiter) => {
        if (entryDelimiter === '' || kvDelimiter === '' || entryDelimiter === kvDelimiter) return null;
        const map = new Map<SqlValue, SqlValue>();
        for (const entry of input.split(entryDelimiter)) {
          const at = entry.indexOf(kvDelimiter);
          if (at === -1) continue;
          const value = entry.slice(at + kvDelimiter.length).split(kvDelimiter)[0] ?? '';
          map.set(entry.slice(0, at), value);
        }
        return map;
      },
    ),
  ],
  examples: [{ sql: "SPLIT_TO_MAP('a=1;b=2;a=3', ';', '=')", gives: "MAP('a':='3', 'b':='2')" }],
});
