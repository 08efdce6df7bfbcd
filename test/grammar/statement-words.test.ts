import { expect, it } from 'vitest';
import { hintForStatement } from '../../grammar/hints/index.ts';
import { statementWords } from '../../grammar/statement-words.ts';
import { syntaxRules } from '../../grammar/syntax-text.ts';

/** A statement with a new first word has completion and "did you mean" only where the lists of words know it. */

const rules = new Map(syntaxRules().map((rule) => [rule.name, rule]));

/** The words that a rule can begin with. */
function firstWords(name: string): readonly string[] {
  const { syntax = '' } = rules.get(name) ?? {};
  const words = syntax.split(' ').filter((word) => word !== '|');
  if (words[0] !== '(')
    return /^[A-Z_]+$/.test(words[0] ?? '') ? words.slice(0, 1) : firstWords(words[0] ?? '');
  return words.slice(1, words.indexOf(')')).flatMap((word) => (rules.has(word) ? firstWords(word) : [word]));
}

/** RUN SCRIPT is read for test files only. */
const parsed = firstWords('statement').filter((word) => word !== 'RUN');

it('grammar/statement-words.ts has the first word of every statement, and no other', () => {
  expect([...statementWords].sort()).toEqual([...new Set(parsed)].sort());
});

it.each(parsed)('grammar/hints/statements.ts does not say that there is no %s', (word) => {
  expect(hintForStatement(word)).toBeUndefined();
});
