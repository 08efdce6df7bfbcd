import type { Aggregator, AggregateOverload, AggregateBinding } from '../definition.ts';
import { STRING } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { compareValues } from '../../values/compare.ts';

/** The least or greatest value so far, null at first; nulls are left out. What it replaced is forgotten: no undo. */
export function extremeOverloads(better: (order: number) => boolean): readonly AggregateOverload[] {
  const choose = (a: SqlValue, b: SqlValue): SqlValue => {
    if (a === null) return b;
    if (b === null) return a;
    return better(compareValues(b, a)) ? b : a;
  };
  const bind = ({ argumentTypes }: AggregateBinding): Aggregator => {
    const type = argumentTypes[0] ?? STRING;
    return {
      stateType: type,
      returnType: type,
      initialize: () => null,
      aggregate: (state, value = null) => choose(state, value),
      merge: choose,
      map: (state) => state,
    };
  };
  const types = ['INTEGER', 'BIGINT', 'DOUBLE', 'DECIMAL', 'STRING', 'BYTES', 'DATE', 'TIME', 'TIMESTAMP'];
  return types.map((type) => ({ parameters: [`value ${type}`], bind }));
}
