/** Statements that are as long as somebody may send them, by what is long in them. They are stated in this order. */

/** What the statements read and write. */
export const SOURCES = `
  CREATE STREAM s (id STRING KEY, city STRING, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
  ${list(7, (i) => `CREATE TABLE t${i} (id STRING PRIMARY KEY, n INT) WITH (KAFKA_TOPIC='t${i}', VALUE_FORMAT='JSON', PARTITIONS=1);`, '\n')}`;

interface LongStatement {
  readonly name: string;
  readonly sql: string;
  /** Of the refusal of what is no statement, or nests too deep; on a busy machine, of what takes too long to read. */
  readonly refusal?: RegExp;
}

export const longStatements: readonly LongStatement[] = [
  {
    name: '4,000 select items',
    sql: `CREATE STREAM items AS SELECT id, ${list(4_000, (i) => `n AS c${i}`)} FROM s;`,
  },
  { name: 'a description of 4,000 columns', sql: 'DESCRIBE items;' },
  { name: 'a copy of 4,000 columns', sql: 'CREATE STREAM copies AS SELECT * FROM items;' },
  { name: 'a row of 4,000 columns', sql: "INSERT INTO items (id, c1) VALUES ('x', 3);" },
  {
    name: 'EXPLAIN of 4,000 calculations',
    sql: `EXPLAIN SELECT id, ${list(4_000, (i) => `n + ${i} AS c${i}`)} FROM s EMIT CHANGES;`,
  },
  {
    name: '200 nested calls',
    sql: `CREATE STREAM nested AS SELECT id, ${'UCASE('.repeat(200)}city${')'.repeat(200)} AS x FROM s;`,
    refusal: /nests deeper than/,
  },
  {
    name: 'CASE of 1,000 branches',
    sql: `CREATE STREAM cases AS SELECT id, CASE ${list(1_000, (i) => `WHEN n = ${i} THEN 'v${i}'`, ' ')} END AS x FROM s;`,
  },
  {
    name: 'a text of 500 KB',
    sql: `INSERT INTO s (id, city, n) VALUES ('x', '${'y'.repeat(500_000)}', 1);`,
  },
  {
    name: 'a script of 500 statements',
    sql: list(500, () => 'SHOW STREAMS;', '\n'),
  },
  {
    name: 'half a megabyte of garbage',
    sql: 'a,'.repeat(250_000),
    refusal: /Syntax Error|takes longer than/,
  },
  {
    name: '200 aggregates',
    sql: `CREATE TABLE sums AS SELECT id, ${list(200, (i) => `SUM(n + ${i}) AS c${i}`)} FROM s GROUP BY id;`,
  },
  {
    name: 'a join of eight',
    sql: `CREATE STREAM joined AS SELECT s.id, ${list(7, (i) => `t${i}.n AS n${i}`)} FROM s ${list(7, (i) => `JOIN t${i} ON s.id = t${i}.id`, ' ')};`,
  },
  {
    name: '200 grouping expressions',
    sql: `CREATE TABLE groups WITH (KEY_FORMAT='JSON') AS SELECT ${list(200, (i) => `n + ${i} AS k${i}`)}, COUNT(*) AS c FROM s GROUP BY ${list(200, (i) => `n + ${i}`)};`,
  },
];

function list(count: number, item: (index: number) => string, separator = ', '): string {
  return Array.from({ length: count }, (_, index) => item(index)).join(separator);
}
