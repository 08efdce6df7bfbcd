import { NO_DATABASES, NO_PERMISSIONS, ONE_EACH } from './absent.ts';
import { firstOf, type HintRule, isText, unquoted } from './place.ts';

/** Statements that show what there is, or end and hold what runs. */

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

export const hintForInspection = firstOf([show, describe, queryControl, explain, print, assertion]);
