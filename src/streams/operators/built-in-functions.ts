/** Functions that the DSL itself gives to operators: how groups are counted, and how a reducer folds. */
import { showValue } from '../../base/show-value.ts';
import type { Erased } from '../erased.ts';
import type { Aggregator, Merger, Reducer } from '../functions.ts';
import { madeBy, OWN_MODULE, portable } from '../portable.ts';

/** What a count begins with. */
export const zero = (): number => 0;

export const countRecord = (_key: unknown, _value: unknown, count: unknown): number => Number(count) + 1;

/** Takes a row out of the count of its group. */
export const uncountRow = (_key: unknown, _value: unknown, count: unknown): number => Number(count) - 1;

/** The count of two sessions that become one. */
export const addCounts = (_key: unknown, left: unknown, right: unknown): number =>
  Number(left) + Number(right);

/** Whether a record takes the default branch of a split: each that has come so far. */
export const everyRecord = (): boolean => true;

/** How a record is printed that nobody says more of. */
export const keyAndValue = (key: unknown, value: unknown): string => `${showText(key)}, ${showText(value)}`;

const showText = (value: unknown): string => (typeof value === 'string' ? value : showValue(value));

/** Writes a line to the console of the process. */
// oxlint-disable-next-line no-console -- what a stream is printed to
export const writeToConsole = (line: string): void => console.log(line);

portable(OWN_MODULE, { everyRecord, keyAndValue, writeToConsole, zero, countRecord, uncountRow, addCounts });

/** Folds values with a reducer, which takes the aggregate first. */
export function reducing(reducer: Erased<Reducer<unknown>>): Aggregator<unknown, unknown, unknown> {
  return madeBy('reducing', [reducer], (_key: unknown, value: unknown, aggregate: unknown): unknown =>
    reducer(aggregate, value),
  );
}

/** Joins the aggregates of two sessions with a reducer; there is one of the older only where it is not the first. */
export function mergingByReducer(reducer: Erased<Reducer<unknown>>): Merger<unknown, unknown> {
  return madeBy(
    'mergingByReducer',
    [reducer],
    (_key: unknown, left: unknown, right: unknown): unknown => reducer(left, right) ?? right,
  );
}
