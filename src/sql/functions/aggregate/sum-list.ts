import { defineAggregate, type Aggregator } from '../definition.ts';
import { addInt64, subtractInt64, type Int64 } from '../../../serde/model/int64.ts';
import { INTEGER, BIGINT, DOUBLE, type SqlType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';

function summing(
  type: SqlType,
  add: (a: Int64, b: Int64) => Int64,
  subtract: (a: Int64, b: Int64) => Int64,
): Aggregator {
  const sumOf = (list: SqlValue): Int64 =>
    (list as readonly (Int64 | null)[]).reduce<Int64>(
      (sum, value) => (value === null ? sum : add(sum, value)),
      0,
    );
  const aggregator: Aggregator<Int64> = {
    stateType: type,
    returnType: type,
    initialize: () => 0,
    aggregate: (state, list) => (list === null || list === undefined ? state : add(state, sumOf(list))),
    merge: add,
    undo: (state, list) => (list === null || list === undefined ? state : subtract(state, sumOf(list))),
    map: (state) => state,
  };
  return aggregator as Aggregator;
}

const integerSum = summing(
  INTEGER,
  (a, b) => (Number(a) + Number(b)) | 0,
  (a, b) => (Number(a) - Number(b)) | 0,
);
const bigintSum = summing(BIGINT, addInt64, subtractInt64);
const doubleSum = summing(
  DOUBLE,
  (a, b) => Number(a) + Number(b),
  (a, b) => Number(a) - Number(b),
);

export const sumList = defineAggregate({
  name: 'SUM_LIST',
  category: 'AGGREGATE',
  description: 'Computes the sum of all numbers in the lists of a column; nulls are left out.',
  overloads: [
    { parameters: ['list ARRAY<INTEGER>'], bind: () => integerSum },
    { parameters: ['list ARRAY<BIGINT>'], bind: () => bigintSum },
    { parameters: ['list ARRAY<DOUBLE>'], bind: () => doubleSum },
  ],
});
