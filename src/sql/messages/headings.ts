/**
 * The words before a refusal, by the step of ksqlDB that finds it: it parses and resolves names first, types the
 * conditions next, and generates code for the expressions last.
 */
export const headings = {
  /** Names, the properties of WITH, the types that are written. */
  prepare: 'Failed to prepare statement: ',
  /** The type of a condition. */
  condition: (clause: 'WHERE' | 'HAVING'): string => `Error in ${clause} expression: `,
  notCondition: (clause: 'WHERE' | 'HAVING'): string => `Type error in ${clause} expression: `,
  /** Code for an expression. */
  select: 'Invalid Select: ',
  predicate: 'Invalid Predicate: ',
  groupBy: 'Invalid Group By: ',
  partitionBy: 'Invalid SelectKey: ',
  /** BETWEEN in a pull query. */
  expression: 'Invalid expression: ',
  /** Of values that do not fit where they are to be inserted. */
  insertValues: (target: string): string => `Failed to insert values into '${target}'. `,
} as const;
