import type { Aggregator, AggregateOverload } from '../definition.ts';
import type { Int64 } from '../../../serde/model/int64.ts';
import { BIGINT, DOUBLE, structType } from '../../../serde/model/sql-type.ts';

/** Count, sum and sum of squared deviations of a sample, kept up to date row by row (Youngs and Cramer). */
type State = readonly [count: Int64, sum: number, m2: number];

/** What a value adds to the squared deviations when it makes the sample `count` values of this sum. */
function deviation(count: number, sum: number, value: number): number {
  if (count <= 1) return 0;
  const y = count * value - sum;
  return (y * y) / (count * (count - 1));
}

/** @param result of the sample's variance. */
function sampling(result: (variance: number) => number): Aggregator {
  const aggregator: Aggregator<State> = {
    stateType: structType([
      { name: 'COUNT', type: BIGINT },
      { name: 'SUM', type: DOUBLE },
      { name: 'M2', type: DOUBLE },
    ]),
    returnType: DOUBLE,
    initialize: () => [0, 0, 0],
    aggregate(state, value) {
      if (value === null) return state;
      const added = Number(value);
      const count = Number(state[0]) + 1;
      const sum = state[1] + added;
      return [count, sum, state[2] + deviation(count, sum, added)];
    },
    merge(a, b) {
      const [countA, countB] = [Number(a[0]), Number(b[0])];
      if (countA === 0) return b;
      if (countB === 0) return a;
      const difference = (countA * b[1] - countB * a[1]) ** 2 / (countA * countB * (countA + countB));
      return [countA + countB, a[1] + b[1], a[2] + b[2] + difference];
    },
    undo(state, value) {
      if (value === null) return state;
      const removed = Number(value);
      const count = Number(state[0]);
      return [count - 1, state[1] - removed, state[2] - deviation(count, state[1], removed)];
    },
    map: ([count, , m2]) => (Number(count) < 2 ? 0 : result(m2 / (Number(count) - 1))),
  };
  return aggregator as Aggregator;
}

export function sampleOverloads(result: (variance: number) => number): readonly AggregateOverload[] {
  const aggregator = sampling(result);
  return ['INTEGER', 'BIGINT', 'DOUBLE'].map((type) => ({
    parameters: [`value ${type}`],
    bind: () => aggregator,
  }));
}
