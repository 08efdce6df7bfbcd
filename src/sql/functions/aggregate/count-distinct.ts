import { defineAggregate, type Aggregator } from '../definition.ts';
import { BIGINT, STRING, BYTES } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { hashKey } from '../../values/compare.ts';
import { textPrinter } from '../../values/java-text.ts';
import { addToSketch, emptySketch, estimateOf, mergeSketches } from './distinct-sketch.ts';

export const countDistinct = defineAggregate({
  name: 'COUNT_DISTINCT',
  category: 'AGGREGATE',
  description:
    'Counts the distinct values of a column, null left out: exactly while there are few, else by an estimate (HyperLogLog, 1.6 % standard error).',
  overloads: [
    {
      parameters: ['value T'],
      bind({ argumentTypes }) {
        const print =
          textPrinter(argumentTypes[0] ?? STRING) ?? ((value: SqlValue) => String(hashKey(value)));
        const aggregator: Aggregator<Buffer> = {
          stateType: BYTES,
          returnType: BIGINT,
          initialize: emptySketch,
          aggregate: (state, value = null) => (value === null ? state : addToSketch(state, print(value))),
          merge: mergeSketches,
          map: estimateOf,
        };
        return aggregator as Aggregator;
      },
    },
  ],
});
