import { addInt64, type Int64 } from '../../../serde/model/int64.ts';
import { arrayType, BIGINT, INTEGER, type SqlType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { type Aggregator, defineAggregate } from '../../functions/index.ts';

/** What a value adds: a number itself, a text its length, null nothing. */
function weight(value: SqlValue): Int64 {
  if (value === null) return 0;
  return typeof value === 'string' ? value.length : (value as Int64);
}

/** Sums the weights of all arguments, from the weights of the constants on. */
function weighing(constants: readonly SqlValue[]): Aggregator {
  const aggregator: Aggregator<Int64> = {
    stateType: BIGINT,
    returnType: BIGINT,
    initialize: () => constants.map(weight).reduce(addInt64, 0),
    aggregate: (state, ...args) => args.map(weight).reduce(addInt64, state),
    merge: addInt64,
    map: (state) => state,
  };
  return aggregator as Aggregator;
}

/** Gathers the first arguments of rows that have no null argument. */
function gathering(type: SqlType): Aggregator {
  const aggregator: Aggregator<readonly SqlValue[]> = {
    stateType: arrayType(type),
    returnType: arrayType(type),
    initialize: () => [],
    aggregate: (state, ...args) => (args.includes(null) ? state : [...state, args[0] ?? null]),
    merge: (a, b) => [...a, ...b],
    map: (state) => state,
  };
  return aggregator as Aggregator;
}

const weighed = (name: string, parameters: readonly string[]) =>
  defineAggregate({
    name,
    category: 'AGGREGATE',
    description: 'Sums numbers and lengths of texts.',
    overloads: [{ parameters, bind: ({ literals }) => weighing(literals) }],
  });

const constants = ['init INTEGER LITERAL', 'more STRING... LITERAL'];

export const varArg = weighed('VAR_ARG', ['first BIGINT', 'others STRING...']);
export const midVarArg = weighed('MID_VAR_ARG', [
  'first BIGINT',
  'others STRING...',
  'init INTEGER LITERAL',
  'more INTEGER LITERAL',
]);
export const multiArg = weighed('MULTI_ARG', ['first BIGINT', 'second STRING', ...constants]);
export const fourArg = weighed('FOUR_ARG', [
  'first BIGINT',
  'second STRING',
  'third STRING',
  'fourth STRING',
  ...constants,
]);
export const fiveArg = weighed('FIVE_ARG', [
  'first BIGINT',
  'second STRING',
  'third STRING',
  'fourth STRING',
  'fifth INTEGER',
  ...constants,
]);

export const objColArg = defineAggregate({
  name: 'OBJ_COL_ARG',
  category: 'AGGREGATE',
  description: 'Gathers a column where all others, of any type, are not null.',
  overloads: [{ parameters: ['first INTEGER', 'others ANY...'], bind: () => gathering(INTEGER) }],
});

export const genericVarArg = defineAggregate({
  name: 'GENERIC_VAR_ARG',
  category: 'AGGREGATE',
  description: 'Gathers a column of any type where all others are not null.',
  overloads: [
    {
      parameters: ['first A', 'second B', 'others C...'],
      bind: ({ argumentTypes }) => gathering(argumentTypes[0] ?? INTEGER),
    },
  ],
});
