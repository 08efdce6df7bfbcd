import { defineAggregate, type Aggregator } from '../definition.ts';
import { addInt64, subtractInt64, type Int64 } from '../../../serde/model/int64.ts';
import { BIGINT, STRING, mapType } from '../../../serde/model/sql-type.ts';
import type { SqlValue, SqlMap } from '../../../serde/model/sql-value.ts';

const DISTINCT_MAX = 1000;

const aggregator: Aggregator<SqlMap> = {
  stateType: mapType(STRING, BIGINT),
  returnType: mapType(STRING, BIGINT),
  initialize: () => new Map(),
  aggregate: (state, value = null) => counted(state, keyOf(value), 1),
  merge(a, b) {
    let merged = a;
    for (const [value, count] of b) merged = counted(merged, value, count as Int64);
    return merged;
  },
  undo(state, value = null) {
    const key = keyOf(value);
    const count = state.get(key);
    if (count === undefined) return state;
    const next = new Map(state);
    if (count === 1) next.delete(key);
    else next.set(key, subtractInt64(count as Int64, 1));
    return next;
  },
  map: (state) => state,
};

/** Null is counted under the word: formats have no null keys. */
function keyOf(value: SqlValue): SqlValue {
  return value ?? 'null';
}

function counted(state: SqlMap, value: SqlValue, by: Int64): SqlMap {
  const count = state.get(value);
  if (count === undefined && state.size >= DISTINCT_MAX) return state;
  return new Map(state).set(value, addInt64((count ?? 0) as Int64, by));
}

export const histogram = defineAggregate({
  name: 'HISTOGRAM',
  category: 'AGGREGATE',
  description: `Counts how often each value of a column occurs, for the first ${DISTINCT_MAX} distinct values.`,
  overloads: [{ parameters: ['value STRING'], bind: () => aggregator as Aggregator }],
});
