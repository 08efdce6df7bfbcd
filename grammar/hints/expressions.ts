import { firstOf, type HintRule, isNumber, isText, isWord, openParenthesis } from './place.ts';

/** Operators, literals and calls that other dialects have, or write in another way. */

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '<=', '>', '>=']);
/** Words that a condition stands behind. */
const CONDITIONS: ReadonlySet<string> = new Set(['WHERE', 'HAVING', 'ON', 'AND', 'OR', 'NOT']);
const BETWEEN_CONDITIONS: ReadonlySet<string> = new Set(['AND', 'OR']);
const PATTERN = "patterns of characters are REGEXP_EXTRACT('pattern', n) IS NOT NULL";

const comparisons: HintRule = ({ words, index, here, before }) => {
  if (here === '=' && before === '=') return 'equality is one sign: a = 1';
  if (here === '>' && before === '<=') return 'it is IS NOT DISTINCT FROM';
  if (here === '<' && before === '=') return 'it is written <=';
  if (here === '=>' && CONDITIONS.has(words[index - 2] ?? '')) return 'it is written >=';
  if (BETWEEN_CONDITIONS.has(here) && CONDITIONS.has(before)) return `a condition is missing before ${here}`;
  const start = Math.max(
    ...['WHERE', 'AND', 'OR', 'ON', 'HAVING', 'WHEN'].map((word) => words.lastIndexOf(word, index)),
  );
  if (COMPARISONS.has(here) && words.slice(start, index).includes('||'))
    return 'OR is written as a word: a > 1 OR b > 1; || joins texts';
  if (before === 'IS' && here !== '')
    return `IS goes with NULL and DISTINCT FROM; others are compared: f = ${here}`;
  return undefined;
};

/** Words that stand between two operands elsewhere, by what there is instead. */
const OPERATORS: Readonly<Record<string, string>> = {
  ILIKE: "LIKE compares letters as they are: LCASE(n) LIKE 'a%'",
  RLIKE: PATTERN,
  REGEXP: PATTERN,
  SIMILAR: PATTERN,
  GLOB: "a pattern has % for any text and _ for one character: n LIKE 'a%'",
  ISNULL: 'it is IS NULL',
  NOTNULL: 'it is IS NOT NULL',
  XOR: 'of two conditions exactly one holds where they differ: f <> g',
};

const words: HintRule = ({ here, before, images, imageAt, index }) => {
  if (Object.hasOwn(OPERATORS, here)) return OPERATORS[here];
  if (Object.hasOwn(OPERATORS, before)) return OPERATORS[before];
  const right = images[index] ?? '';
  if (before === 'MOD' || before === 'DIV')
    return `it is a sign: ${imageAt(index - 2)} ${before === 'MOD' ? '%' : '/'} ${right}`;
  if (here === '(' && before === 'BETWEEN') return 'AND stands between the bounds: BETWEEN 1 AND 2';
  if (before === 'IN' && here !== '(' && here !== '') return `values stand in parentheses: IN (${right})`;
  return undefined;
};

const TIMES: ReadonlySet<string> = new Set(['DATE', 'TIME', 'TIMESTAMP']);

const literals: HintRule = ({ here, before, images, imageAt, index, next }) => {
  const text = images[index] ?? '';
  if (before === 'INTERVAL') return 'a duration is added by TIMESTAMPADD(DAYS, 1, ts)';
  if (isText(here)) {
    if (TIMES.has(before))
      return `a text is compared with times as it is, and is one with CAST(${text.replace(' ', 'T')} AS ${before})`;
    if (before === 'X') return `bytes are TO_BYTES(${text}, 'hex')`;
    if (/^[A-Z]$/.test(before)) return `a text has no letter before its quotes: ${text}`;
    if (isText(before)) return `texts are joined by ||: ${imageAt(index - 1)} || ${text}`;
  }
  if (here === ',' && isNumber(before) && /^\d{3}$/.test(next))
    return `digits are not grouped: ${before}${next}`;
  return undefined;
};

const calls: HintRule = ({ words: all, here, before, imageAt, index, next, vocabulary }) => {
  const open = openParenthesis(all, index);
  const name = all[open - 1] ?? '';
  if (name === 'EXTRACT' && here === 'FROM') return "parts of a time are FORMAT_TIMESTAMP(ts, 'yyyy')";
  if (name === 'TRY_CAST') return 'CAST(a AS STRING) gives NULL for what cannot be read';
  if (name === 'STRUCT' && index === open + 1) return 'fields have names: STRUCT(name := 1)';
  if (name === 'MAP' && [',', '='].includes(here))
    return `a key and its value have := between them: MAP(${imageAt(index - 1)} := ${imageAt(index + 1)})`;
  if (here === '[' && (vocabulary.isReserved(before) || /^[(,=]$/.test(before)))
    return 'an array is ARRAY[1, 2]';
  if (before === 'CAST' || (name === 'CAST' && here !== 'AS' && !all.slice(open, index).includes('AS')))
    return `AS stands before the type: CAST(${imageAt(index - 1)} AS ${imageAt(index)})`;
  if (here === '.' && isNumber(next))
    return `elements of an array are counted from 1: ${imageAt(index - 1)}[1]`;
  if (/^\.\d+$/.test(here) && isWord(before))
    return `elements of an array are counted from 1: ${imageAt(index - 1)}[1]`;
  if (here === ',' && name === 'BETWEEN')
    return `AND stands between the bounds: BETWEEN ${imageAt(index - 1)} AND ${imageAt(index + 1)}`;
  return here === ',' && OPENS_CONDITION.has(name)
    ? 'values are compared one by one: a = 1 AND b = 2'
    : undefined;
};

/** Words before a parenthesis that is no call's. */
const OPENS_CONDITION: ReadonlySet<string> = new Set(['WHERE', 'AND', 'OR', 'NOT', 'ON', 'HAVING', 'WHEN']);

const fields: HintRule = ({ here, before, next, index, holds }) =>
  here === '.' && isWord(before) && isWord(next) && holds({ at: index, remove: 1, insert: '->', past: 2 })
    ? `the fields of a struct are read with an arrow: ${before}->${next}`
    : undefined;

/** What an expression has elsewhere, or in another form. */
export const hintForExpression = firstOf([comparisons, words, literals, calls, fields]);
