import type { Aggregator, AggregateOverload, AggregateBinding } from '../definition.ts';
import type { Int64 } from '../../../serde/model/int64.ts';
import { BIGINT, STRING, arrayType, structType, type SqlType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { DiagnosticError } from '../../../base/errors.ts';
import { checkKeptCount } from '../limits.ts';
import { functionMessages } from '../../messages/functions.ts';

/**
 * EARLIEST_BY_OFFSET and LATEST_BY_OFFSET: of one value or of the first or last n. Each value is kept with a number that
 * grows with every row, so that merged sessions know which was earlier.
 */
type Stamped = readonly [sequence: Int64, value: SqlValue];

type Side = 'earliest' | 'latest';

function stampedType(type: SqlType): SqlType {
  return structType([
    { name: 'SEQ', type: BIGINT },
    { name: 'VAL', type },
  ]);
}

/** Numbers beyond all that were seen, also after a restart when states come back from the store. */
function sequence(): { next(seen: Int64): number } {
  let last = 0;
  return {
    next(seen) {
      last = Math.max(last, Number(seen)) + 1;
      return last;
    },
  };
}

function single(side: Side, type: SqlType, ignoreNulls: boolean): Aggregator {
  const numbers = sequence();
  const aggregator: Aggregator<Stamped | null> = {
    stateType: stampedType(type),
    returnType: type,
    initialize: () => null,
    aggregate(state, value = null) {
      if (value === null && ignoreNulls) return state;
      if (state !== null && side === 'earliest') return state;
      return [numbers.next(state === null ? 0 : state[0]), value];
    },
    merge(a, b) {
      if (a === null) return b;
      if (b === null) return a;
      const aIsEarlier = a[0] < b[0];
      return aIsEarlier === (side === 'earliest') ? a : b;
    },
    map: (state) => (state === null ? null : state[1]),
  };
  return aggregator as Aggregator;
}

function several(side: Side, type: SqlType, n: number, ignoreNulls: boolean): Aggregator {
  const numbers = sequence();
  const keep = (list: readonly Stamped[]): readonly Stamped[] =>
    side === 'earliest' ? list.slice(0, n) : list.slice(-n);
  const aggregator: Aggregator<readonly Stamped[]> = {
    stateType: arrayType(stampedType(type)),
    returnType: arrayType(type),
    initialize: () => [],
    aggregate(state, value = null) {
      if (value === null && ignoreNulls) return state;
      if (side === 'earliest' && state.length >= n) return state;
      return keep([...state, [numbers.next(state.at(-1)?.[0] ?? 0), value]]);
    },
    merge: (a, b) => keep([...a, ...b].sort((x, y) => (x[0] < y[0] ? -1 : 1))),
    map: (state) => state.map(([, value]) => value),
  };
  return aggregator as Aggregator;
}

/** The four overloads: of one value or of n, with or without a choice about nulls (left out by default). */
export function byOffsetOverloads(side: Side): readonly AggregateOverload[] {
  const typeOf = (binding: AggregateBinding): SqlType => binding.argumentTypes[0] ?? STRING;
  const several_ = (binding: AggregateBinding, ignoreNulls: boolean): Aggregator => {
    const n = Number(binding.literals[0]);
    if (n < 1) throw new DiagnosticError(functionMessages.keptTooFew(`${side.toUpperCase()}_BY_OFFSET`));
    checkKeptCount(`${side.toUpperCase()}_BY_OFFSET`, n);
    return several(side, typeOf(binding), n, ignoreNulls);
  };
  return [
    { parameters: ['value T'], bind: (binding) => single(side, typeOf(binding), true) },
    {
      parameters: ['value T', 'ignoreNulls BOOLEAN LITERAL'],
      bind: (binding) => single(side, typeOf(binding), binding.literals[0] === true),
    },
    { parameters: ['value T', 'n INTEGER LITERAL'], bind: (binding) => several_(binding, true) },
    {
      parameters: ['value T', 'n INTEGER LITERAL', 'ignoreNulls BOOLEAN LITERAL'],
      bind: (binding) => several_(binding, binding.literals[1] === true),
    },
  ];
}
