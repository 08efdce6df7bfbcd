import { firstOf, type HintRule, isNumber, isText, isWord, openParenthesis, unquoted } from './place.ts';
import { SUBQUERY } from './statements.ts';
import { JOIN } from './windows.ts';

/** Clauses of queries that other dialects have, or that stand in another order here. */

const NO_ORDER = 'there is no ORDER BY: rows come as they change';
const SET_OPERATORS: ReadonlySet<string> = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'MINUS']);
/** In the order in which they stand. */
const CLAUSES = ['FROM', 'WINDOW', 'WHERE', 'GROUP', 'PARTITION', 'HAVING', 'EMIT', 'LIMIT'];
const ORDER = 'clauses stand in this order: FROM, WINDOW, WHERE, GROUP BY, PARTITION BY, HAVING, EMIT, LIMIT';

// Where nothing forbids it, the first word of an unknown clause has been read as an alias.
const limits: HintRule = ({ words, index, here, before, back, next }) => {
  if (here === 'ORDER' || (here === 'BY' && before === 'ORDER')) return NO_ORDER;
  if (here === 'OFFSET' || (before === 'OFFSET' && isNumber(here)))
    return 'there is no OFFSET: LIMIT takes the first rows that come';
  if (before === 'TOP' && isNumber(here)) return `the first rows are asked for at the end: LIMIT ${here}`;
  if (here === ',' && isNumber(before) && back(2) === 'LIMIT')
    return `there is no OFFSET: LIMIT ${next} takes the first rows that come`;
  if (here === 'FETCH' || (before === 'FETCH' && ['FIRST', 'NEXT'].includes(here)))
    return `the first rows are asked for at the end: LIMIT ${words.slice(index).find(isNumber) ?? '1'}`;
  return undefined;
};

const combined: HintRule = ({ here, before, back, next }) => {
  if (['EXCEPT', 'EXCLUDE'].includes(here) && before === '*')
    return 'the columns that are wanted are named: SELECT a, b FROM ...';
  const isOperator = [here, before].some((word) => SET_OPERATORS.has(word));
  if (isOperator || (before === 'ALL' && SET_OPERATORS.has(back(2))))
    return 'several queries write into one stream with INSERT INTO name SELECT ...';
  if (here === 'SETS' && before === 'GROUPING')
    return 'each grouping is a table of its own: CREATE TABLE name AS SELECT ... GROUP BY ...';
  if (here === 'INTO' && next !== '')
    return `a query is kept by CREATE STREAM ${next} AS SELECT ..., or added to a stream by INSERT INTO ${next} SELECT ...`;
  return undefined;
};

const selected: HintRule = ({ here, before, back, next, imageAt, index, vocabulary, holds }) => {
  if (
    vocabulary.isReserved(here) &&
    [',', 'SELECT'].includes(before) &&
    [',', 'FROM', 'AS'].includes(next) &&
    here !== 'FROM' &&
    holds({ at: index, remove: 1, insert: `"${imageAt(index).toUpperCase()}"`, past: 2 })
  )
    return `quote it: "${imageAt(index).toUpperCase()}"`;
  if (here === 'FROM' && before === ',') return 'the last column has no comma behind it';
  if (here === 'FROM' && before === 'AS')
    return `a name is missing before FROM: ${imageAt(index - 2)} AS name`;
  if (here === 'DISTINCT' && before === 'SELECT')
    return 'there is no SELECT DISTINCT: GROUP BY the columns, in a table';
  if (here === 'ALL' && before === 'SELECT') return 'SELECT takes all rows: leave ALL out';
  const isDistinctCall = here === 'DISTINCT' && before === '(';
  if (isDistinctCall || (here === '(' && before === 'DISTINCT'))
    return back(2) === 'COUNT' || !isDistinctCall
      ? 'a count of different values is COUNT_DISTINCT(column)'
      : 'different values are collected by COLLECT_SET(column)';
  if (before === 'OVER' || here === 'OVER')
    return 'windows are of time, and of the whole query: FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ...';
  if (before === 'FILTER' && here === '(')
    return 'rows that a condition chooses are counted by SUM(CASE WHEN b > 1 THEN 1 ELSE 0 END)';
  return undefined;
};

const sources: HintRule = (place) => {
  const { words, imageAt, here, before, next, index } = place;
  if (before === 'FROM' && here === '(') return SUBQUERY;
  if ((before === 'IN' || before === '(') && here === 'SELECT') return SUBQUERY;
  if (here === 'EXISTS' && next === '(') return `${SUBQUERY}; a JOIN then finds the rows that it has`;
  const inFrom = standsInFrom(words, index);
  if (here === ',' && inFrom) return JOIN;
  if (here === '.' && inFrom && before !== 'FROM')
    return `there are no databases: FROM ${imageAt(index + 1)}`;
  if (here === '(' && before === 'AS' && next === 'SELECT')
    return 'a query stands without parentheses: AS SELECT ...';
  if (here === '' && words[0] === 'SELECT' && !words.includes('FROM'))
    return 'a query reads a stream or table: SELECT ... FROM name EMIT CHANGES';
  return undefined;
};

const EXPLODED = 'the elements of an array become rows in the select: SELECT id, EXPLODE(arr) FROM name';
const TIME_WINDOW = 'windows stand behind the source: FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ...';

/** What FROM has elsewhere. Where nothing forbids it, its first word has been read as an alias. */
const rowSources: HintRule = ({ words, here, before, back, next, index }) => {
  if (here === 'TABLESAMPLE' || before === 'TABLESAMPLE' || (here === 'SAMPLE' && words[0] !== 'PRINT'))
    return 'all rows are read: LIMIT takes the first ones';
  const open = words[openParenthesis(words, index) - 1] ?? '';
  if (
    /^(TUMBLE|HOP|CUMULATE)(_\w+)?$/.test(open) ||
    (here === 'TABLE' && /^(TUMBLE|HOP)$/.test(words[index + 2] ?? ''))
  )
    return TIME_WINDOW;
  if (here === 'TABLE' && before === 'FROM' && next === '(') return EXPLODED;
  if ([here, before, back(2), next].some((word) => word === 'LATERAL' || word === 'UNNEST')) return EXPLODED;
  if (here === 'SYSTEM_TIME')
    return 'a stream is joined with a table as it is at the time of its row: JOIN b ON a.id = b.id';
  if (before === 'QUALIFY') return 'the last row of each key is LATEST_BY_OFFSET(column) with GROUP BY';
  return undefined;
};

const order: HintRule = ({ words, index, here, before }) => {
  const isQuery = words.includes('SELECT');
  if (here === 'EMIT' && words.lastIndexOf('LIMIT', index) > 0)
    return `LIMIT stands behind EMIT: EMIT CHANGES LIMIT ${before}`;
  if (here === 'UPDATE' && before === 'FOR') return 'there are no locks: leave FOR UPDATE out';
  if (here === 'CHANGES' && before === 'EMIT') return 'a condition or a value is missing before EMIT CHANGES';
  if (here === 'WITH' && isQuery && words[0] === 'CREATE' && words.includes('AS'))
    return 'WITH stands before the query: CREATE STREAM name WITH (...) AS SELECT ...';
  if (here === 'SELECT' && before === ')' && words[0] === 'CREATE' && !isQueryBefore(words, index))
    return 'AS stands before the query: CREATE STREAM name WITH (...) AS SELECT ...';
  const position = CLAUSES.indexOf(here);
  const later = CLAUSES.slice(position + 1).some((clause) => words.lastIndexOf(clause, index - 1) > 0);
  return position > 1 && later ? ORDER : undefined;
};

const isQueryBefore = (words: readonly string[], index: number): boolean =>
  words.slice(0, index).includes('SELECT');

/** Words behind which a name stands, which may be that of a statement. */
const BEFORE_NAMES = /^([(,.]|STREAM|TABLE|TYPE|EXISTS|AS|INTO|FROM|JOIN|EXPLAIN|DESCRIBE|COLUMN|ADD)$/;

/** A statement that goes on with the first word of another one. */
export const hintForSeparator: HintRule = ({ here, index, before, vocabulary }) =>
  index > 1 && vocabulary.statementWords.includes(here) && !BEFORE_NAMES.test(before)
    ? `a semicolon ends the statement before ${here}`
    : undefined;

/** Two names without a comma between them: the second was read as the alias of the first. */
const commas: HintRule = ({ words, images, imageAt, index, here, before, next, vocabulary, holds }) => {
  const list = words.slice(0, index);
  const inSelect = list.lastIndexOf('SELECT') > list.lastIndexOf('FROM');
  const isItem = isWord(here) && !vocabulary.isReserved(here) && [',', 'FROM'].includes(next);
  if (here === '[' && before === 'AS') return `names have no brackets: ${imageAt(index + 1)}`;
  if (isText(here) && (before === 'AS' || /^(CREATE|DROP|DESCRIBE|FROM|JOIN|STREAM|TABLE)$/.test(before)))
    return `names have no single quotes: ${unquoted(images[index] ?? '')}`;
  const isMissing = inSelect && isItem && isWord(before) && before !== 'SELECT';
  if (isMissing && holds({ at: index, remove: 0, insert: ',', past: 2 }))
    return `a comma stands between columns: ${imageAt(index - 1)}, ${imageAt(index)}`;
  return undefined;
};

/** What a query has elsewhere, or in another order. */
export const hintForClause = firstOf([combined, limits, selected, rowSources, sources, order, commas]);

/** Whether only names stand between the last FROM and this place. */
function standsInFrom(words: readonly string[], index: number): boolean {
  for (let at = index - 1; at >= 0; at--) {
    const word = words[at] ?? '';
    if (word === 'FROM') return true;
    if (!/^[\w`"]/.test(word) || /^(ON|WHERE|GROUP|HAVING|PARTITION|WINDOW|SELECT|LIMIT|EMIT)$/.test(word))
      return false;
  }
  return false;
}
