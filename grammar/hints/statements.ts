import { NO_DATABASES, NO_PERMISSIONS, NO_TRANSACTIONS } from './absent.ts';
import { firstOf, type HintRule, isWord } from './place.ts';

/** Statements of other dialects, and parts of those that make, fill and change things. */

export const SUBQUERY =
  'a query that another one reads has a name of its own: CREATE STREAM name AS SELECT ...';
const SHELL_WORD = 'it is a word of the shell, written without a semicolon: millrace sql';

const PROCEDURES = 'there are no procedures: functions stand in queries, and SHOW FUNCTIONS lists them';
const VARIABLES = "what changes in a statement is a variable: DEFINE name = 'value', and then ${name}";
const KEPT = 'tables are kept up to date and tidy by themselves';
const ROWS_AS_THEY_COME = 'rows are shown as they come by SELECT * FROM name EMIT CHANGES';

/** Words that begin a statement elsewhere. */
const STATEMENTS: Readonly<Record<string, string>> = {
  UPDATE: 'a row of a table is replaced by the next one with its key: INSERT INTO name (...) VALUES (...)',
  UPSERT: 'INSERT INTO a table replaces the row that has the same key',
  REPLACE: 'INSERT INTO a table replaces the row that has the same key',
  MERGE: 'INSERT INTO a table replaces the row that has the same key',
  DELETE:
    'a row of a table is deleted by a record with its key and no value: millrace produce TOPIC --key-separator : --null-marker NULL',
  TRUNCATE: 'drop it with its records, and create it again: DROP TABLE name DELETE TOPIC',
  USE: NO_DATABASES,
  BEGIN: NO_TRANSACTIONS,
  START: NO_TRANSACTIONS,
  COMMIT: NO_TRANSACTIONS,
  ROLLBACK: NO_TRANSACTIONS,
  GRANT: NO_PERMISSIONS,
  REVOKE: NO_PERMISSIONS,
  WITH: SUBQUERY,
  VALUES: 'rows go into a stream or table: INSERT INTO name VALUES (...)',
  ANALYZE: 'EXPLAIN shows the plan of a query, with its statistics while it runs',
  DESC: 'it is DESCRIBE name',
  STOP: 'a query is ended by TERMINATE id, and held by PAUSE id',
  KILL: 'a query is ended by TERMINATE id, and held by PAUSE id',
  CANCEL: 'a query is ended by TERMINATE id, and held by PAUSE id',
  RENAME: 'a source keeps its name: make another one with CREATE STREAM name AS SELECT * FROM ...',
  COPY: 'files go into a topic with: millrace produce TOPIC',
  LOAD: 'files go into a topic with: millrace produce TOPIC',
  CALL: PROCEDURES,
  DO: PROCEDURES,
  EXEC: PROCEDURES,
  EXECUTE: 'each INSERT INTO name SELECT ... is a query of its own, which goes on until TERMINATE id',
  PREPARE: VARIABLES,
  DEALLOCATE: VARIABLES,
  DECLARE: VARIABLES,
  RESET: "a property of the session is taken back by UNSET 'auto.offset.reset'",
  SUSPEND: 'a query is ended by TERMINATE id, and held by PAUSE id',
  SAVEPOINT: NO_TRANSACTIONS,
  RELEASE: NO_TRANSACTIONS,
  LOCK: NO_TRANSACTIONS,
  UNLOCK: NO_TRANSACTIONS,
  VACUUM: KEPT,
  OPTIMIZE: KEPT,
  REINDEX: KEPT,
  REFRESH: KEPT,
  FLUSH: KEPT,
  CHECKPOINT: KEPT,
  COMMENT: 'a comment begins with --',
  LISTEN: ROWS_AS_THEY_COME,
  SUBSCRIBE: ROWS_AS_THEY_COME,
  FETCH: ROWS_AS_THEY_COME,
  FROM: ROWS_AS_THEY_COME,
  TABLE: ROWS_AS_THEY_COME,
  SOURCE: "the shell runs a file of statements with: run script 'PATH'",
  HELP: SHELL_WORD,
  EXIT: SHELL_WORD,
  QUIT: SHELL_WORD,
  CLEAR: SHELL_WORD,
  OUTPUT: SHELL_WORD,
  HISTORY: SHELL_WORD,
  VERSION: SHELL_WORD,
  SERVER: SHELL_WORD,
  '/': 'a comment begins with --',
};

const VIEW = 'CREATE TABLE name AS SELECT ... is kept up to date as its sources change';
const SESSION_ONLY =
  'what is only of one session is a query: SELECT ... EMIT CHANGES; others stay until DROP';

/** What CREATE and DROP are followed by elsewhere. */
const OBJECTS: Readonly<Record<string, string>> = {
  VIEW,
  MATERIALIZED: VIEW,
  INDEX: 'a table is read fast by its key: group or partition by what you ask for',
  UNIQUE: 'a table is read fast by its key: group or partition by what you ask for',
  DATABASE: NO_DATABASES,
  SCHEMA: 'there are no schemas: a stream or table is named as it is',
  FUNCTION: "CREATE FUNCTION name(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'x + 1'",
  USER: NO_PERMISSIONS,
  ROLE: NO_PERMISSIONS,
  TEMPORARY: SESSION_ONLY,
  TEMP: SESSION_ONLY,
  EXTERNAL: 'each table is over a topic: CREATE TABLE name (...) WITH (KAFKA_TOPIC=...)',
};

const CREATED: Readonly<Record<string, string>> = {
  ...OBJECTS,
  TOPIC:
    "CREATE STREAM name (...) WITH (KAFKA_TOPIC='...', PARTITIONS=1) creates its topic, and millrace topic create any",
  IF: 'IF NOT EXISTS stands before the name: CREATE STREAM IF NOT EXISTS name ...',
  CONNECTOR: 'there are no connectors: records come from clients of Kafka, and millrace produce TOPIC',
  DOMAIN: 'a name for a type is made by CREATE TYPE name AS INT',
};

const DROPPED: Readonly<Record<string, string>> = {
  ...OBJECTS,
  TOPIC: 'a topic is dropped with its stream or table: DROP STREAM name DELETE TOPIC',
  QUERY: 'a query is ended by TERMINATE id',
  IF: 'IF EXISTS stands before the name: DROP STREAM IF EXISTS name',
};

const ALTERED = 'columns can be added, and nothing else changed: ALTER TABLE name ADD COLUMN column INT';

/** What there is instead of the word that a statement begins with. */
export function hintForStatement(word: string): string | undefined {
  const key = word.toUpperCase();
  return Object.hasOwn(STATEMENTS, key) ? STATEMENTS[key] : undefined;
}

const createOrDrop: HintRule = ({ words, imageAt, here, before, back, index }) => {
  const [first] = words;
  const isObject = before === first || (before === 'REPLACE' && back(2) === 'OR');
  if (first === 'CREATE' && isObject && Object.hasOwn(CREATED, here)) return CREATED[here];
  if (before === 'REPLACE' && here === 'TYPE') return 'drop it first, and create it again: DROP TYPE name';
  if (first === 'DROP' && isObject && Object.hasOwn(DROPPED, here)) return DROPPED[here];
  if (first === 'DROP' && before === 'DROP' && isWord(here))
    return `say what it is: DROP STREAM ${imageAt(1)}, or DROP TABLE ${imageAt(1)}`;
  if (first === 'DROP' && ['CASCADE', 'RESTRICT'].includes(here))
    return 'what reads it is dropped first: DROP has no CASCADE';
  if (index === 3 && here === 'IF') {
    const exists = first === 'CREATE' ? 'IF NOT EXISTS' : 'IF EXISTS';
    return `${exists} stands before the name: ${first} ${words[1]} ${exists} ${imageAt(2)}`;
  }
  return undefined;
};

/** A type as PostgreSQL makes it. */
const createType: HintRule = ({ words, images, imageAt, here, before, back, index }) => {
  if (words[0] !== 'CREATE' || words[1] !== 'TYPE') return undefined;
  if (before === '(' && back(2) === 'ENUM')
    return `a few texts are a STRING: CREATE TYPE ${imageAt(2)} AS STRING`;
  if (here !== '(' || index > 4) return undefined;
  const fields = images.slice(index + 1, words.indexOf(')', index));
  return `a type of several fields is a struct: CREATE TYPE ${imageAt(2)} AS STRUCT<${fields.join(' ').replaceAll(' ,', ',')}>`;
};

const insert: HintRule = (place) => {
  const { words, here, before, next, images, imageAt, index } = place;
  if (words[0] !== 'INSERT') return undefined;
  const name = images[2] ?? 'name';
  if (here === 'OVERWRITE') return 'rows are added: INSERT INTO name SELECT ...';
  if (index === 1 && here !== 'INTO') return `INTO stands before the name: INSERT INTO ${imageAt(1)}`;
  if (index === 2 && ['TABLE', 'STREAM'].includes(here))
    return `the name alone says it: INSERT INTO ${imageAt(3)}`;
  if (here === 'SET') return `columns stand before their values: INSERT INTO ${name} (a, b) VALUES (1, 2)`;
  if (here === ',' && before === ')' && words.includes('VALUES'))
    return `each row has a statement of its own: INSERT INTO ${name} ... VALUES (1, 2); INSERT INTO ${name} ... VALUES (3, 4)`;
  if (here === 'SELECT' || (here === '(' && next === 'SELECT'))
    return `the columns of a query are named in it: INSERT INTO ${name} SELECT a AS b, ...`;
  return undefined;
};

const alter: HintRule = ({ words, index, here, back, before }) => {
  if (words[0] !== 'ALTER') return undefined;
  if (index === 3) return ALTERED;
  if (back(1) === ',') return 'ADD COLUMN stands before each: ADD COLUMN a INT, ADD COLUMN b INT';
  return here === '(' && ['COLUMN', 'ADD'].includes(before)
    ? 'a column stands without parentheses: ADD COLUMN a INT'
    : undefined;
};

/** A name behind that of a database. */
const databases: HintRule = ({ words, imageAt, here, index, back }) =>
  here === '.' &&
  /^(CREATE|INSERT|DROP|DESCRIBE|ALTER|PRINT)$/.test(words[0] ?? '') &&
  /^(STREAM|TABLE|TYPE|EXISTS|INTO|DESCRIBE)$/.test(back(2))
    ? `there are no databases: ${back(2)} ${imageAt(index + 1)}`
    : undefined;

/** What a statement has elsewhere, or in another form. */
export const hintForForm = firstOf([databases, createOrDrop, createType, insert, alter]);
