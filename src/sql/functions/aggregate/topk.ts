import { defineAggregate, type Aggregator, type AggregateBinding } from '../definition.ts';
import { STRING, arrayType, structType, type SqlType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { compareValues } from '../../values/compare.ts';
import { checkKeptCount } from '../limits.ts';

type State = readonly SqlValue[];

/** Keeps the `k` greatest; of equals the earlier one stays first. */
function insert(
  state: State,
  value: SqlValue,
  k: number,
  compare: (a: SqlValue, b: SqlValue) => number,
): State {
  let at = state.length;
  while (at > 0 && compare(value, state[at - 1] ?? null) > 0) at -= 1;
  return at >= k ? state : state.toSpliced(at, 0, value).slice(0, k);
}

function topkOf(
  elementType: SqlType,
  k: number,
  compare: (a: SqlValue, b: SqlValue) => number,
  toElement: (args: readonly SqlValue[]) => SqlValue,
): Aggregator {
  const aggregator: Aggregator<State> = {
    stateType: arrayType(elementType),
    returnType: arrayType(elementType),
    initialize: () => [],
    aggregate: (state, ...args) =>
      (args[0] ?? null) === null ? state : insert(state, toElement(args), k, compare),
    merge: (a, b) => b.reduce<State>((state, value) => insert(state, value, k, compare), a),
    map: (state) => state,
  };
  return aggregator as Aggregator;
}

const sortColumn = (struct: SqlValue): SqlValue => (struct as readonly SqlValue[])[0] ?? null;

/** With more columns than the first, an element is a struct of all of them: `sort_col`, `col0`, `col1`... */
function bind({ argumentTypes, literals }: AggregateBinding): Aggregator {
  const k = Number(literals[0]);
  checkKeptCount('TOPK', k);
  const [first = STRING, ...others] = argumentTypes;
  if (others.length === 0) return topkOf(first, k, compareValues, (args) => args[0] ?? null);
  const struct = structType([
    { name: 'sort_col', type: first },
    ...others.map((type, index) => ({ name: `col${index}`, type })),
  ]);
  return topkOf(
    struct,
    k,
    (a, b) => compareValues(sortColumn(a), sortColumn(b)),
    (args) => args,
  );
}

export const topk = defineAggregate({
  name: 'TOPK',
  category: 'AGGREGATE',
  description:
    'Gathers the k greatest values of a column, greatest first; with further columns, structs of them and the value.',
  overloads: ['INTEGER', 'BIGINT', 'DOUBLE', 'STRING'].map((type) => ({
    parameters: [`sort_col ${type}`, 'others ANY...', 'k INTEGER LITERAL'],
    bind,
  })),
});
