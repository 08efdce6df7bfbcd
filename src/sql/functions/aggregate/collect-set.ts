import { defineAggregate, type Aggregator } from '../definition.ts';
import { STRING, arrayType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { sameValue } from '../../values/compare.ts';
import { listLimit } from './list-limit.ts';

type State = readonly SqlValue[];

export const collectSet = defineAggregate({
  name: 'COLLECT_SET',
  category: 'AGGREGATE',
  description:
    'Gathers the distinct values of a column, null too, into an array, in the order of their arrival; the first 100,000, or `ksql.functions.collect_set.limit`.',
  overloads: [
    {
      parameters: ['value T'],
      bind({ argumentTypes, config }) {
        const limit = listLimit(config, 'ksql.functions.collect_set.limit');
        const type = arrayType(argumentTypes[0] ?? STRING);
        const add = (state: State, value: SqlValue): State =>
          state.length >= limit || state.some((element) => sameValue(element, value))
            ? state
            : [...state, value];
        const aggregator: Aggregator<State> = {
          stateType: type,
          returnType: type,
          initialize: () => [],
          aggregate: (state, value = null) => add(state, value),
          merge: (a, b) => b.reduce<State>(add, a),
          map: (state) => state,
        };
        return aggregator as Aggregator;
      },
    },
  ],
});
