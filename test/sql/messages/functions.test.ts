import { checkRefusals } from './check-refusals.ts';

checkRefusals('calls of functions', [
  {
    sql: 'SELECT NOPE(a) FROM s EMIT CHANGES;',
    message: "Can't find any functions with the name 'NOPE'",
    at: 'NOPE(a)',
  },
  {
    sql: 'SELECT UPERCASE(n) FROM s EMIT CHANGES;',
    message: "Can't find any functions with the name 'UPERCASE'",
    at: 'UPERCASE(n)',
    suggestion: 'UCASE',
  },
  {
    sql: 'SELECT a FROM s WHERE NOPE(a) = 1 EMIT CHANGES;',
    message: "Error in WHERE expression: Can't find any functions with the name 'NOPE'",
    at: 'NOPE(a)',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY NOPE(id) EMIT CHANGES;',
    message:
      'Non-aggregate SELECT expression(s) not part of GROUP BY: ID\nEither add the column(s) to the GROUP BY or remove them from the SELECT.',
    at: 'id',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY id HAVING NOPE(id) = 1 EMIT CHANGES;',
    message: "Error in HAVING expression: Can't find any functions with the name 'NOPE'",
    at: 'NOPE(id)',
  },
  {
    sql: 'SELECT * FROM s PARTITION BY NOPE(id) EMIT CHANGES;',
    message: "Can't find any functions with the name 'NOPE'",
    at: 'NOPE(id)',
  },
  {
    sql: 'SELECT s.a FROM s JOIN s2 WITHIN 1 HOUR ON NOPE(s.id) = s2.id EMIT CHANGES;',
    message: "Can't find any functions with the name 'NOPE'",
    at: 'NOPE(s.id)',
  },
  {
    sql: 'SELECT ABS(n) FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Function 'abs' does not accept parameters (STRING).\nValid alternatives are:\nabs(INTEGER val)\nabs(BIGINT val)\nabs(DOUBLE val)\nabs(DECIMAL val)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
    at: 'ABS(n)',
    hint: 'read the text as a number: CAST(... AS DOUBLE)',
  },
  {
    sql: 'SELECT UCASE(a) FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Function 'ucase' does not accept parameters (INTEGER).\nValid alternatives are:\nucase(STRING str)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
    at: 'UCASE(a)',
  },
  {
    sql: 'SELECT SUBSTRING(n) FROM s EMIT CHANGES;',
    message: "Invalid Select: Function 'substring' does not accept parameters (STRING).",
    at: 'SUBSTRING(n)',
  },
  {
    sql: 'SELECT CONCAT(n, a) FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Function 'concat' does not accept parameters (STRING, INTEGER).\nValid alternatives are:\nconcat(STRING... strings)\nconcat(BYTES... bytes)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
    at: 'CONCAT(n, a)',
  },
  {
    sql: 'SELECT LEN(NULL) FROM s EMIT CHANGES;',
    message: "Invalid Select: Function 'len' cannot be resolved due to ambiguous method parameters (null).",
    at: 'LEN(NULL)',
  },
  {
    sql: 'SELECT COALESCE(a, n) FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Function 'COALESCE' does not accept parameters (INTEGER, STRING).\nValid alternatives are:\nCOALESCE(T first, T... others)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
    at: 'COALESCE(a, n)',
  },
  {
    sql: 'SELECT COALESCE() FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Function 'COALESCE' does not accept parameters ().\nValid alternatives are:\nCOALESCE(T first, T... others)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
    at: 'COALESCE()',
  },
  {
    sql: 'SELECT IFNULL(a, n) FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Function 'IFNULL' does not accept parameters (INTEGER, STRING).\nValid alternatives are:\nIFNULL(T expression, T altValue)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
    at: 'IFNULL(a, n)',
  },
  {
    sql: 'SELECT NULLIF(a, n) FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Function 'NULLIF' does not accept parameters (INTEGER, STRING).\nValid alternatives are:\nNULLIF(T expression1, T expression2)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
    at: 'NULLIF(a, n)',
  },
  {
    sql: 'SELECT TRANSFORM(arr, (x, z) => x) FROM s EMIT CHANGES;',
    message: "Failed to prepare statement: Lambda function argument can't be a column name: X",
    at: '(x, z) => x',
    hint: 'give the parameter another name',
  },
  {
    sql: 'SELECT TRANSFORM(arr, x => x + n) FROM s EMIT CHANGES;',
    message: "Failed to prepare statement: Lambda function argument can't be a column name: X",
    at: 'x => x + n',
    hint: 'give the parameter another name',
  },
  {
    sql: 'SELECT TRANSFORM(a, x => x) FROM s EMIT CHANGES;',
    message: "Failed to prepare statement: Lambda function argument can't be a column name: X",
    at: 'x => x',
    hint: 'give the parameter another name',
  },
  {
    sql: 'SELECT FILTER(arr, x => x) FROM s EMIT CHANGES;',
    message: "Failed to prepare statement: Lambda function argument can't be a column name: X",
    at: 'x => x',
    hint: 'give the parameter another name',
  },
  {
    sql: 'SELECT REDUCE(arr, 0, (x, z) => n) FROM s EMIT CHANGES;',
    message: "Failed to prepare statement: Lambda function argument can't be a column name: X",
    at: '(x, z) => n',
    hint: 'give the parameter another name',
  },
  {
    sql: 'SELECT TRANSFORM(arr, (x, x) => x) FROM s EMIT CHANGES;',
    message: "Failed to prepare statement: Lambda function argument can't be a column name: X",
    at: '(x, x) => x',
    hint: 'give the parameter another name',
  },
  {
    sql: 'SELECT TRANSFORM(arr, x => TRANSFORM(arr, x => x)) FROM s EMIT CHANGES;',
    message: "Failed to prepare statement: Lambda function argument can't be a column name: X",
    at: 'x => TRANSFORM(arr, x => x)',
    hint: 'give the parameter another name',
  },
  {
    sql: 'SELECT ABS(x => x) FROM s EMIT CHANGES;',
    message: "Failed to prepare statement: Lambda function argument can't be a column name: X",
    at: 'x => x',
    hint: 'give the parameter another name',
  },
  {
    sql: 'SELECT x => x FROM s EMIT CHANGES;',
    message: "line 1:10: Syntax Error\nExpecting 'FROM'",
    at: '=>',
  },
  {
    sql: 'SELECT TRANSFORM(arr, a => a) FROM s EMIT CHANGES;',
    message: "Failed to prepare statement: Lambda function argument can't be a column name: A",
    at: 'a => a',
    hint: 'give the parameter another name',
  },
  {
    sql: 'SELECT TIMESTAMPADD(DAYS, n, ts) FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Function 'timestampadd' does not accept parameters (INTERVALUNIT, STRING, TIMESTAMP).",
    at: 'TIMESTAMPADD(DAYS, n, ts)',
  },
  {
    sql: 'SELECT EXPLODE(a) FROM s EMIT CHANGES;',
    message:
      "Function 'explode' does not accept parameters (INTEGER).\nValid alternatives are:\nexplode(ARRAY<DECIMAL> input)\nexplode(ARRAY<T> list)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
  },
  {
    sql: 'SELECT EXPLODE(EXPLODE(arr)) FROM s EMIT CHANGES;',
    message: 'Table functions cannot be nested: EXPLODE(EXPLODE())',
    at: 'EXPLODE(EXPLODE(arr))',
  },
  {
    sql: 'SELECT a FROM s WHERE EXPLODE(arr) = 1 EMIT CHANGES;',
    message: "Error in WHERE expression: Can't find any functions with the name 'EXPLODE'",
    at: 'EXPLODE(arr)',
    hint: 'EXPLODE is a table function: it stands in SELECT',
  },
  {
    sql: 'SELECT EXPLODE(arr), COUNT(*) FROM s GROUP BY id EMIT CHANGES;',
    message: 'Table functions cannot be used with aggregations.',
    at: 'EXPLODE(arr)',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY EXPLODE(arr) EMIT CHANGES;',
    message:
      'Non-aggregate SELECT expression(s) not part of GROUP BY: ID\nEither add the column(s) to the GROUP BY or remove them from the SELECT.',
    at: 'id',
  },
  {
    sql: 'SELECT id, COUNT(EXPLODE(arr)) FROM s GROUP BY id EMIT CHANGES;',
    message: 'Table functions cannot be used with aggregations.',
    at: 'EXPLODE(arr)',
  },
  {
    sql: 'SELECT * FROM s PARTITION BY EXPLODE(arr) EMIT CHANGES;',
    message: "Can't find any functions with the name 'EXPLODE'",
    at: 'EXPLODE(arr)',
    hint: 'EXPLODE is a table function: it stands in SELECT',
  },
  {
    sql: 'SELECT EXPLODE(arr) FROM t EMIT CHANGES;',
    message: "Line: 1, Col: 16: SELECT column 'ARR' cannot be resolved.",
    at: 'arr',
  },
  {
    sql: 'SELECT EXPLODE(ARRAY[a]) FROM t EMIT CHANGES;',
    message: 'Table source is not supported with table functions',
    at: 't',
  },
  {
    sql: 'SELECT EXPLODE(arr) FROM s JOIN t ON s.id = t.id EMIT CHANGES;',
    message: 'Table source is not supported with table functions',
    at: 't',
  },
  {
    sql: 'SELECT EXPLODE() FROM s EMIT CHANGES;',
    message:
      "Function 'explode' does not accept parameters ().\nValid alternatives are:\nexplode(ARRAY<DECIMAL> input)\nexplode(ARRAY<T> list)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
  },
  {
    sql: 'SELECT EXPLODE(NULL) FROM s EMIT CHANGES;',
    message:
      "Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).",
    at: 'NULL',
  },
]);
