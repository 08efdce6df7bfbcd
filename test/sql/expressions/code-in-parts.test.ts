import { describe, expect, it } from 'vitest';
import { allAtOnce, type InPieces } from '../../../src/base/pieces.ts';
import type { Row } from '../../../src/serde/model/sql-value.ts';
import { Windowed } from '../../../src/streams/windows/windowed.ts';
import { CodeInParts, PART_EXPRESSIONS } from '../../../src/sql/expressions/code-in-parts.ts';
import { compileProjection } from '../../../src/sql/expressions/compile.ts';
import { builtInRegistry } from '../../../src/sql/functions/index.ts';
import {
  aggregatesInParts,
  type BoundCall,
  compileAggregates,
} from '../../../src/sql/lowering/aggregate-code.ts';
import { INTEGER } from '../../../src/serde/model/sql-type.ts';
import { bound } from '../expression-harness.ts';

const COUNT = 2 * PART_EXPRESSIONS + 50;

function piecesOf(work: InPieces<unknown>): number {
  let pieces = 0;
  for (let step = work.next(); step.done !== true; step = work.next()) pieces += 1;
  return pieces;
}

describe('code in parts', () => {
  it('is made a part at a time, and each part once', () => {
    const made: (readonly [number, number])[] = [];
    const code = new CodeInParts(COUNT, (from, to) => made.push([from, to]));
    const work = code.make();
    work.next();
    expect(made).toEqual([[0, PART_EXPRESSIONS]]);
    // Somebody who needs all of it comes in between.
    expect(code.parts).toHaveLength(3);
    expect(piecesOf(work)).toBe(0);
    expect(made.map(([from]) => from)).toEqual([0, PART_EXPRESSIONS, 2 * PART_EXPRESSIONS]);
    expect(made.at(-1)).toEqual([2 * PART_EXPRESSIONS, COUNT]);
  });
});

describe('a projection of many expressions', () => {
  const schema = 'A INTEGER, B STRING';
  const texts = Array.from({ length: COUNT }, (_, index) =>
    index % 7 === 3 ? `${index} / (A - ${index})` : `CASE WHEN A > ${index} THEN B ELSE '${index}' END`,
  );
  const expressions = texts.map((text) => bound(text, { schema }));

  it.each([0, 3, 150, 1_000])('has the columns that each expression has by itself: %i', (a) => {
    const errors: string[] = [];
    const { project } = compileProjection(expressions, { onError: (_, text) => errors.push(text) });
    const alone: string[] = [];
    const expected = expressions.map((expression) => {
      const { project: one } = compileProjection([expression], { onError: (_, text) => alone.push(text) });
      return one([a, 'x'])[0];
    });
    expect(project([a, 'x'])).toEqual(expected);
    expect(errors).toEqual(alone);
  });

  it('is made in pieces, none of which has more expressions than one function may', () => {
    const { project, make } = compileProjection(expressions);
    expect(make && piecesOf(make())).toBe(3);
    expect(project([1, 'x'])).toHaveLength(COUNT);
  });

  it('gives each row a row of its own', () => {
    const { project } = compileProjection(expressions);
    const first = project([0, 'x']);
    project([1_000, 'y']);
    expect(first[0]).toBe('0');
  });

  it('of few expressions is made at once', () => {
    expect(compileProjection(expressions.slice(0, PART_EXPRESSIONS)).make).toBeUndefined();
  });
});

describe('the aggregations of many calls', () => {
  const sum = builtInRegistry().resolveAggregate('SUM', [INTEGER], [undefined]);
  const calls = Array.from(
    { length: COUNT },
    (_, start): BoundCall => ({ aggregator: sum.aggregator, start, count: 1 }),
  );
  const initial: Row = calls.map(({ aggregator }) => aggregator.initialize());
  const prepared = (seed: number): Row => calls.map((_, index) => (index % 11 === 0 ? null : seed * index));

  it.each([
    { keyCount: 0, isWindowed: false, key: null as unknown as Row },
    { keyCount: 2, isWindowed: false, key: ['a', [1, 2]] as Row },
    { keyCount: 1, isWindowed: true, key: new Windowed<Row>(['a'], { startMs: 5, endMs: 9 }) },
  ])('are what they are as one function: %o', ({ keyCount, isWindowed, key }) => {
    const whole = compileAggregates(calls, { keyCount, isWindowed });
    const parts = aggregatesInParts(calls, { keyCount });
    expect(piecesOf(parts.make())).toBe(3);
    const states = [whole, parts].map(({ aggregate }) =>
      aggregate(aggregate(initial, prepared(3)), prepared(4)),
    );
    expect(states[1]).toEqual(states[0]);
    const [state = []] = states;
    expect(parts.results(state)).toEqual(whole.results(state));
    expect(parts.finish(state, key)).toEqual(whole.finish(state, key));
  });
});

it('whoever waits for no one makes all at once', () => {
  const code = new CodeInParts(COUNT, (from) => from);
  allAtOnce(code.make());
  expect(code.parts).toHaveLength(3);
});
