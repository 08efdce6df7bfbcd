import { defineAggregate, type Aggregator } from '../definition.ts';
import { addInt64, subtractInt64, type Int64 } from '../../../serde/model/int64.ts';
import { INTEGER, BIGINT, DOUBLE, structType, type SqlType } from '../../../serde/model/sql-type.ts';

type State = readonly [sum: Int64, count: Int64];

function averaging(
  sumType: SqlType,
  add: (a: Int64, b: Int64) => Int64,
  subtract: (a: Int64, b: Int64) => Int64,
): Aggregator {
  const aggregator: Aggregator<State> = {
    stateType: structType([
      { name: 'SUM', type: sumType },
      { name: 'COUNT', type: BIGINT },
    ]),
    returnType: DOUBLE,
    initialize: () => [0, 0],
    aggregate: (state, value) =>
      value === null ? state : [add(state[0], value as Int64), addInt64(state[1], 1)],
    merge: (a, b) => [add(a[0], b[0]), addInt64(a[1], b[1])],
    undo: (state, value) =>
      value === null ? state : [subtract(state[0], value as Int64), subtractInt64(state[1], 1)],
    map: ([sum, count]) => (count === 0 ? 0 : Number(sum) / Number(count)),
  };
  return aggregator as Aggregator;
}

const integerAverage = averaging(
  INTEGER,
  (a, b) => (Number(a) + Number(b)) | 0,
  (a, b) => (Number(a) - Number(b)) | 0,
);
const bigintAverage = averaging(BIGINT, addInt64, subtractInt64);
const doubleAverage = averaging(
  DOUBLE,
  (a, b) => Number(a) + Number(b),
  (a, b) => Number(a) - Number(b),
);

export const avg = defineAggregate({
  name: 'AVG',
  category: 'AGGREGATE',
  description: 'Computes the average of a column; nulls are left out, of no values it is 0.',
  overloads: [
    { parameters: ['value INTEGER'], bind: () => integerAverage },
    { parameters: ['value BIGINT'], bind: () => bigintAverage },
    { parameters: ['value DOUBLE'], bind: () => doubleAverage },
  ],
});
