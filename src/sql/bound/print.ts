import type { BoundExpression } from './nodes.ts';
import { textOf } from './origin.ts';

/** A bound expression as SQL, in ksqlDB's form: what it was bound from. */
export function printBound({ syntax }: BoundExpression): string {
  return textOf(syntax);
}
