import { defineAggregate, type Aggregator, type AggregateBinding } from '../definition.ts';
import { STRING, arrayType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { sameValue, compareValues } from '../../values/compare.ts';
import { checkKeptCount } from '../limits.ts';

type State = readonly SqlValue[];

function bind({ argumentTypes, literals }: AggregateBinding): Aggregator {
  const k = Number(literals[0]);
  checkKeptCount('TOPKDISTINCT', k);
  const type = arrayType(argumentTypes[0] ?? STRING);
  const insert = (state: State, value: SqlValue): State => {
    if (value === null || state.some((element) => sameValue(element, value))) return state;
    let at = state.length;
    while (at > 0 && compareValues(value, state[at - 1] ?? null) > 0) at -= 1;
    return at >= k ? state : state.toSpliced(at, 0, value).slice(0, k);
  };
  const aggregator: Aggregator<State> = {
    stateType: type,
    returnType: type,
    initialize: () => [],
    aggregate: (state, value = null) => insert(state, value),
    merge: (a, b) => b.reduce<State>(insert, a),
    map: (state) => state,
  };
  return aggregator as Aggregator;
}

export const topkdistinct = defineAggregate({
  name: 'TOPKDISTINCT',
  category: 'AGGREGATE',
  description: 'Gathers the k greatest distinct values of a column, greatest first.',
  overloads: ['INTEGER', 'BIGINT', 'DOUBLE', 'DECIMAL', 'STRING', 'BYTES', 'DATE', 'TIME', 'TIMESTAMP'].map(
    (type) => ({ parameters: [`value ${type}`, 'k INTEGER LITERAL'], bind }),
  ),
});
