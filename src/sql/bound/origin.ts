import type { Expression } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import type { SourceSpan } from '../../base/errors.ts';

/** Words of a recorded plan: what an expression was called when it was bound. */
interface Quoted {
  readonly kind: 'Quoted';
  readonly text: string;
  readonly span: SourceSpan;
}

/** What a bound expression was bound from: a piece of syntax, or, read from a plan, the words for it. */
export type Origin = Expression | Quoted;

/** The words of a plan have no place in a statement. */
const nowhere: SourceSpan = Object.freeze({ start: 0, end: 0, line: 1, column: 1 });

export function quoted(text: string): Origin {
  return Object.freeze({ kind: 'Quoted', text, span: nowhere });
}

/** The expression as SQL, in ksqlDB's form. */
export function textOf(origin: Origin): string {
  return origin.kind === 'Quoted' ? origin.text : formatExpression(origin);
}
