import { addInt64, type Int64, subtractInt64 } from '../../../serde/model/int64.ts';
import { BIGINT, DOUBLE, INTEGER, type SqlType, structType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { type Aggregator, defineAggregate } from '../../functions/index.ts';

function summing(type: SqlType, measure: (value: SqlValue) => Int64, start: Int64 = 0): Aggregator {
  const add = (a: Int64, b: Int64): Int64 =>
    type.kind === 'BIGINT' ? addInt64(a, b) : Number(a) + Number(b);
  const subtract = (a: Int64, b: Int64): Int64 =>
    type.kind === 'BIGINT' ? subtractInt64(a, b) : Number(a) - Number(b);
  const aggregator: Aggregator<Int64> = {
    stateType: type,
    returnType: type,
    initialize: () => start,
    aggregate: (state, value = null) => (value === null ? state : add(state, measure(value))),
    merge: add,
    undo: (state, value = null) => (value === null ? state : subtract(state, measure(value))),
    map: (state) => state,
  };
  return aggregator as Aggregator;
}

const pair = structType([
  { name: 'A', type: INTEGER },
  { name: 'B', type: INTEGER },
]);

type Pair = readonly [number, number];

const addPairs = (x: Pair, y: Pair): Pair => [x[0] + y[0], x[1] + y[1]];

const pairSum: Aggregator<Pair> = {
  stateType: pair,
  returnType: pair,
  initialize: () => [0, 0],
  aggregate: (state, value = null) => (value === null ? state : addPairs(state, value as unknown as Pair)),
  merge: addPairs,
  map: (state) => state,
};

/** Sums of numbers, of structs field by field, of the lengths of texts. */
export const testUdaf = defineAggregate({
  name: 'test_udaf',
  category: 'AGGREGATE',
  description: 'Sums numbers, structs and lengths of texts.',
  overloads: [
    { parameters: ['value BIGINT'], bind: () => summing(BIGINT, (value) => value as Int64) },
    { parameters: ['value INTEGER'], bind: () => summing(BIGINT, (value) => value as Int64) },
    { parameters: ['value DOUBLE'], bind: () => summing(DOUBLE, (value) => value as number) },
    {
      parameters: ['value STRING', 'initial STRING LITERAL'],
      bind: ({ literals }) =>
        summing(BIGINT, (value) => (value as string).length, (literals[0] as string).length),
    },
    { parameters: ['value STRUCT<A INTEGER, B INTEGER>'], bind: () => pairSum as Aggregator },
  ],
});
