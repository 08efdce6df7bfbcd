import { type HintRule, isText, isWord, type Place, unquoted } from './place.ts';

/** Statements of other dialects, and parts of ours that stand elsewhere there. */

const NO_DATABASES = 'there are no databases: a stream or table is named as it is';
const NO_TRANSACTIONS = 'there are no transactions: each statement stands for itself';
const NO_PERMISSIONS = 'there are no permissions';
export const SUBQUERY =
  'a query that another one reads has a name of its own: CREATE STREAM name AS SELECT ...';
const SHELL_WORD = 'it is a word of the shell, written without a semicolon: millrace sql';

const PROCEDURES = 'there are no procedures: functions stand in queries, and SHOW FUNCTIONS lists them';
const VARIABLES = "what changes in a statement is a variable: DEFINE name = 'value', and then ${name}";
const KEPT = 'tables are kept up to date and tidy by themselves';
const ROWS_AS_THEY_COME = 'rows are shown as they come by SELECT * FROM name EMIT CHANGES';
const ONE_EACH = 'each has a statement of its own';

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
  FUNCTION: 'functions are those that SHOW FUNCTIONS lists',
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

const RUNNING = 'what runs is shown by SHOW QUERIES';

const SHOWN: Readonly<Record<string, string>> = {
  DATABASES: NO_DATABASES,
  SCHEMAS: NO_DATABASES,
  COLUMNS: 'the columns of a stream or table are shown by DESCRIBE name',
  FIELDS: 'the columns of a stream or table are shown by DESCRIBE name',
  CREATE: 'the statement that made a stream or table is shown by DESCRIBE name EXTENDED',
  INDEX: 'a table is read by its key, which DESCRIBE name shows',
  INDEXES: 'a table is read by its key, which DESCRIBE name shows',
  VIEWS: 'what a query keeps up to date is among SHOW TABLES',
  PROCESSLIST: RUNNING,
  JOBS: RUNNING,
  STATUS: RUNNING,
  CATALOGS: NO_DATABASES,
  SETTINGS: 'what is set is shown by SHOW PROPERTIES',
  USERS: NO_PERMISSIONS,
  GRANTS: NO_PERMISSIONS,
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

const show: HintRule = ({ words, here, before, next, index }) => {
  if (!['SHOW', 'LIST'].includes(words[0] ?? '')) return undefined;
  if (index === 1 && Object.hasOwn(SHOWN, here)) return SHOWN[here];
  if (here === 'FULL') return `leave FULL out: SHOW ${next}`;
  if (before === 'ALL' && here !== '' && index === 2) return `leave ALL out: SHOW ${here}`;
  return index === 2 && here !== '' ? `all of them are listed: SHOW ${before}` : undefined;
};

/** What DESCRIBE is followed by elsewhere, by what shows it. */
const DESCRIBED: Readonly<Record<string, string>> = {
  TOPIC: 'the records of a topic are shown by PRINT name, and SHOW TOPICS lists them',
  TYPE: 'types are shown by SHOW TYPES',
  QUERY: 'a query that runs is shown by EXPLAIN id',
  SELECT: 'the plan of a query is shown by EXPLAIN SELECT ...',
};

const describe: HintRule = ({ words, images, imageAt, here, before, index }) => {
  if (words[0] !== 'DESCRIBE') return undefined;
  if (here === ',') return ONE_EACH;
  if (words[1] === 'FUNCTION' && isText(here))
    return `names have no single quotes: ${unquoted(images[index] ?? '')}`;
  if (words[1] === 'FUNCTION' && here === '(') return `the name alone says it: DESCRIBE FUNCTION ${before}`;
  const what = index === 1 ? here : before;
  if (index <= 2 && Object.hasOwn(DESCRIBED, what)) return DESCRIBED[what];
  if (index === 1 && ['STREAM', 'TABLE'].includes(here))
    return `the name alone says it: DESCRIBE ${imageAt(2)}`;
  if (before === 'FORMATTED') return `EXTENDED stands behind the name: DESCRIBE ${imageAt(index)} EXTENDED`;
  return index === 1 && here === 'EXTENDED' && images[2] !== undefined
    ? `EXTENDED stands behind the name: DESCRIBE ${imageAt(2)} EXTENDED`
    : undefined;
};

const queryControl: HintRule = ({ words, images, imageAt, here, index }) => {
  const [first = ''] = words;
  if (!['TERMINATE', 'PAUSE', 'RESUME'].includes(first)) return undefined;
  if (here === 'QUERIES' || here === '*') return `it is ${first} ALL`;
  if (here === ',') return ONE_EACH;
  if (words[1] === 'IF') return `the id alone says it: ${first} ${imageAt(images.length - 1)}`;
  if (isText(here)) return `names have no single quotes: ${unquoted(images[index] ?? '')}`;
  if (here === '') return 'SHOW QUERIES lists the ids of those that run';
  return here === 'QUERY' && images[2] !== undefined
    ? `the id alone says it: ${first} ${imageAt(2)}`
    : undefined;
};

const explain: HintRule = ({ words, images, here, index }) => {
  if (words[0] !== 'EXPLAIN') return undefined;
  if (index === 1 && isText(here)) return `names have no single quotes: ${unquoted(images[1] ?? '')}`;
  if (index === 1 && here === 'QUERY') return `the id alone says it: EXPLAIN ${images[2] ?? 'id'}`;
  if (here === '' && index === 1)
    return 'it shows a query: EXPLAIN SELECT ..., or EXPLAIN id of one that runs';
  const isOption = ['ANALYZE', 'PLAN', 'EXTENDED', 'VERBOSE', 'FORMAT'].includes(words[1] ?? '');
  return (index === 2 && isOption) || (index === 1 && here === '(')
    ? 'the query stands behind it: EXPLAIN SELECT ...'
    : undefined;
};

const print: HintRule = ({ words, images, before, here, index }) => {
  if (words[0] !== 'PRINT') return undefined;
  if (here === '' && index === 1) return 'it shows the records of a topic: PRINT name FROM BEGINNING';
  if (['TOPIC', 'STREAM', 'TABLE'].includes(here) && index === 1)
    return `the name alone says it: PRINT ${images[2] ?? 'name'}`;
  if (here === 'SELECT' && index === 1) return 'a query is run without a word before it: SELECT ...';
  if (here === ',') return ONE_EACH;
  if (here === 'WHERE') return 'rows are chosen by a query: SELECT * FROM name WHERE ... EMIT CHANGES';
  if (here === 'EMIT') return 'records are printed as they come: leave EMIT CHANGES out';
  if (here === 'INTERVAL' && words.includes('LIMIT')) return 'INTERVAL stands before LIMIT';
  if (['INTERVAL', 'SAMPLE', 'LIMIT'].includes(before)) return `a whole number stands behind it: ${before} 1`;
  if (before !== 'FROM') return undefined;
  return /^'BEGINNING'$/.test(here) ? 'it is FROM BEGINNING' : PRINTED_FROM.get(here);
};

const AS_THEY_COME = 'rows are printed as they come, or FROM BEGINNING';
const PRINTED_FROM: ReadonlyMap<string, string> = new Map(
  ['END', 'NOW', 'LATEST', 'EARLIEST', 'START', 'OFFSET'].map((word) => [word, AS_THEY_COME]),
);

const assertion: HintRule = ({ words, here, index }) => {
  if (words[0] !== 'ASSERT' || index !== 1) return undefined;
  return here === 'TOMBSTONE'
    ? 'it is ASSERT NULL VALUES name (id) KEY (1)'
    : 'ASSERT VALUES, STREAM and TABLE stand in test files, which `millrace test PATH` runs';
};

const textOf = (value: string): string => `'${unquoted(value)}'`;

const define: HintRule = ({ words, images, imageAt, here, before, index }) => {
  if (here === ':=') return `it is one sign: DEFINE ${imageAt(1)} = ${imageAt(index + 1)}`;
  const [first = ''] = words;
  if (first !== 'DEFINE' && first !== 'UNDEFINE') return undefined;
  if (index === 1 && isText(here)) return `names have no single quotes: ${unquoted(images[1] ?? '')}`;
  if (first === 'UNDEFINE') return undefined;
  if (here === ',') return ONE_EACH;
  if (before === '=') return `a value is a text: DEFINE ${imageAt(1)} = ${textOf(images[index] ?? 'value')}`;
  return index === 2
    ? `a value is a text: DEFINE ${imageAt(1)} = ${textOf(images[2] ?? 'value')}`
    : undefined;
};

/** SET and UNSET. */
const session: HintRule = (place) => {
  const { words, here, index } = place;
  if (words[0] === 'SET') return set(place);
  if (words[0] !== 'UNSET') return undefined;
  if (here === '' && index === 1) return `the name is a text: UNSET ${EXAMPLE}`;
  const name = nameOf(place, { start: 1, end: words.length });
  return name === undefined ? undefined : `the name is a text: UNSET '${name}'`;
};

const SETTINGS =
  "a setting has a name with dots: SET 'auto.offset.reset'='earliest'; SHOW PROPERTIES lists them";

/** What is set elsewhere. */
const SETS: Readonly<Record<string, string>> = {
  TIME: 'times are in UTC, and there is no zone of a session: leave it out',
  TIMEZONE: 'times are in UTC, and there is no zone of a session: leave it out',
  TIME_ZONE: 'times are in UTC, and there is no zone of a session: leave it out',
  NAMES: 'texts are UTF-8: leave it out',
  CHARACTER: 'texts are UTF-8: leave it out',
  CHARSET: 'texts are UTF-8: leave it out',
  AUTOCOMMIT: NO_TRANSACTIONS,
  TRANSACTION: NO_TRANSACTIONS,
  CONSTRAINTS: NO_TRANSACTIONS,
  ROLE: NO_PERMISSIONS,
  PASSWORD: NO_PERMISSIONS,
  SCHEMA: NO_DATABASES,
  CATALOG: NO_DATABASES,
  SEARCH_PATH: NO_DATABASES,
};

const SCOPES: ReadonlySet<string> = new Set(['SESSION', 'GLOBAL', 'LOCAL', 'PERSIST']);
const EXAMPLE = "'auto.offset.reset'";

const set: HintRule = (place) => {
  const { words, images, here } = place;
  const [, second = ''] = words;
  const start = SCOPES.has(second) && words[2] !== '=' ? 2 : 1;
  const subject = words[start] ?? '';
  if (Object.hasOwn(SETS, subject)) return SETS[subject];
  if (subject === '') return `name and value are texts: SET ${EXAMPLE}='value'`;
  const sign = words.findIndex((word, at) => at > start && (word === '=' || word === 'TO'));
  const isApart = sign === -1 && isText(images[start] ?? '');
  const end = isApart ? start + 1 : sign === -1 ? words.length : sign;
  const name = nameOf(place, { start, end });
  if (name === undefined || !name.includes('.')) return SETTINGS;
  const text = place.written(isApart || sign === -1 ? end : end + 1, images.length);
  if (text === '') return `name and value are texts: SET '${name}'='value'`;
  return isText(text) && here === ''
    ? undefined
    : `name and value are texts: SET '${name}'='${unquoted(text)}'`;
};

/** The name of a setting as it is written; undefined where that is more than one name. */
function nameOf(
  { written }: Place,
  { start, end }: { readonly start: number; readonly end: number },
): string | undefined {
  const name = unquoted(written(start, end));
  return /^[\w.@-]+$/.test(name) ? name : undefined;
}

/** A name behind that of a database. */
const databases: HintRule = ({ words, imageAt, here, index, back }) =>
  here === '.' &&
  /^(CREATE|INSERT|DROP|DESCRIBE|ALTER|PRINT)$/.test(words[0] ?? '') &&
  /^(STREAM|TABLE|TYPE|EXISTS|INTO|DESCRIBE)$/.test(back(2))
    ? `there are no databases: ${back(2)} ${imageAt(index + 1)}`
    : undefined;

const RULES: readonly HintRule[] = [
  databases,
  createOrDrop,
  createType,
  insert,
  alter,
  show,
  describe,
  queryControl,
  explain,
  print,
  assertion,
  define,
  session,
];

/** What a statement has elsewhere, or in another form. */
export function hintForForm(place: Place): string | undefined {
  for (const rule of RULES) {
    const hint = rule(place);
    if (hint !== undefined) return hint;
  }
  return undefined;
}
