import type { ComparisonOperator } from '../../../grammar/ast.ts';

/** Comparisons as ksqlDB's messages call them. */
export const operatorNames = {
  '=': 'EQUAL',
  '<>': 'NOT_EQUAL',
  '<': 'LESS_THAN',
  '<=': 'LESS_THAN_OR_EQUAL',
  '>': 'GREATER_THAN',
  '>=': 'GREATER_THAN_OR_EQUAL',
  'IS DISTINCT FROM': 'IS_DISTINCT_FROM',
  'IS NOT DISTINCT FROM': 'IS_NOT_DISTINCT_FROM',
} satisfies Record<ComparisonOperator, string>;

/** The comparisons that take null for a value. */
export function isDistinctFrom(operator: ComparisonOperator): boolean {
  return operator === 'IS DISTINCT FROM' || operator === 'IS NOT DISTINCT FROM';
}
