import { defineAggregate, type Aggregator } from '../definition.ts';
import { addInt64, type Int64 } from '../../../serde/model/int64.ts';
import { BIGINT, STRING, arrayType, structType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { sameValue } from '../../values/compare.ts';

type Entry = readonly [value: SqlValue, count: Int64];
type State = readonly Entry[];

function counted(state: State, value: SqlValue, by: Int64): State {
  const at = state.findIndex((entry) => sameValue(entry[0], value));
  const count = addInt64(state[at]?.[1] ?? 0, by);
  if (at === -1) return [...state, [value, count]];
  return count === 0 ? state.toSpliced(at, 1) : state.with(at, [value, count]);
}

export const attr = defineAggregate({
  name: 'ATTR',
  category: 'AGGREGATE',
  description: 'The value of a column when it is the same in all rows of the group, else null.',
  overloads: [
    {
      parameters: ['value T'],
      bind({ argumentTypes }) {
        const type = argumentTypes[0] ?? STRING;
        const aggregator: Aggregator<State> = {
          stateType: arrayType(
            structType([
              { name: 'VALUE', type },
              { name: 'COUNT', type: BIGINT },
            ]),
          ),
          returnType: type,
          initialize: () => [],
          aggregate: (state, value = null) => counted(state, value, 1),
          merge: (a, b) => b.reduce<State>((state, [value, count]) => counted(state, value, count), a),
          undo: (state, value = null) => counted(state, value, -1),
          map: (state) => (state.length === 1 ? (state[0]?.[0] ?? null) : null),
        };
        return aggregator as Aggregator;
      },
    },
  ],
});
