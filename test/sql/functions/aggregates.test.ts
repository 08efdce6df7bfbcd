import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SqlValue } from '../../../src/serde/model/sql-value.ts';
import { type Aggregator, builtInFunctions, builtInRegistry } from '../../../src/sql/functions/index.ts';
import { formatOf } from '../../../src/serde/index.ts';
import { parseSchema, type SqlType } from '../../../src/sql/types/index.ts';
import { valuesOf } from '../../serde/harness.ts';

const registry = builtInRegistry();

interface Call {
  readonly name: string;
  readonly types: string;
  readonly literals?: readonly SqlValue[];
  /** Sums of doubles depend on their order. */
  readonly approximate?: true;
}

const calls: readonly Call[] = [
  { name: 'COUNT', types: 'V STRING' },
  { name: 'SUM', types: 'V INTEGER' },
  { name: 'SUM', types: 'V BIGINT' },
  { name: 'AVG', types: 'V BIGINT' },
  { name: 'MIN', types: 'V STRING' },
  { name: 'MAX', types: 'V DECIMAL(6, 2)' },
  { name: 'MAX', types: 'V BYTES' },
  { name: 'COLLECT_LIST', types: 'V ARRAY<INTEGER>' },
  { name: 'COLLECT_SET', types: 'V DECIMAL(3, 1)' },
  { name: 'TOPK', types: 'V INTEGER', literals: [3] },
  { name: 'TOPK', types: 'V BIGINT, W STRING', literals: [2] },
  { name: 'TOPKDISTINCT', types: 'V STRING', literals: [3] },
  { name: 'EARLIEST_BY_OFFSET', types: 'V INTEGER' },
  { name: 'EARLIEST_BY_OFFSET', types: 'V INTEGER', literals: [2, false] },
  { name: 'LATEST_BY_OFFSET', types: 'V STRUCT<A INTEGER>' },
  { name: 'LATEST_BY_OFFSET', types: 'V INTEGER', literals: [false] },
  { name: 'LATEST_BY_OFFSET', types: 'V INTEGER', literals: [3] },
  { name: 'HISTOGRAM', types: 'V STRING' },
  { name: 'ATTR', types: 'V BOOLEAN' },
  { name: 'SUM_LIST', types: 'V ARRAY<BIGINT>' },
  { name: 'COUNT_DISTINCT', types: 'V INTEGER' },
  { name: 'STDDEV_SAMP', types: 'V INTEGER', approximate: true },
  { name: 'STDDEV_SAMPLE', types: 'V INTEGER', approximate: true },
  { name: 'CORRELATION', types: 'V INTEGER, W INTEGER', approximate: true },
];

function bind({ name, types, literals = [] }: Call): { aggregator: Aggregator; types: readonly SqlType[] } {
  const columns = parseSchema(types).columns.map((column) => column.type);
  const literalTypes = literals.map((literal) =>
    parseSchema(typeof literal === 'boolean' ? 'L BOOLEAN' : 'L INT'),
  );
  const all = [...columns, ...literalTypes.map((schema) => schema.columns[0]?.type ?? null)];
  const values = [...columns.map(() => undefined), ...literals];
  return { aggregator: registry.resolveAggregate(name, all, values).aggregator, types: columns };
}

const rowsOf = (types: readonly SqlType[]) =>
  fc.array(
    fc.tuple(
      ...types.map((type) =>
        type.kind === 'INTEGER' ? fc.option(fc.integer({ min: -9, max: 9 })) : valuesOf(type),
      ),
    ),
    {
      maxLength: 8,
    },
  );

const fold = (
  aggregator: Aggregator,
  rows: readonly (readonly SqlValue[])[],
  start = aggregator.initialize(),
): SqlValue => rows.reduce<SqlValue>((state, row) => aggregator.aggregate(state, ...row), start);

function expectEqual(actual: SqlValue, expected: SqlValue, approximate: boolean): void {
  if (!approximate) expect(actual).toEqual(expected);
  else if (Number.isNaN(expected)) expect(actual).toBeNaN();
  else if (Number.isFinite(expected) && Number.isFinite(actual))
    expect(actual).toBeCloseTo(expected as number, 5);
}

/** Three laws of two dozen calls: a hundred runs of each would take the time of the rest of the tests. */
fc.configureGlobal({ numRuns: 40 });

it('are all tested: each has a call in the table above', () => {
  const tested = new Set(calls.map(({ name }) => name.toUpperCase()));
  const aggregates = builtInFunctions.filter(({ kind }) => kind === 'aggregate').map(({ name }) => name);
  expect(aggregates.filter((name) => !tested.has(name.toUpperCase()))).toEqual([]);
});

describe.each(calls)('$name of $types, $literals', (call) => {
  it('of two parts merged is that of the whole', () => {
    const { aggregator, types } = bind(call);
    fc.assert(
      fc.property(rowsOf(types), rowsOf(types), (a, b) => {
        const merged = aggregator.map(aggregator.merge(fold(aggregator, a), fold(aggregator, b)));
        expectEqual(merged, aggregator.map(fold(aggregator, [...a, ...b])), call.approximate === true);
      }),
    );
  });

  it('has states that JSON can keep', () => {
    const { aggregator, types } = bind(call);
    const serde = formatOf('JSON').createSerde({
      columns: [{ name: 'S', type: aggregator.stateType }],
      side: 'value',
      features: new Set(),
      properties: {},
    });
    fc.assert(
      fc.property(rowsOf(types), (rows) => {
        const state = fold(aggregator, rows);
        const back = serde.deserialize(serde.serialize([state]))?.[0] ?? null;
        expect(aggregator.map(back)).toEqual(aggregator.map(state));
      }),
    );
  });

  it('does not change states in place', () => {
    const { aggregator, types } = bind(call);
    fc.assert(
      fc.property(rowsOf(types), rowsOf(types), (a, b) => {
        const state = fold(aggregator, a);
        const before = structuredClone(aggregator.map(state));
        fold(aggregator, b, state);
        aggregator.merge(state, fold(aggregator, b));
        expect(structuredClone(aggregator.map(state))).toEqual(before);
      }),
    );
  });
});

describe('undo', () => {
  const undoable = calls.filter((call) => bind(call).aggregator.undo !== undefined);

  it('is there for ten functions, as in ksqlDB', () => {
    expect([...new Set(undoable.map(({ name }) => name))].sort()).toEqual(
      'ATTR AVG COLLECT_LIST CORRELATION COUNT HISTOGRAM STDDEV_SAMP STDDEV_SAMPLE SUM SUM_LIST'.split(' '),
    );
  });

  it.each(undoable)('takes the last row of $name($types) back out', (call) => {
    const { aggregator, types } = bind(call);
    fc.assert(
      fc.property(
        rowsOf(types),
        fc.tuple(
          ...types.map((type) =>
            type.kind === 'INTEGER' ? fc.integer({ min: -9, max: 9 }) : valuesOf(type),
          ),
        ),
        (rows, extra) => {
          const state = fold(aggregator, rows);
          const undone = aggregator.undo?.(aggregator.aggregate(state, ...extra), ...extra) ?? null;
          expectEqual(aggregator.map(undone), aggregator.map(state), call.approximate === true);
        },
      ),
    );
  });
});

describe('COUNT_DISTINCT', () => {
  it('is exact while there are few and near when there are many', () => {
    const { aggregator } = bind({ name: 'COUNT_DISTINCT', types: 'V INTEGER' });
    const state = (n: number) =>
      fold(
        aggregator,
        Array.from({ length: n * 2 }, (_, index) => [index % n]),
      );
    expect(aggregator.map(state(500))).toBe(500);
    const many = Number(aggregator.map(state(20_000)));
    expect(Math.abs(many - 20_000)).toBeLessThan(1500);
  });
});
