import { describe, expect, it } from 'vitest';
import { refusalOf } from './refusal-of.ts';

/**
 * What people write who know other dialects. A hint must never lead into the next error: what it says to write stands in a
 * statement that is accepted.
 */

const WITH = "WITH (kafka_topic='s', value_format='JSON')";
const created = (columns: string): string => `CREATE STREAM z (${columns}) ${WITH};`;
const keyed = (columns: string): string => `CREATE TABLE z (${columns}) ${WITH};`;
const where = (condition: string): string => `SELECT a FROM s WHERE ${condition} EMIT CHANGES;`;
const select = (items: string): string => `SELECT ${items} FROM s EMIT CHANGES;`;
const grouped = (window: string): string => `SELECT a, COUNT(*) FROM s ${window} GROUP BY a EMIT CHANGES;`;
const CREATE_AS = 'CREATE STREAM name AS SELECT id, a FROM s;';

/** A mistake, what its hint says to write, and a statement in which that is written. */
const WRITTEN: readonly (readonly [mistake: string, written: string, instead: string])[] = [
  // Clauses.
  [where('a > 1 UNION SELECT a FROM s2'), 'INSERT INTO ', 'INSERT INTO s2 SELECT id, a, n FROM s2;'],
  ['SELECT a FROM s UNION ALL SELECT a FROM s2;', 'INSERT INTO ', 'INSERT INTO s2 SELECT id, a, n FROM s2;'],
  ['SELECT TOP 5 a FROM s EMIT CHANGES;', 'LIMIT 5', 'SELECT a FROM s EMIT CHANGES LIMIT 5;'],
  [
    'SELECT a FROM s EMIT CHANGES FETCH FIRST 5 ROWS ONLY;',
    'LIMIT 5',
    'SELECT a FROM s EMIT CHANGES LIMIT 5;',
  ],
  ['SELECT a FROM s FETCH NEXT 5 ROWS ONLY;', 'LIMIT 5', 'SELECT a FROM s EMIT CHANGES LIMIT 5;'],
  ['SELECT a FROM s EMIT CHANGES LIMIT 5 OFFSET 5;', 'LIMIT', 'SELECT a FROM s EMIT CHANGES LIMIT 5;'],
  ['SELECT a FROM s EMIT CHANGES LIMIT 5, 10;', 'LIMIT 10', 'SELECT a FROM s EMIT CHANGES LIMIT 10;'],
  ['SELECT a FROM s LIMIT 5 EMIT CHANGES;', 'EMIT CHANGES LIMIT 5', 'SELECT a FROM s EMIT CHANGES LIMIT 5;'],
  ['SELECT s.* EXCEPT (a) FROM s EMIT CHANGES;', 'SELECT a, b FROM', select('a, b')],
  [
    'SELECT a INTO x FROM s EMIT CHANGES;',
    'CREATE STREAM X AS SELECT',
    'CREATE STREAM X AS SELECT id, a FROM s;',
  ],
  [
    select('COUNT(DISTINCT a)'),
    'COUNT_DISTINCT(',
    'SELECT id, COUNT_DISTINCT(a) FROM s GROUP BY id EMIT CHANGES;',
  ],
  [
    'SELECT id, COUNT(*) FILTER (WHERE b > 1) FROM s GROUP BY id EMIT CHANGES;',
    'SUM(CASE WHEN b > 1 THEN 1 ELSE 0 END)',
    'SELECT id, SUM(CASE WHEN b > 1 THEN 1 ELSE 0 END) FROM s GROUP BY id EMIT CHANGES;',
  ],
  [
    select('SUM(a) OVER (PARTITION BY id)'),
    'WINDOW TUMBLING (SIZE 1 HOUR)',
    grouped('WINDOW TUMBLING (SIZE 1 HOUR)'),
  ],
  ['SELECT * FROM (SELECT * FROM s) EMIT CHANGES;', 'CREATE STREAM name AS SELECT', CREATE_AS],
  ['WITH x AS (SELECT * FROM s) SELECT * FROM x EMIT CHANGES;', 'CREATE STREAM name AS SELECT', CREATE_AS],
  [where('EXISTS (SELECT 1 FROM s2)'), 'CREATE STREAM name AS SELECT', CREATE_AS],
  ['CREATE TABLE z AS (SELECT * FROM t);', 'AS SELECT', 'CREATE TABLE z AS SELECT * FROM t;'],
  ['SELECT 1;', 'FROM', 'SELECT 1 FROM s EMIT CHANGES;'],
  ['SELECT a FROM public.s EMIT CHANGES;', 'FROM s', select('a')],
  ...['s, t', 's JOIN t USING (id)', 's NATURAL JOIN t', 's CROSS JOIN t', 's JOIN t'].map(
    (from) =>
      [
        `SELECT * FROM ${from} EMIT CHANGES;`,
        'a.id = b.id',
        'SELECT * FROM s a JOIN t b ON a.id = b.id EMIT CHANGES;',
      ] as const,
  ),
  [
    'SELECT s.a FROM s JOIN t ON s.id = t.id AND s.a = t.a EMIT CHANGES;',
    'WHERE',
    'SELECT s.a FROM s JOIN t ON s.id = t.id WHERE s.a = t.a EMIT CHANGES;',
  ],
  [
    'SELECT s.a FROM s JOIN t ON s.id > t.id EMIT CHANGES;',
    'ON a.id = b.id',
    'SELECT a.id FROM s a JOIN t b ON a.id = b.id EMIT CHANGES;',
  ],
  [
    'SELECT id FROM s JOIN t ON s.id = t.id EMIT CHANGES;',
    'S.ID',
    'SELECT S.ID, t.a FROM s JOIN t ON s.id = t.id EMIT CHANGES;',
  ],
  [
    'CREATE STREAM z WITH (partitions=1) SELECT * FROM s;',
    'AS SELECT',
    'CREATE STREAM z WITH (partitions=1) AS SELECT * FROM s;',
  ],
  [
    "CREATE STREAM z AS SELECT * FROM s WITH (kafka_topic='zz');",
    'WITH',
    "CREATE STREAM z WITH (kafka_topic='zz') AS SELECT * FROM s;",
  ],
  // Results, positions, keywords.
  [
    'SELECT a + 1 AS aa, COUNT(*) FROM s GROUP BY aa EMIT CHANGES;',
    '(S.A + 1)',
    'SELECT a + 1 AS aa, COUNT(*) FROM s GROUP BY (S.A + 1) EMIT CHANGES;',
  ],
  [
    'SELECT a AS aa FROM s WHERE aa > 1 EMIT CHANGES;',
    'A',
    'SELECT a AS aa FROM s WHERE A > 1 EMIT CHANGES;',
  ],
  [
    'SELECT id, COUNT(*) AS cnt FROM s GROUP BY id HAVING cnt > 1 EMIT CHANGES;',
    'COUNT(*)',
    'SELECT id, COUNT(*) AS cnt FROM s GROUP BY id HAVING COUNT(*) > 1 EMIT CHANGES;',
  ],
  [
    'SELECT a, COUNT(*) FROM s GROUP BY 1 EMIT CHANGES;',
    'GROUP BY A',
    'SELECT a, COUNT(*) FROM s GROUP BY A EMIT CHANGES;',
  ],
  [created('end INT'), '"END"', created('"END" INT')],
  // Operators, literals, calls.
  [where('a == 1'), 'a = 1', where('a = 1')],
  [where('a > 1 && b > 1'), 'a > 1 AND b > 1', where('a > 1 AND b > 1')],
  [where('a > 1 || b > 1'), 'a > 1 OR b > 1', where('a > 1 OR b > 1')],
  [where('f || f'), 'OR', where('f OR f')],
  [where('!f'), 'NOT f', where('NOT f')],
  [where('a =< 1'), '<=', where('a <= 1')],
  [where('a => 1'), '>=', where('a >= 1')],
  [where('a ≥ 1'), '>=', where('a >= 1')],
  [where('a <=> 1'), 'IS NOT DISTINCT FROM', where('a IS NOT DISTINCT FROM 1')],
  [where('f IS TRUE'), 'f = TRUE', where('f = TRUE')],
  [where('a ISNULL'), 'IS NULL', where('a IS NULL')],
  [where('a NOTNULL'), 'IS NOT NULL', where('a IS NOT NULL')],
  [where("n ILIKE 'a%'"), "LCASE(n) LIKE 'a%'", where("LCASE(n) LIKE 'a%'")],
  ...["n RLIKE 'a'", "n REGEXP 'a'", "n SIMILAR TO 'a'", "n ~ 'a'"].map(
    (condition) =>
      [
        where(condition),
        "REGEXP_EXTRACT('pattern', n) IS NOT NULL",
        where("REGEXP_EXTRACT('pattern', n) IS NOT NULL"),
      ] as const,
  ),
  [where('a IN 1'), 'IN (1)', where('a IN (1)')],
  [where('a BETWEEN (1, 2)'), 'BETWEEN 1 AND 2', where('a BETWEEN 1 AND 2')],
  [where('(a, b) IN ((1, 2))'), 'a = 1 AND b = 2', where('a = 1 AND b = 2')],
  [where('a = ANY(arr)'), 'ARRAY_CONTAINS(arr, a)', where('ARRAY_CONTAINS(arr, a)')],
  [where("dt = DATE '2020-01-01'"), "CAST('2020-01-01' AS DATE)", where("dt = CAST('2020-01-01' AS DATE)")],
  [
    where("ts > TIMESTAMP '2020-01-01 10:00:00'"),
    "CAST('2020-01-01T10:00:00' AS TIMESTAMP)",
    where("ts > CAST('2020-01-01T10:00:00' AS TIMESTAMP)"),
  ],
  [where("y = X'00'"), "TO_BYTES('00', 'hex')", where("y = TO_BYTES('00', 'hex')")],
  [where("n = N'x'"), "'x'", where("n = 'x'")],
  [where("n = 'a' 'b'"), "'a' || 'b'", where("n = 'a' || 'b'")],
  [where('n = "x"'), "'x'", where("n = 'x'")],
  [where('n = ‘text’'), "'text'", where("n = 'text'")],
  [where('n = “text”'), "'text'", where("n = 'text'")],
  [where('a = 1,000'), '1000', where('a = 1000')],
  [where('a = 1_000'), '1000', where('a = 1000')],
  [where('ts > NOW()'), 'FROM_UNIXTIME(UNIX_TIMESTAMP())', where('ts > FROM_UNIXTIME(UNIX_TIMESTAMP())')],
  [select('CURRENT_TIMESTAMP'), 'FROM_UNIXTIME(UNIX_TIMESTAMP())', select('FROM_UNIXTIME(UNIX_TIMESTAMP())')],
  [select('CURRENT_DATE'), 'FROM_DAYS(UNIX_DATE())', select('FROM_DAYS(UNIX_DATE())')],
  [select("ts + INTERVAL '1' DAY"), 'TIMESTAMPADD(DAYS, 1, ts)', select('TIMESTAMPADD(DAYS, 1, ts)')],
  [select('EXTRACT(YEAR FROM ts)'), "FORMAT_TIMESTAMP(ts, 'yyyy')", select("FORMAT_TIMESTAMP(ts, 'yyyy')")],
  [
    select("TO_CHAR(ts, 'YYYY')"),
    "FORMAT_TIMESTAMP(ts, 'yyyy-MM-dd')",
    select("FORMAT_TIMESTAMP(ts, 'yyyy-MM-dd')"),
  ],
  [select('a MOD 2'), 'a % 2', select('a % 2')],
  [select('a DIV 2'), 'a / 2', select('a / 2')],
  [select('a ^ 2'), 'POWER(a, 2)', select('POWER(a, 2)')],
  [select('a::STRING'), 'CAST(a AS STRING)', select('CAST(a AS STRING)')],
  [select('TRY_CAST(a AS STRING)'), 'CAST(a AS STRING)', select('CAST(a AS STRING)')],
  [select('CAST(a STRING)'), 'CAST(a AS STRING)', select('CAST(a AS STRING)')],
  [
    select('IF(a > 1, 1, 2)'),
    'CASE WHEN a > 1 THEN 1 ELSE 2 END',
    select('CASE WHEN a > 1 THEN 1 ELSE 2 END'),
  ],
  [select('STRUCT(1, 2)'), 'STRUCT(name := 1)', select('STRUCT(name := 1)')],
  [select("MAP('a', 1)"), "MAP('a' := 1)", select("MAP('a' := 1)")],
  [select("{'a': 1}"), "MAP('a' := 1)", select("MAP('a' := 1)")],
  [select('[1, 2]'), 'ARRAY[1, 2]', select('ARRAY[1, 2]')],
  [select('ARRAY(1, 2)'), 'ARRAY[1, 2]', select('ARRAY[1, 2]')],
  [select('arr.0'), 'arr[1]', select('arr[1]')],
  [select('st.city'), 'ST->CITY', select('ST->CITY')],
  [select('m.key'), "M['key']", select("M['key']")],
  [select("a AS 'x'"), 'x', select('a AS x')],
  [select('a AS [x]'), 'x', select('a AS x')],
  [select("'it\\'s'"), "''", select("'it''s'")],
  [select('a b d'), 'b, d', select('a, b, d')],
  // Definitions.
  [keyed('id INT, a INT, PRIMARY KEY (id)'), 'id INT PRIMARY KEY', keyed('id INT PRIMARY KEY, a INT')],
  [created('a INT[]'), 'ARRAY<INT>', created('a ARRAY<INT>')],
  [created('a ARRAY(INT)'), 'ARRAY<INT>', created('a ARRAY<INT>')],
  [created('a STRUCT(b INT)'), 'STRUCT<b INT>', created('a STRUCT<b INT>')],
  [created('a DOUBLE PRECISION'), 'DOUBLE', created('a DOUBLE')],
  [created('a CHAR(2)'), 'STRING', created('a STRING')],
  [created('a DATETIME'), 'TIMESTAMP', created('a TIMESTAMP')],
  [created('a TEXT'), 'STRING', created('a STRING')],
  [created('a INT DEFAULT 0'), 'IFNULL(a, 0)', select('IFNULL(a, 0)')],
  [created('a INT b INT'), ', b INT', created('a INT, b INT')],
  [created("'a' INT"), 'a', created('a INT')],
  [created('my-col INT'), '"my-col"', created('"my-col" INT')],
  [
    "CREATE STREAM z (a INT) kafka_topic='s', value_format='JSON';",
    "WITH (KAFKA_TOPIC='s', ",
    `CREATE STREAM z (a INT) WITH (KAFKA_TOPIC='s', value_format='JSON');`,
  ],
  [
    'CREATE STREAM z (a INT) WITH (kafka_topic="s", value_format=\'JSON\');',
    "KAFKA_TOPIC='s'",
    `CREATE STREAM z (a INT) WITH (KAFKA_TOPIC='s', value_format='JSON');`,
  ],
  ['CREATE STREAM z LIKE s;', 'CREATE STREAM z AS SELECT * FROM s', 'CREATE STREAM z AS SELECT * FROM s;'],
  // Statements.
  [
    `CREATE STREAM z IF NOT EXISTS (a INT) ${WITH};`,
    'CREATE STREAM IF NOT EXISTS z',
    `CREATE STREAM IF NOT EXISTS z (a INT) ${WITH};`,
  ],
  ['DROP STREAM s3 IF EXISTS;', 'DROP STREAM IF EXISTS s3', 'DROP STREAM IF EXISTS s3;'],
  ['DROP s3;', 'DROP STREAM s3', 'DROP STREAM s3;'],
  ['DROP TOPIC s3;', 'DELETE TOPIC', 'DROP STREAM s3 DELETE TOPIC;'],
  [
    'CREATE OR REPLACE VIEW v AS SELECT * FROM t;',
    'CREATE TABLE name AS SELECT',
    'CREATE TABLE name AS SELECT * FROM t;',
  ],
  ['UPDATE t SET a = 1;', 'INSERT INTO ', 'INSERT INTO t (id, a) VALUES (1, 1);'],
  ['INSERT INTO s (id, a) VALUES (1, 2), (3, 4);', 'VALUES (1, 2);', 'INSERT INTO s (id, a) VALUES (1, 2);'],
  ['INSERT s (id, a) VALUES (1, 2);', 'INSERT INTO s', 'INSERT INTO s (id, a) VALUES (1, 2);'],
  ['INSERT INTO TABLE t (id) VALUES (1);', 'INSERT INTO t', 'INSERT INTO t (id) VALUES (1);'],
  ['INSERT INTO s2 (id, n) VALUES (1, "x");', ' ', "INSERT INTO s2 (id, n) VALUES (1, 'x');"],
  ['ALTER STREAM s3 ADD c INT, e INT;', 'ADD COLUMN ', 'ALTER STREAM s3 ADD COLUMN c INT, ADD COLUMN e INT;'],
  ['DESCRIBE TABLE t;', 'DESCRIBE t', 'DESCRIBE t;'],
  ['DESCRIBE EXTENDED s;', 'DESCRIBE s EXTENDED', 'DESCRIBE s EXTENDED;'],
  ['DESC t;', 'DESCRIBE ', 'DESCRIBE t;'],
  ['SHOW COLUMNS FROM t;', 'DESCRIBE ', 'DESCRIBE t;'],
  [
    "SET auto.offset.reset = 'earliest';",
    "SET 'auto.offset.reset'='earliest'",
    "SET 'auto.offset.reset'='earliest';",
  ],
  [
    'SET \'auto.offset.reset\'="earliest";',
    "SET 'auto.offset.reset'='earliest'",
    "SET 'auto.offset.reset'='earliest';",
  ],
  [
    "SET auto.offset.reset TO 'earliest';",
    "SET 'auto.offset.reset'='earliest'",
    "SET 'auto.offset.reset'='earliest';",
  ],
  ["SET sql_mode TO 'ANSI';", "SET 'auto.offset.reset'='earliest'", "SET 'auto.offset.reset'='earliest';"],
  ['DEFINE x = 5;', "DEFINE x = '5'", "DEFINE x = '5';"],
  [
    'EXPLAIN ANALYZE SELECT * FROM s EMIT CHANGES;',
    'EXPLAIN SELECT',
    'EXPLAIN SELECT * FROM s EMIT CHANGES;',
  ],
  ['SET SESSION commit.interval.ms TO 5;', "SET 'commit.interval.ms'='5'", "SET 'commit.interval.ms'='5';"],
  ['SET;', "SET 'auto.offset.reset'=", "SET 'auto.offset.reset'='latest';"],
  ['UNSET;', "UNSET 'auto.offset.reset'", "UNSET 'auto.offset.reset';"],
  ['RESET auto.offset.reset;', "UNSET 'auto.offset.reset'", "UNSET 'auto.offset.reset';"],
  ['DEFINE x;', "DEFINE x = 'value'", "DEFINE x = 'value';"],
  ["DEFINE x 'a';", "DEFINE x = 'a'", "DEFINE x = 'a';"],
  ["DEFINE 'x' = 'a';", 'x', "DEFINE x = 'a';"],
  ['DECLARE x INT;', "DEFINE name = 'value'", "DEFINE name = 'value';"],
  [
    'CREATE TYPE z (a INT, b STRING);',
    'CREATE TYPE z AS STRUCT<a INT, b STRING>',
    'CREATE TYPE z AS STRUCT<a INT, b STRING>;',
  ],
  ['CREATE TYPE z AS (a INT);', 'CREATE TYPE z AS STRUCT<a INT>', 'CREATE TYPE z AS STRUCT<a INT>;'],
  ["CREATE TYPE z AS ENUM ('a');", 'CREATE TYPE z AS STRING', 'CREATE TYPE z AS STRING;'],
  ['CREATE DOMAIN z AS INT;', 'CREATE TYPE name AS INT', 'CREATE TYPE name AS INT;'],
  ['CREATE OR REPLACE TYPE addr AS INT;', 'DROP TYPE ', 'DROP TYPE addr;'],
  ["SHOW TABLES LIKE 'a%';", 'SHOW TABLES', 'SHOW TABLES;'],
  ['SHOW FULL TABLES;', 'SHOW TABLES', 'SHOW TABLES;'],
  ['SHOW ALL TABLES;', 'SHOW TABLES', 'SHOW TABLES;'],
  ['SHOW JOBS;', 'SHOW QUERIES', 'SHOW QUERIES;'],
  ['SHOW SETTINGS;', 'SHOW PROPERTIES', 'SHOW PROPERTIES;'],
  ['DESCRIBE TYPE addr;', 'SHOW TYPES', 'SHOW TYPES;'],
  ['DESCRIBE SELECT * FROM s;', 'EXPLAIN SELECT', 'EXPLAIN SELECT * FROM s EMIT CHANGES;'],
  ['DESCRIBE FORMATTED s;', 'DESCRIBE s EXTENDED', 'DESCRIBE s EXTENDED;'],
  ["DESCRIBE FUNCTION 'lcase';", 'lcase', 'DESCRIBE FUNCTION lcase;'],
  ['DESCRIBE FUNCTION lcase();', 'DESCRIBE FUNCTION LCASE', 'DESCRIBE FUNCTION LCASE;'],
  ['TERMINATE *;', 'TERMINATE ALL', 'TERMINATE ALL;'],
  ['PAUSE ALL QUERIES;', 'PAUSE ALL', 'PAUSE ALL;'],
  ['TERMINATE;', 'SHOW QUERIES', 'SHOW QUERIES;'],
  [
    'EXPLAIN (FORMAT JSON) SELECT * FROM s EMIT CHANGES;',
    'EXPLAIN SELECT',
    'EXPLAIN SELECT * FROM s EMIT CHANGES;',
  ],
  [
    'EXPLAIN PLAN FOR SELECT * FROM s EMIT CHANGES;',
    'EXPLAIN SELECT',
    'EXPLAIN SELECT * FROM s EMIT CHANGES;',
  ],
  ['TABLE t;', 'EMIT CHANGES', 'SELECT * FROM t EMIT CHANGES;'],
  // What FROM has elsewhere.
  [
    'SELECT * FROM s TABLESAMPLE BERNOULLI (10) EMIT CHANGES;',
    'LIMIT',
    'SELECT * FROM s EMIT CHANGES LIMIT 10;',
  ],
  ...[', LATERAL EXPLODE(arr)', 'CROSS JOIN UNNEST(arr) AS x', 'JOIN LATERAL EXPLODE(arr) x ON TRUE'].map(
    (joined) =>
      [
        `SELECT * FROM s ${joined} EMIT CHANGES;`,
        'SELECT id, EXPLODE(arr) FROM',
        'SELECT id, EXPLODE(arr) FROM s EMIT CHANGES;',
      ] as const,
  ),
  [
    'SELECT * FROM TABLE(EXPLODE(arr)) EMIT CHANGES;',
    'SELECT id, EXPLODE(arr) FROM',
    'SELECT id, EXPLODE(arr) FROM s EMIT CHANGES;',
  ],
  [
    "SELECT * FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' MINUTES)) EMIT CHANGES;",
    'WINDOW TUMBLING (SIZE 1 HOUR)',
    grouped('WINDOW TUMBLING (SIZE 1 HOUR)'),
  ],
  [
    "SELECT id, TUMBLE_START(ts, INTERVAL '1' HOUR), COUNT(*) FROM s GROUP BY id EMIT CHANGES;",
    'WINDOW TUMBLING (SIZE 1 HOUR)',
    grouped('WINDOW TUMBLING (SIZE 1 HOUR)'),
  ],
  [
    "CREATE TABLE z (id INT PRIMARY KEY, a INT) WITH ('connector'='kafka', 'topic'='s', 'format'='json');",
    "WITH (KAFKA_TOPIC='",
    "CREATE TABLE z (id INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
  ],
  // What Flink, PostgreSQL and MySQL write first.
  [
    keyed('id INT PRIMARY KEY, ts TIMESTAMP(3), WATERMARK FOR ts AS ts'),
    "TIMESTAMP='ts'",
    "CREATE TABLE z (id INT PRIMARY KEY, ts TIMESTAMP) WITH (TIMESTAMP='ts', kafka_topic='s', value_format='JSON');",
  ],
  [created("a INT, ts TIMESTAMP METADATA FROM 'timestamp'"), 'ROWTIME', select('ROWTIME')],
  [
    "CREATE STREAM z (a INT) WITH (TOPIC='s', VALUE_FORMAT='JSON');",
    "KAFKA_TOPIC='s'",
    "CREATE STREAM z (a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
  ],
  ...['connector', '"TOPIC"'].map(
    (name) =>
      [
        `CREATE STREAM z (a INT) WITH (${name === 'connector' ? "'connector'" : name}='s', 'format'='JSON');`,
        "WITH (KAFKA_TOPIC='topic', VALUE_FORMAT='JSON')",
        "CREATE STREAM z (a INT) WITH (KAFKA_TOPIC='topic', VALUE_FORMAT='JSON');",
      ] as const,
  ),
  [
    `CREATE TABLE public.z (id INT PRIMARY KEY) ${WITH};`,
    'TABLE z',
    `CREATE TABLE z (id INT PRIMARY KEY) ${WITH};`,
  ],
  ['INSERT INTO public.t (id) VALUES (1);', 'INTO t', 'INSERT INTO t (id) VALUES (1);'],
  ['DROP STREAM public.s3;', 'STREAM s3', 'DROP STREAM s3;'],
  ['DESCRIBE public.t;', 'DESCRIBE t', 'DESCRIBE t;'],
  [
    "SELECT a, COUNT(*) FROM s GROUP BY TUMBLE(ts, INTERVAL '1' HOUR) EMIT CHANGES;",
    'WINDOW TUMBLING (SIZE 1 HOUR)',
    grouped('WINDOW TUMBLING (SIZE 1 HOUR)'),
  ],
  [
    grouped('WINDOW TUMBLE (SIZE 1 HOUR)'),
    'WINDOW TUMBLING (SIZE 1 HOUR)',
    grouped('WINDOW TUMBLING (SIZE 1 HOUR)'),
  ],
  ['\\d', 'SHOW TABLES', 'SHOW TABLES;'],
  ['\\dt', 'SHOW TABLES', 'SHOW TABLES;'],
  [created("a ENUM('a', 'b')"), 'STRING', created('a STRING')],
  [created('a ENUM'), 'STRING', created('a STRING')],
  [created('a SERIAL'), 'INT', created('a INT')],
  [created('a JSONB'), 'STRING', created('a STRING')],
  [keyed('id PRIMARY KEY'), 'INT PRIMARY KEY', keyed('id INT PRIMARY KEY')],
  [
    'CREATE TABLE z (id INT PRIMARY KEY) PARTITIONED BY (id);',
    'WITH (PARTITIONS=4, ',
    "CREATE TABLE z (id INT PRIMARY KEY) WITH (PARTITIONS=4, kafka_topic='new', value_format='JSON');",
  ],
  [
    select("DATE_FORMAT(ts, '%Y')"),
    "FORMAT_TIMESTAMP(ts, 'yyyy-MM-dd')",
    select("FORMAT_TIMESTAMP(ts, 'yyyy-MM-dd')"),
  ],
  [where('ISNULL(a)'), 'a IS NULL', where('a IS NULL')],
  [select('MOD(a, b)'), 'a % b', select('a % b')],
  [where('a > 1 && b > 1'), 'a > 1 AND b > 1', where('a > 1 AND b > 1')],
  // Windows.
  [
    grouped('WINDOW TUMBLING SIZE 1 HOUR'),
    'WINDOW TUMBLING (SIZE 1 HOUR)',
    grouped('WINDOW TUMBLING (SIZE 1 HOUR)'),
  ],
  [
    grouped('WINDOW (TUMBLING SIZE 1 HOUR)'),
    'WINDOW TUMBLING (SIZE 1 HOUR)',
    grouped('WINDOW TUMBLING (SIZE 1 HOUR)'),
  ],
  [
    grouped("WINDOW TUMBLING (SIZE '5 MINUTES')"),
    'SIZE 5 MINUTES',
    grouped('WINDOW TUMBLING (SIZE 5 MINUTES)'),
  ],
  [grouped('WINDOW TUMBLING (SIZE 5m)'), 'SIZE 5 MINUTES', grouped('WINDOW TUMBLING (SIZE 5 MINUTES)')],
  [grouped('WINDOW TUMBLING (SIZE 5)'), '5 MINUTES', grouped('WINDOW TUMBLING (SIZE 5 MINUTES)')],
];

/** A mistake, what of it goes, in the words of its hint, and what is left. */
const LEFT_OUT: readonly (readonly [mistake: string, words: string, instead: string])[] = [
  [created('a INT NOT NULL'), 'leave it out', created('a INT')],
  [created('a INT AUTO_INCREMENT'), 'leave AUTO_INCREMENT out', created('a INT')],
  [created('a INT UNIQUE'), 'leave UNIQUE out', created('a INT')],
  [created('a INT REFERENCES t'), 'leave REFERENCES out', created('a INT')],
  [created('a TIMESTAMP WITH TIME ZONE'), 'leave WITH TIME ZONE out', created('a TIMESTAMP')],
  [
    'SELECT a, COUNT(*) FROM s GROUP BY a WHERE a > 1 EMIT CHANGES;',
    'clauses stand in this order: FROM, WINDOW, WHERE, GROUP BY, PARTITION BY, HAVING, EMIT, LIMIT',
    'SELECT a, COUNT(*) FROM s WHERE a > 1 GROUP BY a EMIT CHANGES;',
  ],
  [created('a INT,'), 'the last column has no comma behind it', created('a INT')],
  ['SELECT ALL a FROM s EMIT CHANGES;', 'leave ALL out', select('a')],
  ['SELECT a FROM s FOR UPDATE;', 'leave FOR UPDATE out', select('a')],
  [select('a + 1)'), 'no parenthesis is open here', select('a + 1')],
  [select('a\u200b'), 'this is U+200B: delete it', select('a')],
  [where('a > 1 AND'), 'a condition or a value is missing before EMIT CHANGES', where('a > 1')],
  [where('AND a > 1'), 'a condition is missing before AND', where('a > 1')],
  ['SELECT a, FROM s EMIT CHANGES;', 'the last column has no comma behind it', select('a')],
  ["SET TIME ZONE 'UTC';", 'times are in UTC', 'SHOW STREAMS;'],
  ['SET NAMES utf8;', 'texts are UTF-8', 'SHOW STREAMS;'],
  ['SET search_path TO public;', 'there are no databases', 'SHOW STREAMS;'],
  ['SET SESSION autocommit=0;', 'there are no transactions', 'SHOW STREAMS;'],
  [
    'CREATE TABLE z (id INT PRIMARY KEY) ENGINE=InnoDB;',
    'leave ENGINE out',
    `CREATE TABLE z (id INT PRIMARY KEY) ${WITH};`,
  ],
  [select('a & 2'), 'there are no operations on bits', select('a')],
  ['\\q', 'the shell is left by exit', 'SHOW STREAMS;'],
  ['CREATE USER u;', 'there are no permissions', 'SHOW STREAMS;'],
  ['SHOW DATABASES;', 'there are no databases', 'SHOW STREAMS;'],
  ['USE d;', 'there are no databases', 'SHOW STREAMS;'],
  ['SHOW CATALOGS;', 'there are no databases', 'SHOW STREAMS;'],
  ['VACUUM;', 'tables are kept up to date and tidy by themselves', 'SHOW STREAMS;'],
  ['DESCRIBE s, t;', 'each has a statement of its own', 'DESCRIBE s; DESCRIBE t;'],
  ['CREATE CONNECTOR x;', 'there are no connectors', 'SHOW STREAMS;'],
  ['CLEAR;', 'it is a word of the shell', 'SHOW STREAMS;'],
  ['ASSERT 1 = 1;', 'stand in test files', 'SHOW STREAMS;'],
];

describe('the way out of a mistake', () => {
  it.each(WRITTEN)('%s: %s', async (mistake, written, instead) => {
    expect((await refusalOf(mistake))?.hint).toContain(written);
    expect(instead).toContain(written);
    expect(await refusalOf(instead)).toBeUndefined();
  });

  it.each(LEFT_OUT)('%s: %s', async (mistake, words, instead) => {
    expect((await refusalOf(mistake))?.hint).toContain(words);
    expect(await refusalOf(instead)).toBeUndefined();
  });

  it('where a parenthesis is open, also on another line', async () => {
    expect((await refusalOf('SELECT\n  COUNT(a\nFROM s;'))?.hint).toBe(
      'the parenthesis at 2:8 is not closed',
    );
    expect((await refusalOf('SELECT (a + 1 FROM s;'))?.hint).toBe('the parenthesis at 1:8 is not closed');
  });

  it.each(['SET LOCAL x = 1;', 'SET x = 1;', "SET a b c = 'd';"])(
    '%s: no name is built from words',
    async (mistake) => {
      expect((await refusalOf(mistake))?.hint).toBe(
        "a setting has a name with dots: SET 'auto.offset.reset'='earliest'; SHOW PROPERTIES lists them",
      );
    },
  );

  it.each([
    [created('a INT, b INT c FROM'), 'the statement goes wrong behind a comma, too'],
    ['CREATE TYPE public.x AS STRUCT->y;', 'no arrow can stand there'],
    ['INSERT INTO s (id a) VALUES (1, 2);', 'AS cannot stand there'],
    ['SELECT a FROM s JOIN TABLE(t) EMIT CHANGES;', 'a call is no source, quoted or not'],
  ])('%s: no change that leads into the next error: %s', async (mistake) => {
    const told = await refusalOf(mistake);
    expect(told?.suggestion).toBeUndefined();
    expect(told?.hint ?? '').not.toMatch(/comma|arrow|quote/);
  });

  it.each([
    ['SELECT a FORM s EMIT CHANGES;', 'FROM'],
    ['SELECT a FROM s EMIT CHANGE;', 'CHANGES'],
    ['SHOW STREMS;', 'STREAMS'],
  ])('%s: %s was meant', async (mistake, word) => {
    expect((await refusalOf(mistake))?.suggestion).toBe(word);
  });

  it('where a semicolon is missing', async () => {
    expect((await refusalOf('SELECT a FROM s EMIT CHANGES SELECT b FROM s EMIT CHANGES;'))?.hint).toBe(
      'a semicolon ends the statement before SELECT',
    );
  });
});
