import { formatExpression } from '../../../grammar/printer/expressions.ts';
import type { BoundExpression } from './nodes.ts';

/** A bound expression as SQL, in ksqlDB's form: what it was bound from. */
export function printBound({ syntax }: BoundExpression): string {
  return formatExpression(syntax);
}
