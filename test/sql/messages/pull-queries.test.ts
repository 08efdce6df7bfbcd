import { checkRefusals } from './check-refusals.ts';

checkRefusals('pull queries', [
  { sql: 'SELECT * FROM agg;', message: 'Missing WHERE clause. See https://cnfl.io/queries for more info.' },
  {
    sql: 'SELECT * FROM agg WHERE c = 5;',
    message:
      'WHERE clause missing key column for disjunct: (C = 5). See https://cnfl.io/queries for more info.',
  },
  {
    sql: "SELECT * FROM agg WHERE id = 'x';",
    message:
      "Error in WHERE expression: Cannot compare ID (INTEGER) to 'x' (STRING) with EQUAL.\nStatement: (ID = 'x')",
    at: "id = 'x'",
  },
  {
    sql: 'SELECT * FROM agg WHERE id != 5;',
    message:
      "Bound on key columns '[`ID` INTEGER KEY]' must currently be '='. See https://cnfl.io/queries for more info.",
    at: 'id != 5',
  },
  {
    sql: 'SELECT * FROM agg WHERE id > 5;',
    message:
      'Query requires table scan to be enabled. Table scans can be enabled by setting ksql.query.pull.table.scan.enabled=true',
    hint: 'or name the key in the WHERE clause',
  },
  {
    sql: 'SELECT * FROM agg WHERE id + 1 = 5;',
    message: 'A comparison must directly reference a key column. See https://cnfl.io/queries for more info.',
    at: 'id + 1 = 5',
  },
  {
    sql: 'SELECT * FROM agg WHERE id = c;',
    message:
      'A comparison must be between a key column and a resolvable expression. See https://cnfl.io/queries for more info.',
    at: 'id = c',
  },
  {
    sql: 'SELECT * FROM agg WHERE id = NULL;',
    message:
      "Error in WHERE expression: Comparison with NULL not supported: INTEGER = NULL\nUse 'IS NULL' or 'IS NOT NULL' instead.\nStatement: (ID = null)",
    at: 'id = NULL',
  },
  {
    sql: "SELECT * FROM agg WHERE id IN ('x', 1);",
    message: 'Invalid Predicate: invalid input syntax for type INTEGER: "x".',
    at: "'x'",
  },
  {
    sql: 'SELECT * FROM agg WHERE id = 1 AND id = 2;',
    message:
      'A comparison condition on the key column cannot be combined with other comparisons such as an IN predicate. See https://cnfl.io/queries for more info.',
    at: 'id = 2',
  },
  {
    sql: "SELECT * FROM agg WHERE id LIKE 'x';",
    message:
      'The column type for Like condition must be VARCHAR. The column type is INTEGER. See https://cnfl.io/queries for more info.',
    at: "id LIKE 'x'",
  },
  {
    sql: 'SELECT * FROM agg WHERE id IS NULL;',
    message:
      'Unsupported expression in WHERE clause: (ID IS NULL). See https://cnfl.io/queries for more info.',
    at: 'id IS NULL',
  },
  {
    sql: 'SELECT * FROM agg WHERE NOT id = 5;',
    message:
      'Unsupported expression in WHERE clause: (NOT (ID = 5)). See https://cnfl.io/queries for more info.',
    at: 'NOT id = 5',
  },
  {
    sql: 'SELECT * FROM agg WHERE nope = 5;',
    message: "Line: 1, Col: 25: WHERE column 'NOPE' cannot be resolved.",
    at: 'nope',
  },
  {
    sql: 'SELECT nope FROM agg WHERE id = 5;',
    message: "Line: 1, Col: 8: SELECT column 'NOPE' cannot be resolved.",
    at: 'nope',
  },
  {
    sql: 'SELECT COUNT(*) FROM agg WHERE id = 5;',
    message:
      "Pull queries don't support aggregate functions: COUNT is an aggregate function. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    at: 'COUNT(*)',
    hint: 'keep it in a table: CREATE TABLE name AS SELECT ..., COUNT(...) FROM ... GROUP BY ...',
  },
  {
    sql: 'SELECT id, SUM(c) FROM agg WHERE id = 5;',
    message:
      "Pull queries don't support aggregate functions: SUM is an aggregate function. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    at: 'SUM(c)',
    hint: 'keep it in a table: CREATE TABLE name AS SELECT ..., SUM(...) FROM ... GROUP BY ...',
  },
  {
    sql: 'SELECT id FROM agg WHERE COUNT(*) > 5;',
    message: "Error in WHERE expression: Can't find any functions with the name 'COUNT'",
    at: 'COUNT(*)',
    hint: 'COUNT is an aggregate function: it stands in SELECT or HAVING of a query with GROUP BY',
  },
  {
    sql: 'SELECT * FROM agg GROUP BY id;',
    message:
      "Pull queries don't support GROUP BY clauses. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    at: 'SELECT * FROM agg GROUP BY id',
    hint: 'make a table of it with CREATE TABLE … AS SELECT, or add EMIT CHANGES',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM agg WHERE id = 5 GROUP BY id;',
    message:
      "Pull queries don't support GROUP BY clauses. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    at: 'SELECT id, COUNT(*) FROM agg WHERE id = 5 GROUP BY id',
    hint: 'make a table of it with CREATE TABLE … AS SELECT, or add EMIT CHANGES',
  },
  {
    sql: 'SELECT * FROM agg WHERE id = 5 HAVING c > 5;',
    message:
      "Pull queries don't support HAVING clauses. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    at: 'SELECT * FROM agg WHERE id = 5 HAVING c > 5',
    hint: 'make a table of it with CREATE TABLE … AS SELECT, or add EMIT CHANGES',
  },
  {
    sql: 'SELECT * FROM agg PARTITION BY id;',
    message:
      "Pull queries don't support PARTITION BY clauses. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    at: 'SELECT * FROM agg PARTITION BY id',
    hint: 'make a table of it with CREATE TABLE … AS SELECT, or add EMIT CHANGES',
  },
  {
    sql: 'SELECT * FROM agg WINDOW TUMBLING (SIZE 1 HOUR) WHERE id = 5;',
    message:
      "Pull queries don't support WINDOW clauses. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    hint: 'make a table of it with CREATE TABLE … AS SELECT, or add EMIT CHANGES',
  },
  {
    sql: 'SELECT * FROM agg JOIN t ON agg.id = t.id;',
    message:
      "Pull queries don't support JOIN clauses. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    at: 'SELECT * FROM agg JOIN t ON agg.id = t.id',
    hint: 'make a table of it with CREATE TABLE … AS SELECT, or add EMIT CHANGES',
  },
  {
    sql: 'SELECT * FROM agg WHERE id = 5 LIMIT -1;',
    message:
      "Pull queries don't support negative integers in the LIMIT clause. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    at: 'SELECT * FROM agg WHERE id = 5 LIMIT -1',
  },
  {
    sql: 'SELECT * FROM agg WHERE id = 5 LIMIT 1.5;',
    message: 'Failed to prepare statement: Value must be integer for command: LIMIT',
    at: 'SELECT * FROM agg WHERE id = 5 LIMIT 1.5',
  },
  {
    sql: 'SELECT ROWPARTITION FROM agg WHERE id = 5;',
    message:
      "Pull queries don't support the following columns in SELECT clauses: `ROWPARTITION`\n See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    at: 'ROWPARTITION',
  },
  {
    sql: 'SELECT id, ROWOFFSET, ROWPARTITION FROM agg WHERE id = 5;',
    message:
      "Pull queries don't support the following columns in SELECT clauses: `ROWOFFSET`, `ROWPARTITION`\n See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    at: 'ROWOFFSET',
  },
  {
    sql: 'SELECT * FROM agg WHERE id = 5 AND ROWOFFSET = 3;',
    message:
      "Pull queries don't support the following columns in WHERE clauses: `ROWOFFSET`\n See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    at: 'ROWOFFSET',
  },
  {
    sql: 'SELECT c, c FROM agg WHERE id = 5;',
    message: 'Duplicate value columns found in schema: `C` BIGINT',
    at: 'c',
    hint: 'give one of them another name with AS',
  },
  {
    sql: "SELECT * FROM agg WHERE id BETWEEN 'a' AND 'b';",
    message:
      "Invalid expression: Cannot compare ID (INTEGER) to 'a' (STRING) with GREATER_THAN_OR_EQUAL.\nStatement: (ID >= 'a')",
    at: "id BETWEEN 'a' AND 'b'",
  },
  {
    sql: 'SELECT * FROM agg WHERE id = 5 AND WINDOWSTART > 5;',
    message: "Line: 1, Col: 36: WHERE column 'WINDOWSTART' cannot be resolved.",
    at: 'WINDOWSTART',
    hint: 'WINDOWSTART is a column of what has a WINDOW: FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ...',
  },
  {
    sql: 'SELECT * FROM mt WHERE k1 = 5;',
    message:
      'Multi-column sources must specify every key in the WHERE clause. Specified: [`K1`] Expected: [`K1` INTEGER KEY, `K2` INTEGER KEY]. See https://cnfl.io/queries for more info.',
  },
  {
    sql: 'SELECT * FROM mt WHERE k1 = 5 OR k2 = 5;',
    message:
      'Multi-column sources must specify every key in the WHERE clause. Specified: [`K1`] Expected: [`K1` INTEGER KEY, `K2` INTEGER KEY]. See https://cnfl.io/queries for more info.',
  },
  {
    sql: 'SELECT * FROM wt WHERE id = 5 AND WINDOWSTART != 5;',
    message: 'Unsupported `WINDOWSTART` bounds: NOT_EQUAL. See https://cnfl.io/queries for more info.',
    at: 'WINDOWSTART != 5',
  },
  {
    sql: 'SELECT * FROM wt WHERE id = 5 AND WINDOWSTART > 5 AND WINDOWSTART > 6;',
    message: 'Duplicate `WINDOWSTART` bounds on: GREATER_THAN. See https://cnfl.io/queries for more info.',
    at: 'WINDOWSTART > 6',
  },
  {
    sql: 'SELECT * FROM wt WHERE id = 5 AND WINDOWSTART = 5 AND WINDOWSTART > 6;',
    message:
      '`(WINDOWSTART > 6)` cannot be combined with other `WINDOWSTART` bounds. See https://cnfl.io/queries for more info.',
    at: 'WINDOWSTART > 6',
  },
  {
    sql: "SELECT * FROM wt WHERE id = 5 AND WINDOWSTART > 'no time';",
    message:
      "Failed to prepare statement: Line: 1, Col: 49: Failed to parse timestamp 'no time': Failed to parse 'no time' as TIMESTAMP. Required format is: yyyy-MM-dd'T'HH:mm:ss.SSS, with a zone such as +0200 if wanted, for example '2020-05-26T23:59:58.000'",
    at: "'no time'",
    hint: "write it as '2020-02-10T08:31:44.001'",
  },
]);
