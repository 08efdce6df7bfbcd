import type { Random } from './random.ts';
import { type Facts, numberTerm, orNull } from './random-terms.ts';

export type Value = number | null | string | readonly (number | null)[];

/** An aggregate over the rows of a group, in their order. */
export interface AggregateTerm {
  readonly sql: string;
  readonly over: (rows: readonly Facts[]) => Value;
  /** What it gives depends on the order of the rows. */
  readonly isOrdered: boolean;
}

/** @param isUndone of a table, whose rows are taken back. */
export function aggregateTerm(random: Random, isUndone: boolean): AggregateTerm {
  const term = numberTerm(random, 2);
  const values = (rows: readonly Facts[]): readonly (number | null)[] => rows.map((row) => orNull(term, row));
  const present = (rows: readonly Facts[]): readonly number[] =>
    values(rows).filter((value) => value !== null);
  const sum = (rows: readonly Facts[]): number =>
    present(rows).reduce((total, value) => (total + value) | 0, 0);
  const plain = (name: string, over: AggregateTerm['over'], isOrdered = false): AggregateTerm => ({
    sql: `${name}(${term.sql})`,
    over,
    isOrdered,
  });
  const both: readonly AggregateTerm[] = [
    { sql: 'COUNT(*)', over: (rows) => rows.length, isOrdered: false },
    plain('COUNT', (rows) => present(rows).length),
    plain('SUM', sum),
  ];
  if (isUndone) return random.of(both);
  const extreme = (rows: readonly Facts[], choose: (...values: number[]) => number): Value => {
    const all = present(rows);
    return all.length === 0 ? null : choose(...all);
  };
  return random.of([
    ...both,
    plain('MIN', (rows) => extreme(rows, Math.min)),
    plain('MAX', (rows) => extreme(rows, Math.max)),
    plain('COUNT_DISTINCT', (rows) => new Set(present(rows)).size),
    plain('COLLECT_LIST', values, true),
    plain('LATEST_BY_OFFSET', (rows) => present(rows).at(-1) ?? null, true),
    plain('EARLIEST_BY_OFFSET', (rows) => present(rows)[0] ?? null, true),
    {
      sql: `TOPK(${term.sql}, 3)`,
      over: (rows) =>
        present(rows)
          .toSorted((a, b) => b - a)
          .slice(0, 3),
      isOrdered: false,
    },
  ]);
}
