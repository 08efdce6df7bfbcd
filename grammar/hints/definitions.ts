import { firstOf, type HintRule, isText, isWord, openParenthesis, type Place, unquoted } from './place.ts';

/** Columns, types and properties of CREATE as other dialects write them. */

const NULLABLE = 'columns may be NULL, and the columns of a PRIMARY KEY are not: leave it out';
const NO_CONSTRAINTS =
  'rows are not checked when they come: choose them with WHERE in CREATE STREAM name AS SELECT ...';

/** What stands behind a column's type elsewhere. */
const CONSTRAINTS: Readonly<Record<string, string>> = {
  NOT: NULLABLE,
  NULL: NULLABLE,
  DEFAULT: 'what is not given is NULL: IFNULL(a, 0) puts a value there in a query',
  UNIQUE: 'of a table the PRIMARY KEY is unique, and nothing else: leave UNIQUE out',
  AUTO_INCREMENT: 'keys come with the rows: leave AUTO_INCREMENT out',
  AUTOINCREMENT: 'keys come with the rows: leave AUTOINCREMENT out',
  IDENTITY: 'keys come with the rows: leave IDENTITY out',
  GENERATED: 'columns are computed in a query: CREATE STREAM name AS SELECT a, a + 1 AS b FROM ...',
  AS: 'columns are computed in a query: CREATE STREAM name AS SELECT a, a + 1 AS b FROM ...',
  REFERENCES: 'there are no foreign keys: leave REFERENCES out',
  CHECK: NO_CONSTRAINTS,
  COMMENT: 'a comment begins with --',
  COLLATE: 'texts are compared by their characters: leave COLLATE out',
  UNSIGNED: 'numbers have signs: leave UNSIGNED out, or take BIGINT',
  PRECISION: 'it is DOUBLE',
  VARYING: 'it is STRING',
};

/** Whether a place is in the list of columns of a CREATE. */
function isInColumns({ words, index }: Place): boolean {
  const open = openParenthesis(words, index);
  return (
    words[0] === 'CREATE' &&
    open > 0 &&
    open <= 7 &&
    !words.slice(0, open).some((word) => word === 'WITH' || word === 'AS')
  );
}

const constraints: HintRule = (place) => {
  const { here, next, before, back } = place;
  if (here === 'WITH' && next === 'TIME')
    return 'a TIMESTAMP is a point in time, without a zone: leave WITH TIME ZONE out';
  if (!isInColumns(place)) return undefined;
  return isWord(before) || before === ')' || back(1) === '>'
    ? Object.hasOwn(CONSTRAINTS, here)
      ? CONSTRAINTS[here]
      : undefined
    : undefined;
};

const keys: HintRule = ({ words, images, index, here, before, back }) => {
  const open = here === '(' ? index : index - 1;
  if (words[0] !== 'CREATE' || words[open] !== '(' || words[open - 1] !== 'KEY') return undefined;
  if (words[open - 2] === 'FOREIGN') return 'there are no foreign keys: leave FOREIGN KEY out';
  const list = images.slice(open + 1, words.indexOf(')', open)).filter(isWord);
  const marked = list.map((name) => `${name} INT PRIMARY KEY`).join(', ');
  return before === '(' || back(1) === 'KEY'
    ? `keys are marked where they are declared: (${marked}, ...)`
    : undefined;
};

const types: HintRule = (place) => {
  const { words, images, index, here, before, back } = place;
  if (here === '[' && (isInColumns(place) || back(2) === 'AS')) return `it is ARRAY<${before}>`;
  if (['ARRAY', 'MAP', 'STRUCT'].includes(back(2)) && before === '(' && isWord(here)) {
    const close = words.indexOf(')', index);
    return `types in a type stand in angles: ${back(2)}<${images.slice(index, close).join(' ')}>`;
  }
  return before === 'DECIMAL' ? 'DECIMAL(10, 2) has 10 digits, 2 of them after the point' : undefined;
};

const columns: HintRule = (place) => {
  const { images, imageAt, index, here, before, next } = place;
  const isName = place.words[0] === 'CREATE' || /^(FROM|JOIN)$/.test(place.back(2));
  if (here === '-' && isName && isWord(before) && isWord(next))
    return `a name with other characters is quoted: "${imageAt(index - 1)}-${imageAt(index + 1)}"`;
  if (!isInColumns(place)) return undefined;
  if (here === 'WITH') return 'a parenthesis closes the columns before WITH';
  if (here === ')' && before === ',') return 'the last column has no comma behind it';
  if (before === '(' && place.back(2) === 'ENUM') return 'it is STRING';
  const name = unquoted(images[index] ?? '');
  if (
    isText(here) &&
    place.holds({ at: index, remove: 1, insert: `"${name.replaceAll('"', '""')}"`, past: 2 })
  )
    return `names have no single quotes: ${name}`;
  if (here === '.')
    return `a name with other characters is quoted: "${imageAt(index - 1)}.${imageAt(index + 1)}"`;
  return undefined;
};

const columnCommas: HintRule = (place) => {
  const { imageAt, index, here, next, before } = place;
  const isColumn = isWord(here) && isWord(next) && before !== ',' && before !== '(';
  return isInColumns(place) && isColumn && place.holds({ at: index, remove: 0, insert: ',', past: 2 })
    ? `a comma stands between columns: , ${imageAt(index)} ${imageAt(index + 1)}`
    : undefined;
};

/** What Flink's tables say in their columns. */
const flink: HintRule = (place) => {
  const { images, index, here, before, back } = place;
  if (!isInColumns(place)) return undefined;
  if (before === 'FOR' && back(2) === 'WATERMARK')
    return `the time of rows is a property: WITH (TIMESTAMP='${unquoted(images[index] ?? '')}', ...)`;
  return here === 'METADATA'
    ? 'the time of a record is ROWTIME in every query, its place ROWPARTITION and ROWOFFSET: leave the column out'
    : undefined;
};

const PARTITIONS = 'records are spread by their keys: WITH (PARTITIONS=4, ...)';

/** What stands behind the columns elsewhere. */
const OPTIONS: Readonly<Record<string, string>> = {
  PARTITIONED: PARTITIONS,
  DISTRIBUTED: PARTITIONS,
  CLUSTERED: PARTITIONS,
  ENGINE: 'records are in the topic: leave ENGINE out',
  CHARSET: 'texts are UTF-8: leave CHARSET out',
  COMMENT: 'a comment begins with --',
  STORED: "how records are written is a property: WITH (VALUE_FORMAT='JSON', ...)",
  USING: "how records are written is a property: WITH (VALUE_FORMAT='JSON', ...)",
};

const options: HintRule = ({ words, here, before }) =>
  words[0] === 'CREATE' && before === ')' && !words.includes('SELECT') && Object.hasOwn(OPTIONS, here)
    ? OPTIONS[here]
    : undefined;

const properties: HintRule = ({ words, images, index, here, before, next, vocabulary, holds }) => {
  const image = images[index] ?? '';
  const isProperty = vocabulary.isProperty(here);
  if (next === '=' && isProperty && words[0] === 'CREATE' && !words.includes('SELECT')) {
    const written = `${here}=${images[index + 2] ?? ''}`;
    if (before === ')' && !words.slice(0, index).includes('WITH'))
      return `properties stand in a clause: WITH (${written}, ...)`;
    if (before === 'WITH') return `properties stand in parentheses: WITH (${written}, ...)`;
  }
  if (words[openParenthesis(words, index) - 1] !== 'WITH') return undefined;
  if (here === 'TOPIC' && next === '=')
    return `the topic is named by KAFKA_TOPIC=${images[index + 2] ?? "'topic'"}`;
  if (/^\w/.test(image) && next === '=' && holds({ at: index, remove: 0, insert: ',', past: 2 }))
    return 'a comma stands between properties';
  if (here === ')' && before === ',') return 'the last property has no comma behind it';
  if (before !== '=' || !/^[\w"`]/.test(image)) return undefined;
  return `a text is written in single quotes: ${words[index - 2]}='${unquoted(image)}'`;
};

const like: HintRule = ({ words, here, next, imageAt, index }) =>
  words[0] === 'CREATE' && here === 'LIKE' && index === 3 && next !== ''
    ? `the same columns: CREATE ${words[1]} ${imageAt(2)} AS SELECT * FROM ${imageAt(index + 1)}`
    : undefined;

/** What a definition has elsewhere, or in another form. */
export const hintForDefinition = firstOf([
  like,
  keys,
  flink,
  constraints,
  types,
  columns,
  options,
  properties,
  columnCommas,
]);
