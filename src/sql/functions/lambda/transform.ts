import { scalarText } from '../../values/compare.ts';
import { defineFunction, overload } from '../definition.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';

export const transform = defineFunction({
  name: 'transform',
  category: 'LAMBDA',
  description:
    'What a lambda makes of each element of an array, or two lambdas of each key and each value of a map.',
  overloads: [
    overload(['array ARRAY<T>', 'lambda LAMBDA(T) => R'], 'ARRAY<R>', (array, lambda) =>
      array.map((element) => lambda(element as SqlValue)),
    ),
    overload(
      ['map MAP<K, V>', 'keyLambda LAMBDA(K, V) => R', 'valueLambda LAMBDA(K, V) => S'],
      'MAP<R, S>',
      (map, keyLambda, valueLambda) => {
        const result = new Map<SqlValue, SqlValue>();
        for (const [key, value] of map) {
          const newKey = keyLambda(key, value);
          if (result.has(newKey)) throw new RangeError(`Duplicate key ${scalarText(newKey)}`);
          result.set(newKey, valueLambda(key, value));
        }
        return result;
      },
    ),
  ],
  examples: [
    { sql: 'TRANSFORM(ARRAY[1, 2], x => x * 2)', gives: 'ARRAY[2, 4]' },
    { sql: "TRANSFORM(MAP('a':=1), (k, v) => UCASE(k), (k, v) => v + 1)", gives: "MAP('A':=2)" },
  ],
});
