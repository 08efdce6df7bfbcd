import { compileFunction } from '../../base/compile-function.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import type { Aggregator } from '../functions/definition.ts';
import type { Key } from './row-serdes.ts';

/** One call: where its arguments lie in a prepared row, and what it does with them. */
export interface BoundCall {
  readonly aggregator: Aggregator;
  readonly start: number;
  readonly count: number;
}

/**
 * The functions of an aggregation that run for each row, in generated code: each call of an aggregator is a place of its own,
 * which always calls the same function, and rows are made in one piece at their final length.
 */
interface AggregateCode {
  /** The states after one more row. */
  readonly aggregate: (state: Row, prepared: Row) => SqlValue[];
  readonly results: (state: Row) => SqlValue[];
  /** The aggregated row: results, bounds of the window, columns of the key. */
  readonly finish: (state: Row, key: Key) => Row;
}

export function compileAggregates(
  calls: readonly BoundCall[],
  { keyCount, isWindowed }: { readonly keyCount: number; readonly isWindowed: boolean },
): AggregateCode {
  const scope = Object.fromEntries(calls.map(({ aggregator }, index) => [`a${index}`, aggregator]));
  const states = calls.map(({ start, count }, index) => {
    const given = Array.from({ length: count }, (_, at) => `prepared[${start + at}] ?? null`);
    return `a${index}.aggregate(${[`state[${index}] ?? null`, ...given].join(', ')})`;
  });
  const results = calls.map((_, index) => `a${index}.map(state[${index}] ?? null)`);
  const bounds = isWindowed ? ['key.window.startMs', 'key.window.endMs'] : [];
  const group = Array.from({ length: keyCount }, (_, index) => `${isWindowed ? 'key.key' : 'key'}[${index}]`);
  const code = `return {
    aggregate: (state, prepared) => [${states.join(', ')}],
    results: (state) => [${results.join(', ')}],
    finish: (state, key) => [${[...results, ...bounds, ...group].join(', ')}],
  };`;
  return compileFunction<AggregateCode>(scope, code);
}
