import { defineAggregate, type Aggregator } from '../definition.ts';
import { addInt64, subtractInt64, type Int64 } from '../../../serde/model/int64.ts';
import { BIGINT } from '../../../serde/model/sql-type.ts';

const counter: Aggregator<Int64> = {
  stateType: BIGINT,
  returnType: BIGINT,
  initialize: () => 0,
  aggregate: (state, value) => (value === null ? state : addInt64(state, 1)),
  merge: addInt64,
  undo: (state, value) => (value === null ? state : subtractInt64(state, 1)),
  map: (state) => state,
};

export const count = defineAggregate({
  name: 'COUNT',
  category: 'AGGREGATE',
  description: 'Counts the rows for which the expression is not null; COUNT(*) counts all rows.',
  overloads: [{ parameters: ['value ANY'], bind: () => counter as Aggregator }],
});
