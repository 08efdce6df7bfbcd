import { describe, expect, it } from 'vitest';
import type { SqlValue } from '../../../src/serde/model/sql-value.ts';
import { BIGINT } from '../../../src/serde/model/sql-type.ts';
import type { Aggregator } from '../../../src/sql/functions/definition.ts';
import { PART_EXPRESSIONS } from '../../../src/sql/expressions/code-in-parts.ts';
import { aggregatesInParts, compileAggregates } from '../../../src/sql/lowering/aggregate-code.ts';

/** Adds up; what is below 0 fails. */
const adding: Aggregator = {
  stateType: BIGINT,
  returnType: BIGINT,
  initialize: () => 0,
  aggregate(state, value) {
    if (Number(value) < 0) throw new Error('below 0');
    return Number(state) + Number(value);
  },
  merge: (a, b) => Number(a) + Number(b),
  map: (state) => state,
};

const callsOf = (count: number) =>
  Array.from({ length: count }, (_, start) => ({ aggregator: adding, start, count: 1 }));

const key = { keyCount: 1, isWindowed: false };

const rowOf = (count: number, value: SqlValue): SqlValue[] => Array.from({ length: count }, () => value);

describe('the code of aggregates', () => {
  it.each([
    ['of a few calls', 2, compileAggregates(callsOf(2), key)],
    ['of many calls', PART_EXPRESSIONS + 2, madeInParts(PART_EXPRESSIONS + 2)],
  ])('%s, in place, changes all states or none', (_name, count, code) => {
    const state = rowOf(count, 1);
    const [first, second] = [rowOf(count, 2), rowOf(count, 3)];
    const expected = code.aggregate(code.aggregate(state, first), second);
    expect(state).toEqual(rowOf(count, 1));
    for (const row of [first, second]) expect(code.update(state, row)).toBe(state);
    expect(state).toEqual(expected);
    expect(() => code.update(state, [...rowOf(count - 1, 5), -1])).toThrow('below 0');
    expect(state).toEqual(expected);
  });
});

function madeInParts(count: number) {
  const code = aggregatesInParts(callsOf(count), key);
  const making = code.make();
  while (making.next().done !== true);
  return code;
}
