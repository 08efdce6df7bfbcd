import { type HintRule, isText, isWord, type Place } from './place.ts';

/** Statements of other dialects, and parts of ours that stand elsewhere there. */

const NO_DATABASES = 'there are no databases: a stream or table is named as it is';
const NO_TRANSACTIONS = 'there are no transactions: each statement stands for itself';
const NO_PERMISSIONS = 'there are no permissions';
export const SUBQUERY =
  'a query that another one reads has a name of its own: CREATE STREAM name AS SELECT ...';
const SHELL_WORD = 'it is a word of the shell, written without a semicolon: millrace sql';

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
  CALL: 'there are no procedures: functions stand in queries, and SHOW FUNCTIONS lists them',
  HELP: SHELL_WORD,
  EXIT: SHELL_WORD,
  QUIT: SHELL_WORD,
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
};

const DROPPED: Readonly<Record<string, string>> = {
  ...OBJECTS,
  TOPIC: 'a topic is dropped with its stream or table: DROP STREAM name DELETE TOPIC',
  QUERY: 'a query is ended by TERMINATE id',
  IF: 'IF EXISTS stands before the name: DROP STREAM IF EXISTS name',
};

const SHOWN: Readonly<Record<string, string>> = {
  DATABASES: NO_DATABASES,
  SCHEMAS: NO_DATABASES,
  COLUMNS: 'the columns of a stream or table are shown by DESCRIBE name',
  FIELDS: 'the columns of a stream or table are shown by DESCRIBE name',
  CREATE: 'the statement that made a stream or table is shown by DESCRIBE name EXTENDED',
  INDEX: 'a table is read by its key, which DESCRIBE name shows',
  INDEXES: 'a table is read by its key, which DESCRIBE name shows',
  VIEWS: 'what a query keeps up to date is among SHOW TABLES',
  PROCESSLIST: 'what runs is shown by SHOW QUERIES',
  USERS: NO_PERMISSIONS,
  GRANTS: NO_PERMISSIONS,
};

const ALTERED = 'columns can be added, and nothing else changed: ALTER TABLE name ADD COLUMN column INT';

/** What there is instead of the word that a statement begins with. */
export function hintForStatement(word: string): string | undefined {
  const key = word.toUpperCase();
  return Object.hasOwn(STATEMENTS, key) ? STATEMENTS[key] : undefined;
}

const createOrDrop: HintRule = ({ words, images, here, before, back, index }) => {
  const [first] = words;
  const isObject = before === first || (before === 'REPLACE' && back(2) === 'OR');
  if (first === 'CREATE' && isObject && Object.hasOwn(CREATED, here)) return CREATED[here];
  if (first === 'DROP' && isObject && Object.hasOwn(DROPPED, here)) return DROPPED[here];
  if (first === 'DROP' && before === 'DROP' && isWord(here))
    return `say what it is: DROP STREAM ${images[1]}, or DROP TABLE ${images[1]}`;
  if (first === 'DROP' && ['CASCADE', 'RESTRICT'].includes(here))
    return 'what reads it is dropped first: DROP has no CASCADE';
  if (index === 3 && here === 'IF') {
    const exists = first === 'CREATE' ? 'IF NOT EXISTS' : 'IF EXISTS';
    return `${exists} stands before the name: ${first} ${words[1]} ${exists} ${images[2]}`;
  }
  return undefined;
};

const insert: HintRule = (place) => {
  const { words, here, before, next, images, index } = place;
  if (words[0] !== 'INSERT') return undefined;
  const name = images[2] ?? 'name';
  if (here === 'OVERWRITE') return 'rows are added: INSERT INTO name SELECT ...';
  if (index === 1 && here !== 'INTO') return `INTO stands before the name: INSERT INTO ${images[1]}`;
  if (index === 2 && ['TABLE', 'STREAM'].includes(here))
    return `the name alone says it: INSERT INTO ${images[3]}`;
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

const show: HintRule = ({ here, before, index }) =>
  index === 1 && ['SHOW', 'LIST'].includes(before) && Object.hasOwn(SHOWN, here) ? SHOWN[here] : undefined;

const describe: HintRule = ({ words, images, here, index }) => {
  if (words[0] !== 'DESCRIBE' || index !== 1) return undefined;
  if (['STREAM', 'TABLE'].includes(here)) return `the name alone says it: DESCRIBE ${images[2]}`;
  return here === 'EXTENDED' && images[2] !== undefined
    ? `EXTENDED stands behind the name: DESCRIBE ${images[2]} EXTENDED`
    : undefined;
};

const queryControl: HintRule = ({ words, images, here, index }) => {
  const [first = ''] = words;
  if (index !== 1 || !['TERMINATE', 'PAUSE', 'RESUME'].includes(first)) return undefined;
  if (here === 'QUERIES') return `it is ${first} ALL`;
  return here === 'QUERY' && images[2] !== undefined
    ? `the id alone says it: ${first} ${images[2]}`
    : undefined;
};

const explain: HintRule = ({ words, index }) =>
  words[0] === 'EXPLAIN' && index === 2 && ['ANALYZE', 'PLAN', 'EXTENDED', 'VERBOSE'].includes(words[1] ?? '')
    ? 'the query stands behind it: EXPLAIN SELECT ...'
    : undefined;

const print: HintRule = ({ words, before, here }) =>
  words[0] === 'PRINT' && before === 'FROM' && ['END', 'NOW', 'LATEST', 'EARLIEST', 'START'].includes(here)
    ? 'rows are printed as they come, or FROM BEGINNING'
    : undefined;

/** SET, UNSET and DEFINE. */
const session: HintRule = ({ words, images, here, before, index }) => {
  const [first = ''] = words;
  const shown = (value: string): string => `'${value.replaceAll(/^['"`]|['"`]$/g, '')}'`;
  if (here === ':=') return `it is one sign: DEFINE ${images[1]} = ${images[index + 1]}`;
  if (first === 'DEFINE')
    return before === '='
      ? `a value is a text: DEFINE ${images[1]} = ${shown(images[index] ?? '')}`
      : undefined;
  if (first !== 'SET' && first !== 'UNSET') return undefined;
  const equals = words.indexOf('=');
  const end = equals === -1 ? words.length : equals;
  const name = isText(images[1] ?? '') ? (images[1] ?? '') : shown(images.slice(1, end).join(''));
  if (first === 'UNSET') return `the name is a text: UNSET ${name}`;
  const value = equals === -1 ? images.at(-1) : images[equals + 1];
  const isLast = here !== '' && value !== undefined && value !== images[1];
  return isLast ? `name and value are texts: SET ${name}=${shown(value)}` : undefined;
};

const RULES: readonly HintRule[] = [
  createOrDrop,
  insert,
  alter,
  show,
  describe,
  queryControl,
  explain,
  print,
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
