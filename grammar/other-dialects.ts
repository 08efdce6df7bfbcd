/**
 * Words of other SQL dialects that people write here, and what there is instead. They are hints to syntax errors: the parser
 * knows nothing of them.
 */
import type { IToken } from 'chevrotain';
import { hintForWindowOrJoin, JOIN } from './window-hints.ts';

/** Words that begin a statement elsewhere. */
const STATEMENTS: Readonly<Record<string, string>> = {
  UPDATE: 'a row of a table is replaced by the next one with its key: INSERT INTO name (...) VALUES (...)',
  UPSERT: 'INSERT INTO a table replaces the row that has the same key',
  MERGE: 'INSERT INTO a table replaces the row that has the same key',
  DELETE:
    'a row of a table is deleted by a record with its key and no value: millrace produce TOPIC --key-separator : --null-marker NULL',
  TRUNCATE: 'drop it with its records, and create it again: DROP TABLE name DELETE TOPIC',
  USE: 'there are no databases: a stream or table is named as it is',
  BEGIN: 'there are no transactions: each statement stands for itself',
  COMMIT: 'there are no transactions: each statement stands for itself',
  ROLLBACK: 'there are no transactions: each statement stands for itself',
  GRANT: 'there are no permissions',
  REVOKE: 'there are no permissions',
  WITH: 'a query that another one reads has a name of its own: CREATE STREAM name AS SELECT ...',
  VALUES: 'rows go into a stream or table: INSERT INTO name VALUES (...)',
  ANALYZE: 'EXPLAIN shows the plan of a query, with its statistics while it runs',
  DESC: 'it is DESCRIBE name',
};

/** What CREATE and DROP are followed by elsewhere. */
const OBJECTS: Readonly<Record<string, string>> = {
  VIEW: 'CREATE TABLE name AS SELECT ... is kept up to date as its sources change',
  MATERIALIZED: 'CREATE TABLE name AS SELECT ... is kept up to date as its sources change',
  INDEX: 'a table is read fast by its key: group or partition by what you ask for',
  DATABASE: 'there are no databases: a stream or table is named as it is',
  SCHEMA: 'there are no schemas: a stream or table is named as it is',
  FUNCTION: 'functions are those that SHOW FUNCTIONS lists',
  TOPIC:
    "CREATE STREAM name (...) WITH (KAFKA_TOPIC='...', PARTITIONS=1) creates its topic, and millrace topic create any",
};

const SUBQUERY = 'a query that another one reads has a name of its own: CREATE STREAM name AS SELECT ...';
const NO_ORDER = 'there is no ORDER BY: rows come as they change';

/** What there is instead of the word that a statement begins with. */
export function hintForStatement(word: string): string | undefined {
  const key = word.toUpperCase();
  return Object.hasOwn(STATEMENTS, key) ? STATEMENTS[key] : undefined;
}

/**
 * What there is instead of what stands at a place of a statement, which is its end where no token is given; undefined where
 * nothing is known of it.
 */
export function hintAt(token: IToken | undefined, tokens: readonly IToken[]): string | undefined {
  const index = token === undefined ? tokens.length : tokens.indexOf(token);
  const word = (at: number): string => tokens[at]?.image.toUpperCase() ?? '';
  const here = word(index);
  // Where nothing forbids it, the first word of an unknown clause has been read as an alias.
  const before = word(index - 1);
  if (here === 'ORDER' || (here === 'BY' && before === 'ORDER')) return NO_ORDER;
  if (here === 'DISTINCT' && before === 'SELECT')
    return 'there is no SELECT DISTINCT: GROUP BY the columns, in a table';
  if (here === '(' && before === 'DISTINCT') return 'a count of different values is COUNT_DISTINCT(column)';
  if (here === 'OFFSET') return 'there is no OFFSET: LIMIT takes the first rows that come';
  if (before === 'OVER' || here === 'OVER')
    return 'windows are of time, and of the whole query: FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ...';
  if (SET_OPERATORS.has(before) || (before === 'ALL' && SET_OPERATORS.has(word(index - 2))))
    return 'several queries write into one stream with INSERT INTO name SELECT ...';
  if ((before === 'CREATE' || before === 'DROP') && Object.hasOwn(OBJECTS, here)) return OBJECTS[here];
  if (before === 'FROM' && here === '(') return SUBQUERY;
  if ((before === 'IN' || before === '(') && here === 'SELECT') return SUBQUERY;
  if (here === ',' && standsInFrom(tokens, index)) return JOIN;
  const property = hintForProperty(tokens, index);
  if (property !== undefined) return property;
  if (here === '.') return `the fields of a struct are read with an arrow: ${before}->${word(index + 1)}`;
  if (before === 'DECIMAL') return 'DECIMAL(10, 2) has 10 digits, 2 of them after the point';
  return hintForWindowOrJoin(tokens, index);
}

/** What is wrong with a property of a WITH clause as it is written. */
function hintForProperty(tokens: readonly IToken[], index: number): string | undefined {
  const image = (at: number): string => tokens[at]?.image ?? '';
  if (!standsInWith(tokens, index)) return undefined;
  if (/^\w/.test(image(index)) && image(index + 1) === '=') return 'a comma stands between properties';
  if (image(index - 1) !== '=' || !/^[\w"`]/.test(image(index))) return undefined;
  const text = image(index).replaceAll(/["`]/g, '');
  return `a text is written in single quotes: ${image(index - 2).toUpperCase()}='${text}'`;
}

/** Whether a place is between the parentheses of a WITH clause. */
function standsInWith(tokens: readonly IToken[], index: number): boolean {
  for (let at = index - 1; at > 0; at--) {
    const image = tokens[at]?.image;
    if (image === ')') return false;
    if (image === '(') return tokens[at - 1]?.image.toUpperCase() === 'WITH';
  }
  return false;
}

const SET_OPERATORS: ReadonlySet<string> = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'MINUS']);

/** Whether only names stand between the last FROM and this token. */
function standsInFrom(tokens: readonly IToken[], index: number): boolean {
  for (let at = index - 1; at >= 0; at--) {
    const image = tokens[at]?.image ?? '';
    if (image.toUpperCase() === 'FROM') return true;
    if (!/^[\w`"]/.test(image) || /^(ON|WHERE|GROUP|HAVING|PARTITION|WINDOW|SELECT)$/i.test(image))
      return false;
  }
  return false;
}
