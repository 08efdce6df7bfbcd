/** The languages that functions are written in. */
export const FUNCTION_LANGUAGES = ['JAVASCRIPT'] as const;

interface ParameterRecord {
  /** As the source of the function names it. */
  readonly name: string;
  /** As `printType` prints it. */
  readonly type: string;
}

/** What there is of an aggregate function: `undo` lets it aggregate tables, `merge` session windows. */
export const AGGREGATE_METHODS = ['initialize', 'aggregate', 'merge', 'undo', 'result'] as const;
export type AggregateMethod = (typeof AGGREGATE_METHODS)[number];

/** A function of CREATE FUNCTION as it is recorded, in its statement's plan and in the plans of queries that call it. */
export interface UserFunctionRecord {
  readonly kind: 'scalar' | 'aggregate' | 'table';
  /** In capitals. */
  readonly name: string;
  readonly parameters: readonly ParameterRecord[];
  /** As `printType` prints it; of a table function the type of one row. */
  readonly returns: string;
  /** Of an aggregate function: the type of what it keeps of each group. */
  readonly state?: string;
  /** Of an aggregate function: those that its source has. */
  readonly methods?: readonly AggregateMethod[];
  readonly language: (typeof FUNCTION_LANGUAGES)[number];
  readonly source: string;
  /** From 1; each CREATE OR REPLACE makes the next one. */
  readonly version: number;
}
