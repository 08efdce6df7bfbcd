import { arrayType, type SqlType } from '../../../serde/model/sql-type.ts';
import { readType } from '../../types/read-type.ts';
import { AGGREGATE_METHODS, type AggregateMethod, type UserFunctionRecord } from './function-record.ts';

/** What a function of the sandbox takes and gives. */
export interface EntrySignature {
  readonly method: AggregateMethod | 'call';
  readonly takes: readonly SqlType[];
  readonly gives: SqlType;
}

/** The only entry of scalar and table functions. */
export const CALL = 0;

/** The entries of an aggregate function by their methods. */
export const METHOD = { initialize: 0, aggregate: 1, merge: 2, undo: 3, result: 4 } as const satisfies Record<
  AggregateMethod,
  number
>;

/** The entries of a function, in their order: one of scalar and table functions, one for each method of an aggregate. */
export function entriesOf(record: UserFunctionRecord): readonly EntrySignature[] {
  const takes = record.parameters.map(({ type }) => readType(type));
  const returns = readType(record.returns);
  switch (record.kind) {
    case 'scalar':
      return [{ method: 'call', takes, gives: returns }];
    case 'table':
      return [{ method: 'call', takes, gives: arrayType(returns) }];
    case 'aggregate': {
      const state = stateTypeOf(record);
      const signatures: Readonly<Record<AggregateMethod, Omit<EntrySignature, 'method'>>> = {
        initialize: { takes: [], gives: state },
        aggregate: { takes: [state, ...takes], gives: state },
        merge: { takes: [state, state], gives: state },
        undo: { takes: [state, ...takes], gives: state },
        result: { takes: [state], gives: returns },
      };
      return AGGREGATE_METHODS.map((method) => ({ method, ...signatures[method] }));
    }
  }
}

/** What an aggregate function keeps of each group. */
export function stateTypeOf({ returns, state = returns }: UserFunctionRecord): SqlType {
  return readType(state);
}
