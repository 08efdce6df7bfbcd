import { defineAggregate, type Aggregator } from '../definition.ts';
import type { Int64 } from '../../../serde/model/int64.ts';
import { BIGINT, DOUBLE, structType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';

type State = readonly [count: Int64, sumX: number, sumY: number, sumXX: number, sumYY: number, sumXY: number];

function shifted(state: State, x: SqlValue, y: SqlValue, sign: 1 | -1): State {
  if (x === null || y === null) return state;
  const [a, b] = [Number(x), Number(y)];
  const [count, sumX, sumY, sumXX, sumYY, sumXY] = state;
  return [
    Number(count) + sign,
    sumX + sign * a,
    sumY + sign * b,
    sumXX + sign * a * a,
    sumYY + sign * b * b,
    sumXY + sign * a * b,
  ];
}

const aggregator: Aggregator<State> = {
  stateType: structType([
    { name: 'COUNT', type: BIGINT },
    ...['SUM_X', 'SUM_Y', 'SUM_X_SQUARES', 'SUM_Y_SQUARES', 'SUM_XY'].map((name) => ({ name, type: DOUBLE })),
  ]),
  returnType: DOUBLE,
  initialize: () => [0, 0, 0, 0, 0, 0],
  aggregate: (state, x = null, y = null) => shifted(state, x, y, 1),
  merge: (a, b) => a.map((value, index) => Number(value) + Number(b[index])) as unknown as State,
  undo: (state, x = null, y = null) => shifted(state, x, y, -1),
  map([count, sumX, sumY, sumXX, sumYY, sumXY]) {
    const n = Number(count);
    if (n < 2) return Number.NaN;
    const covariance = n * sumXY - sumX * sumY;
    return covariance / Math.sqrt((n * sumXX - sumX * sumX) * (n * sumYY - sumY * sumY));
  },
};

export const correlation = defineAggregate({
  name: 'CORRELATION',
  category: 'AGGREGATE',
  description:
    "Pearson's correlation coefficient of two columns; rows where one of them is null are left out.",
  overloads: ['INTEGER', 'BIGINT', 'DOUBLE'].map((type) => ({
    parameters: [`x ${type}`, `y ${type}`],
    bind: () => aggregator as Aggregator,
  })),
});
