import { compileFunction } from '../../base/compile-function.ts';
import type { InPieces } from '../../base/pieces.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import { Windowed } from '../../streams/windows/windowed.ts';
import { CodeInParts } from '../expressions/code-in-parts.ts';
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
export interface AggregateCode {
  /** The states after one more row. */
  readonly aggregate: (state: Row, prepared: Row) => SqlValue[];
  /** The same in place: it answers the states that it is given, which are as they were where it throws. */
  readonly update: (state: Row, prepared: Row) => Row;
  readonly results: (state: Row) => SqlValue[];
  /** The aggregated row: results, bounds of the window, columns of the key. */
  readonly finish: (state: Row, key: Key) => Row;
}

/** What {@link AggregateCode} is for: how many columns its key has, and whether a window comes before them. */
interface AggregateKey {
  readonly keyCount: number;
  readonly isWindowed: boolean;
}

/** The functions of a few calls, each in one piece. */
export function compileAggregates(
  calls: readonly BoundCall[],
  { keyCount, isWindowed }: AggregateKey,
): AggregateCode {
  const { scope, states, results } = codeOf(calls, 0);
  const bounds = isWindowed ? ['key.window.startMs', 'key.window.endMs'] : [];
  const group = Array.from({ length: keyCount }, (_, index) => `${isWindowed ? 'key.key' : 'key'}[${index}]`);
  const next = states.map((state, index) => `const s${index} = ${state};`).join('\n');
  const taken = states.map((_, index) => `state[${index}] = s${index};`).join('\n');
  const code = `return {
    aggregate: (state, prepared) => [${states.join(', ')}],
    update: (state, prepared) => { ${next} ${taken} return state; },
    results: (state) => [${results.join(', ')}],
    finish: (state, key) => [${[...results, ...bounds, ...group].join(', ')}],
  };`;
  return compileFunction<AggregateCode>(scope, code);
}

/** Some of many calls: their values are appended to a row. */
interface AggregatePart {
  readonly aggregate: (state: Row, prepared: Row, next: SqlValue[]) => void;
  readonly results: (state: Row, row: SqlValue[]) => void;
}

/** The functions of many calls, made of parts that are compiled one by one. */
export function aggregatesInParts(
  calls: readonly BoundCall[],
  { keyCount }: Pick<AggregateKey, 'keyCount'>,
): AggregateCode & { readonly make: () => InPieces<void> } {
  const code = new CodeInParts(calls.length, (from, to) => compilePart(calls.slice(from, to), from));
  const results = (state: Row): SqlValue[] => {
    const row: SqlValue[] = [];
    for (const part of code.parts) part.results(state, row);
    return row;
  };
  const aggregate = (state: Row, prepared: Row): SqlValue[] => {
    const next: SqlValue[] = [];
    for (const part of code.parts) part.aggregate(state, prepared, next);
    return next;
  };
  return {
    make: () => code.make(),
    results,
    aggregate,
    update: (state, prepared) => Object.assign(state, aggregate(state, prepared)),
    finish: (state, key) => {
      const row = results(state);
      if (key instanceof Windowed) row.push(key.window.startMs, key.window.endMs);
      const group = key instanceof Windowed ? key.key : key;
      for (let index = 0; index < keyCount; index++) row.push(group[index] ?? null);
      return row;
    },
  };
}

function compilePart(calls: readonly BoundCall[], from: number): AggregatePart {
  const { scope, states, results } = codeOf(calls, from);
  const append = (values: readonly string[]): string =>
    values.map((value, index) => `row[${from + index}] = ${value};`).join('\n');
  // In parentheses V8 compiles them now, and not when the first row comes, with all others.
  const code = `return {
    aggregate: (function (state, prepared, row) { ${append(states)} }),
    results: (function (state, row) { ${append(results)} }),
  };`;
  return compileFunction<AggregatePart>(scope, code);
}

/** The code of each call's next state and result. @param from the place of the first call's state in its row. */
function codeOf(
  calls: readonly BoundCall[],
  from: number,
): {
  readonly scope: Readonly<Record<string, Aggregator>>;
  readonly states: readonly string[];
  readonly results: readonly string[];
} {
  const scope = Object.fromEntries(calls.map(({ aggregator }, index) => [`a${index}`, aggregator]));
  const states = calls.map(({ start, count }, index) => {
    const given = Array.from({ length: count }, (_, at) => `prepared[${start + at}] ?? null`);
    return `a${index}.aggregate(${[`state[${from + index}] ?? null`, ...given].join(', ')})`;
  });
  const results = calls.map((_, index) => `a${index}.map(state[${from + index}] ?? null)`);
  return { scope, states, results };
}
