import { defineAggregate, type Aggregator } from '../definition.ts';
import { Decimal, fitDecimal } from '../../../serde/model/decimal.ts';
import { addInt64, subtractInt64, type Int64 } from '../../../serde/model/int64.ts';
import { INTEGER, BIGINT, DOUBLE, type SqlType, type DecimalType } from '../../../serde/model/sql-type.ts';

function summing<T extends number | bigint>(
  type: SqlType,
  add: (a: T, b: T) => T,
  subtract: (a: T, b: T) => T,
): Aggregator {
  const aggregator: Aggregator<T> = {
    stateType: type,
    returnType: type,
    initialize: () => 0 as T,
    aggregate: (state, value) => (value === null ? state : add(state, value as T)),
    merge: add,
    undo: (state, value) => (value === null ? state : subtract(state, value as T)),
    map: (state) => state,
  };
  return aggregator as Aggregator;
}

/** The sum has the type of what is summed; one that does not fit is an error. */
function decimalSum(type: DecimalType): Aggregator {
  const { precision, scale } = type;
  const aggregator: Aggregator<Decimal> = {
    stateType: type,
    returnType: type,
    initialize: () => new Decimal(0n, scale),
    aggregate: (state, value) =>
      value === null ? state : fitDecimal(state.plus(value as Decimal), precision, scale),
    merge: (a, b) => fitDecimal(a.plus(b), precision, scale),
    undo: (state, value) =>
      value === null ? state : fitDecimal(state.minus(value as Decimal), precision, scale),
    map: (state) => state,
  };
  return aggregator as Aggregator;
}

const integerSum = summing<number>(
  INTEGER,
  (a, b) => (a + b) | 0,
  (a, b) => (a - b) | 0,
);
const bigintSum = summing<Int64>(BIGINT, addInt64, subtractInt64);
const doubleSum = summing<number>(
  DOUBLE,
  (a, b) => a + b,
  (a, b) => a - b,
);

export const sum = defineAggregate({
  name: 'SUM',
  category: 'AGGREGATE',
  description: 'Computes the sum of a column; nulls are left out.',
  overloads: [
    { parameters: ['value INTEGER'], bind: () => integerSum },
    { parameters: ['value BIGINT'], bind: () => bigintSum },
    { parameters: ['value DOUBLE'], bind: () => doubleSum },
    {
      parameters: ['value DECIMAL'],
      bind: ({ argumentTypes: [type] }) => decimalSum(type as DecimalType),
    },
  ],
});
