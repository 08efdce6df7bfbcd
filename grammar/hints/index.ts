/**
 * What people write who know other SQL dialects, and what there is instead. These are hints to syntax errors: the parser
 * knows nothing of them. Each file has rules for one part of the language; the first that knows something is heard.
 */
import { hintForClause, hintForSeparator } from './clauses.ts';
import { hintForDefinition } from './definitions.ts';
import { hintForExpression } from './expressions.ts';
import { openParenthesis, type Place, placeAt, type Stop } from './place.ts';
import { hintForInspection } from './inspection.ts';
import { hintForSession } from './session.ts';
import { hintForForm } from './statements.ts';
import { hintForWindowOrJoin } from './windows.ts';

export { hintForStatement } from './statements.ts';

/**
 * What there is instead of what stands at a place of a statement; undefined where nothing is known of it.
 */
export function hintAt(stop: Stop): string | undefined {
  const place = placeAt(stop);
  return (
    hintForForm(place) ??
    hintForInspection(place) ??
    hintForSession(place) ??
    hintForDefinition(place) ??
    hintForClause(place) ??
    hintForWindowOrJoin(place.words, place.index) ??
    hintForExpression(place) ??
    hintForSeparator(place) ??
    hintForParentheses(place)
  );
}

/** Words that stand in no parentheses of an expression, nor the end of the statement. */
const BEHIND = /^(|FROM|WHERE|GROUP|PARTITION|HAVING|EMIT|LIMIT|WINDOW)$/;

function hintForParentheses({ words, index, here, before, placeOf }: Place): string | undefined {
  const open = openParenthesis(words, index);
  if (here === ')' && open === -1) return 'no parenthesis is open here';
  const at = placeOf(open);
  return at !== undefined && BEHIND.test(here) && before !== ',' && before !== '('
    ? `the parenthesis at ${at} is not closed`
    : undefined;
}
