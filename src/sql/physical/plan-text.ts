import type { Expression } from '../../../grammar/ast.ts';
import { parseExpression } from '../../../grammar/parse.ts';

/** How many characters of text are remembered, over all plans. */
const REMEMBERED_CHARACTERS_MAX = 1_000_000;

/** Least recently used first. */
const remembered = new Map<string, Expression>();
let characters = 0;

/**
 * The expression that a text of a plan is. The latest ones are remembered: a plan is lowered to be checked, to be run,
 * to be tried again and to be read by pull queries, and parsing is most of that (five expressions: 1.5 ms to parse,
 * 0.3 to bind, 0.3 to compile).
 */
export function parsePlanText(text: string): Expression {
  const known = remembered.get(text);
  const expression = known ?? parseExpression(text);
  if (known === undefined) characters += text.length;
  else remembered.delete(text);
  remembered.set(text, expression);
  for (const oldest of remembered.keys()) {
    if (characters <= REMEMBERED_CHARACTERS_MAX) break;
    remembered.delete(oldest);
    characters -= oldest.length;
  }
  return expression;
}
