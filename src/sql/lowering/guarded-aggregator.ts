import { mustStop } from '../../base/assert.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { Aggregator } from '../functions/definition.ts';
import type { LoweringContext } from './lowering-context.ts';

/**
 * An aggregator whose failures cost what they are about and no more: a row that it cannot take leaves the state as it is, a
 * result that it cannot compute is null, and of two sessions that it cannot merge the later one is kept. All are told.
 */
export function guarded(
  aggregator: Aggregator,
  text: string,
  { onError }: Pick<LoweringContext, 'onError'>,
): Aggregator {
  if (aggregator.mayFail !== true) return aggregator;
  const or = (instead: SqlValue, step: () => SqlValue): SqlValue => {
    try {
      return step();
    } catch (error) {
      if (mustStop(error)) throw error;
      onError?.(error, text);
      return instead;
    }
  };
  return {
    ...aggregator,
    initialize: () => or(null, () => aggregator.initialize()),
    aggregate: (state, ...args) => or(state, () => aggregator.aggregate(state, ...args)),
    merge: (a, b) => or(b, () => aggregator.merge(a, b)),
    map: (state) => or(null, () => aggregator.map(state)),
    ...(aggregator.undo === undefined
      ? {}
      : {
          undo: (state: SqlValue, ...args: SqlValue[]) =>
            or(state, () => aggregator.undo?.(state, ...args) ?? null),
        }),
  };
}
