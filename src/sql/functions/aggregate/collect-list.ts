import { defineAggregate, type Aggregator } from '../definition.ts';
import { STRING, arrayType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { sameValue } from '../../values/compare.ts';
import { listLimit } from './list-limit.ts';

type State = readonly SqlValue[];

export const collectList = defineAggregate({
  name: 'COLLECT_LIST',
  category: 'AGGREGATE',
  description:
    'Gathers all values of a column, nulls too, into an array; the first 100,000, or `ksql.functions.collect_list.limit`.',
  overloads: [
    {
      parameters: ['value T'],
      bind({ argumentTypes, config }) {
        const limit = listLimit(config, 'ksql.functions.collect_list.limit');
        const type = arrayType(argumentTypes[0] ?? STRING);
        const aggregator: Aggregator<State> = {
          stateType: type,
          returnType: type,
          initialize: () => [],
          aggregate: (state, value = null) => (state.length >= limit ? state : [...state, value]),
          merge: (a, b) => [...a, ...b].slice(0, limit),
          undo(state, value = null) {
            // The newest equal value goes; one beyond the limit was never taken in.
            const at = state.findLastIndex((element) => sameValue(element, value));
            return at === -1 ? state : state.toSpliced(at, 1);
          },
          map: (state) => state,
        };
        return aggregator as Aggregator;
      },
    },
  ],
});
