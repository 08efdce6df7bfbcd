import { checkRefusals } from './check-refusals.ts';

checkRefusals('other statements', [
  {
    sql: 'CREATE TYPE addr AS INT;',
    message:
      "Cannot register custom type 'ADDR' since it is already registered with type: STRUCT<`CITY` STRING>",
  },
  {
    sql: 'CREATE TYPE z AS NOPE;',
    message: 'Failed to prepare statement: Cannot resolve unknown type: NOPE',
    at: 'NOPE',
    hint: 'SHOW TYPES lists those that CREATE TYPE has made',
  },
  { sql: 'DROP TYPE nope;', message: 'Type NOPE does not exist.', at: 'nope' },
  { sql: 'DROP STREAM nope;', message: 'Source NOPE does not exist.', at: 'nope' },
  { sql: 'DROP TABLE nope;', message: 'Source NOPE does not exist.', at: 'nope' },
  {
    sql: 'DROP TABLE s;',
    message: 'Incompatible data source type is STREAM, but statement was DROP TABLE',
    at: 's',
    hint: 'DROP STREAM S',
  },
  {
    sql: 'DROP STREAM t;',
    message: 'Incompatible data source type is TABLE, but statement was DROP STREAM',
    at: 't',
    hint: 'DROP TABLE T',
  },
  {
    sql: 'DROP STREAM s2;',
    message:
      'Cannot drop S2.\nThe following streams and/or tables read from this source: [COPY].\nYou need to drop them before dropping S2.',
    hint: 'DROP STREAM COPY; first',
  },
  { sql: 'DROP STREAM ss DELETE TOPIC;', message: 'Cannot delete topic for read-only source: SS', at: 'ss' },
  {
    sql: 'DROP CONNECTOR x;',
    message: 'DROP CONNECTOR is not supported yet',
    at: 'DROP CONNECTOR x',
    hint: 'docs/gaps.md lists what is missing',
  },
  { sql: 'ALTER STREAM nope ADD COLUMN x INT;', message: 'Source NOPE does not exist.', at: 'nope' },
  {
    sql: 'ALTER TABLE s ADD COLUMN x INT;',
    message: 'Incompatible data source type is STREAM, but statement was ALTER TABLE',
    at: 's',
    hint: 'ALTER STREAM S',
  },
  {
    sql: 'ALTER STREAM s ADD COLUMN a INT;',
    message: 'Cannot add column `A` to schema. A column with the same name already exists.',
    at: 'a INT',
  },
  {
    sql: 'ALTER STREAM s ADD COLUMN id INT;',
    message: 'Cannot add column `ID` to schema. A column with the same name already exists.',
    at: 'id INT',
  },
  {
    sql: 'ALTER STREAM copy ADD COLUMN zz INT;',
    message: 'ALTER command is not supported for CREATE ... AS statements.',
    at: 'copy',
  },
  {
    sql: 'ALTER STREAM s ADD COLUMN ROWTIME INT;',
    message: "'ROWTIME' is a reserved column name. You cannot use it as a name for a column.",
    at: 'ROWTIME INT',
  },
  {
    sql: 'ALTER STREAM s ADD COLUMN zz INTT;',
    message: 'Failed to prepare statement: Cannot resolve unknown type: INTT',
    at: 'INTT',
    suggestion: 'INT',
    hint: 'SHOW TYPES lists those that CREATE TYPE has made',
  },
  {
    sql: 'ALTER STREAM ss ADD COLUMN zz INT;',
    message: "Cannot alter stream 'SS': ALTER operations are not supported on source streams.",
    at: 'ss',
  },
  {
    sql: 'ALTER STREAM s ADD COLUMN zz INT, ADD COLUMN zz INT;',
    message: 'Cannot add column `ZZ` to schema. A column with the same name already exists.',
    at: 'zz INT',
  },
  { sql: 'DESCRIBE nope;', message: "Could not find STREAM/TABLE 'NOPE' in the Metastore", at: 'nope' },
  { sql: 'DESCRIBE FUNCTION nope;', message: "Can't find any functions with the name 'NOPE'", at: 'nope' },
  { sql: 'INSERT INTO nope SELECT * FROM s;', message: 'Source does not exist: `NOPE`', at: 'nope' },
  {
    sql: 'INSERT INTO t SELECT * FROM t2;',
    message: 'INSERT INTO can only be used to insert into a stream. T is a table.',
    at: 't',
    hint: 'a table has one query that keeps it: CREATE TABLE name AS SELECT ...',
  },
  { sql: 'INSERT INTO ss SELECT * FROM s2;', message: 'Cannot insert into read-only stream: SS', at: 'ss' },
  {
    sql: 'INSERT INTO s2 SELECT id, a FROM s;',
    message:
      'Incompatible schema between results and sink.\nResult schema is `ID` INTEGER KEY, `A` INTEGER\nSink schema is `ID` INTEGER KEY, `A` INTEGER, `N` STRING',
    at: 'SELECT id, a FROM s',
  },
  {
    sql: 'INSERT INTO s2 SELECT id, n, a FROM s;',
    message:
      'Incompatible schema between results and sink.\nResult schema is `ID` INTEGER KEY, `N` STRING, `A` INTEGER\nSink schema is `ID` INTEGER KEY, `A` INTEGER, `N` STRING',
    at: 'SELECT id, n, a FROM s',
  },
  {
    sql: 'INSERT INTO s2 SELECT * FROM t;',
    message:
      'Incompatible data sink and query result. Data sink (S2) type is KSTREAM but select query result is KTABLE.',
    at: 'SELECT * FROM t',
  },
  {
    sql: 'INSERT INTO s2 SELECT id, COUNT(*) FROM s GROUP BY id;',
    message:
      'Incompatible data sink and query result. Data sink (S2) type is KSTREAM but select query result is KTABLE.',
    at: 'SELECT id, COUNT(*) FROM s GROUP BY id',
  },
  {
    sql: 'INSERT INTO s2 SELECT id, a, n FROM s LIMIT 3;',
    message: "INSERT INTO statements don't support LIMIT clause.",
    at: 'SELECT id, a, n FROM s LIMIT 3',
  },
  {
    sql: 'INSERT INTO hs SELECT id, a FROM s;',
    message: 'Cannot insert into HS because it has header columns',
    at: 'hs',
  },
  {
    sql: 'INSERT INTO s2 VALUES (1, 2);',
    message:
      "Failed to insert values into 'S2'. Expected a value for each column. Expected Columns: [`ID`, `A`, `N`]. Got [1, 2]",
    at: 's2',
  },
  {
    sql: "INSERT INTO s2 VALUES (1, 2, 'x', 4);",
    message:
      "Failed to insert values into 'S2'. Expected a value for each column. Expected Columns: [`ID`, `A`, `N`]. Got [1, 2, 'x', 4]",
    at: '4',
  },
  {
    sql: "INSERT INTO s2 VALUES (1, 'x', 'y');",
    message: "Failed to insert values into 'S2'. Expected type INTEGER for field `A` but got STRING(x)",
    at: "'x'",
  },
  {
    sql: 'INSERT INTO s2 (id, nope) VALUES (1, 2);',
    message: "Failed to insert values into 'S2'. Column name `NOPE` does not exist.",
    at: 's2',
  },
  {
    sql: 'INSERT INTO s2 (id, a) VALUES (1);',
    message: 'Failed to prepare statement: Expected number columns and values to match: [ID, A], [1]',
    at: 's2',
  },
  {
    sql: 'INSERT INTO s2 (id, id) VALUES (1, 1);',
    message: "Failed to insert values into 'S2'. Column name `ID` is given twice.",
    at: 's2',
  },
  {
    sql: 'INSERT INTO s2 (id, a) VALUES (1, a);',
    message: "Failed to insert values into 'S2'. Unknown column A.",
    at: 'a',
    hint: 'values are constants: a text is written in single quotes',
  },
  {
    sql: 'INSERT INTO s2 (id, a) VALUES (1, s.a);',
    message: "Failed to prepare statement: 'S' is not a valid stream/table name or alias.",
    at: 's.a',
  },
  {
    sql: 'INSERT INTO s2 (id, a) VALUES (1, NOPE(1));',
    message: "Failed to insert values into 'S2'. Can't find any functions with the name 'NOPE'",
    at: 'NOPE(1)',
  },
  {
    sql: 'INSERT INTO s2 (id, a) VALUES (1, 99999999999);',
    message:
      "Failed to insert values into 'S2'. Expected type INTEGER for field `A` but got BIGINT(99999999999)",
    at: '99999999999',
  },
  {
    sql: 'INSERT INTO s2 (id, a) VALUES (1, 1.5);',
    message:
      "Failed to insert values into 'S2'. Expected type INTEGER for field `A` but got DECIMAL(2, 1)(1.5)",
    at: '1.5',
  },
  {
    sql: 'INSERT INTO s2 (id, a) VALUES (1, 1/0);',
    message: "Failed to insert values into 'S2'. / by zero",
    at: '1/0',
  },
  {
    sql: 'INSERT INTO s2 (id, n) VALUES (1, 5);',
    message: "Failed to insert values into 'S2'. Expected type STRING for field `N` but got INTEGER(5)",
    at: '5',
  },
  {
    sql: "INSERT INTO s2 (id, ROWTIME) VALUES (1, 'x');",
    message: "Failed to insert values into 'S2'. Expected type BIGINT for field `ROWTIME` but got STRING(x)",
    at: "'x'",
  },
  {
    sql: 'INSERT INTO s2 (id, ROWPARTITION) VALUES (1, 1);',
    message: "Failed to insert values into 'S2'. Inserting into column `ROWPARTITION` is not allowed.",
    at: 's2',
  },
  {
    sql: 'INSERT INTO s2 (id, WINDOWSTART) VALUES (1, 1);',
    message: "Failed to insert values into 'S2'. Column name `WINDOWSTART` does not exist.",
    at: 's2',
  },
  {
    sql: 'INSERT INTO t (a) VALUES (1);',
    message: "Failed to insert values into 'T'. Value for primary key column(s) ID is required for tables",
    at: 't',
  },
  {
    sql: 'INSERT INTO t (id, a) VALUES (NULL, 1);',
    message: "Failed to insert values into 'T'. Value for primary key column(s) ID is required for tables",
    at: 't',
  },
  {
    sql: 'INSERT INTO nope VALUES (1);',
    message: 'Cannot insert values into an unknown stream/table: `NOPE`',
    at: 'nope',
  },
  {
    sql: 'INSERT INTO ss VALUES (1, 2);',
    message: 'Cannot insert values into read-only stream: SS',
    at: 'ss',
  },
  {
    sql: 'INSERT INTO ws VALUES (1, 2);',
    message: 'Cannot insert values into windowed stream/table!',
    at: 'ws',
    hint: 'its keys carry windows, which a query makes',
  },
  {
    sql: 'INSERT INTO hs VALUES (1, 2, ARRAY[]);',
    message: "Failed to insert values into 'HS'. Cannot insert into HEADER columns: H",
  },
  {
    sql: "INSERT INTO s (id, st) VALUES (1, STRUCT(zip := 'x'));",
    message:
      "Failed to insert values into 'S'. Expected type STRUCT<`CITY` STRING, `ZIP` INTEGER> for field `ST` but got STRUCT<`ZIP` STRING>(STRUCT(ZIP:='x'))",
    at: "STRUCT(zip := 'x')",
  },
  {
    sql: 'INSERT INTO s (id, x) VALUES (1, 123.45);',
    message:
      "Failed to insert values into 'S'. Expected type DECIMAL(4, 2) for field `X` but got DECIMAL(5, 2)(123.45)",
    at: '123.45',
  },
  {
    sql: "INSERT INTO s (id, dt) VALUES (1, 'nodate');",
    message:
      "Failed to insert values into 'S'. Failed to parse 'nodate' as DATE. Required format is: yyyy-MM-dd, for example '2020-05-26'",
    at: "'nodate'",
  },
  {
    sql: "INSERT INTO s (id, arr) VALUES (1, ARRAY['x']);",
    message:
      "Failed to insert values into 'S'. Expected type ARRAY<INTEGER> for field `ARR` but got ARRAY<STRING>(ARRAY['x'])",
    at: "ARRAY['x']",
  },
  {
    sql: "INSERT INTO s (id, y) VALUES (1, '***');",
    message: "Failed to insert values into 'S'. not base64: '***'",
    at: "'***'",
  },
]);
