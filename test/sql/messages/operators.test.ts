import { checkRefusals } from './check-refusals.ts';

checkRefusals('operators', [
  {
    sql: 'SELECT a + n FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Error processing expression: (A + N). Unsupported arithmetic types. INTEGER STRING',
    at: 'a + n',
  },
  {
    sql: 'SELECT a - f FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Error processing expression: (A - F). Unsupported arithmetic types. INTEGER BOOLEAN',
    at: 'a - f',
  },
  {
    sql: 'SELECT n - n FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Error processing expression: (N - N). Unsupported arithmetic types. STRING STRING',
    at: 'n - n',
  },
  {
    sql: 'SELECT n * 2 FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Error processing expression: (N * 2). Unsupported arithmetic types. STRING INTEGER',
    at: 'n * 2',
  },
  {
    sql: 'SELECT arr + 1 FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Error processing expression: (ARR + 1). Unsupported arithmetic types. ARRAY INTEGER',
    at: 'arr + 1',
  },
  {
    sql: 'SELECT arr + arr FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Error processing expression: (ARR + ARR). Unsupported arithmetic types. ARRAY ARRAY',
    at: 'arr + arr',
  },
  {
    sql: 'SELECT st + st FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Error processing expression: (ST + ST). Unsupported arithmetic types. STRUCT STRUCT',
    at: 'st + st',
  },
  {
    sql: 'SELECT m + 1 FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Error processing expression: (M + 1). Unsupported arithmetic types. MAP INTEGER',
    at: 'm + 1',
  },
  {
    sql: 'SELECT ts + 1 FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Error processing expression: (TS + 1). Unsupported arithmetic types. TIMESTAMP INTEGER',
    at: 'ts + 1',
  },
  {
    sql: 'SELECT y + y FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Error processing expression: (Y + Y). Unsupported arithmetic types. BYTES BYTES',
    at: 'y + y',
  },
  {
    sql: 'SELECT -n FROM s EMIT CHANGES;',
    message: 'Invalid Select: Error processing expression: -N. Unsupported arithmetic types. STRING',
    at: '-n',
  },
  {
    sql: 'SELECT -f FROM s EMIT CHANGES;',
    message: 'Invalid Select: Error processing expression: -F. Unsupported arithmetic types. BOOLEAN',
    at: '-f',
  },
  {
    sql: 'SELECT +arr FROM s EMIT CHANGES;',
    message: 'Invalid Select: Error processing expression: +ARR. Unsupported arithmetic types. ARRAY',
    at: '+arr',
  },
  {
    sql: 'SELECT -NULL FROM s EMIT CHANGES;',
    message: 'Invalid Select: Error processing expression: -null. Unsupported arithmetic types. null',
    at: '-NULL',
  },
  {
    sql: 'SELECT NULL + a FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Error processing expression: (null + A). Arithmetic on types null and INTEGER are not supported.',
    at: 'NULL + a',
  },
  {
    sql: 'SELECT NULL FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).",
    at: 'NULL',
  },
  {
    sql: 'SELECT n || 1 FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Function 'concat' does not accept parameters (STRING, INTEGER).\nValid alternatives are:\nconcat(STRING... strings)\nconcat(BYTES... bytes)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
    at: 'n || 1',
  },
  {
    sql: 'SELECT a = n FROM s EMIT CHANGES;',
    message: 'Invalid Select: Cannot compare A (INTEGER) to N (STRING) with EQUAL.\nStatement: (A = N)',
    at: 'a = n',
  },
  {
    sql: 'SELECT a FROM s WHERE a = n EMIT CHANGES;',
    message:
      'Error in WHERE expression: Cannot compare A (INTEGER) to N (STRING) with EQUAL.\nStatement: (A = N)',
    at: 'a = n',
  },
  {
    sql: 'SELECT a FROM s WHERE n = 1 EMIT CHANGES;',
    message:
      'Error in WHERE expression: Cannot compare N (STRING) to 1 (INTEGER) with EQUAL.\nStatement: (N = 1)',
    at: 'n = 1',
  },
  {
    sql: 'SELECT a FROM s WHERE f > true EMIT CHANGES;',
    message:
      'Error in WHERE expression: Cannot compare F (BOOLEAN) to true (BOOLEAN) with GREATER_THAN.\nStatement: (F > true)',
    at: 'f > true',
  },
  {
    sql: 'SELECT a FROM s WHERE arr > arr EMIT CHANGES;',
    message:
      'Error in WHERE expression: Cannot compare ARR (ARRAY<INTEGER>) to ARR (ARRAY<INTEGER>) with GREATER_THAN.\nStatement: (ARR > ARR)',
    at: 'arr > arr',
  },
  {
    sql: 'SELECT a FROM s WHERE m = st EMIT CHANGES;',
    message:
      'Error in WHERE expression: Cannot compare M (MAP<STRING, INTEGER>) to ST (STRUCT<`CITY` STRING, `ZIP` INTEGER>) with EQUAL.\nStatement: (M = ST)',
    at: 'm = st',
  },
  {
    sql: 'SELECT a FROM s WHERE a = NULL EMIT CHANGES;',
    message:
      "Error in WHERE expression: Comparison with NULL not supported: INTEGER = NULL\nUse 'IS NULL' or 'IS NOT NULL' instead.\nStatement: (A = null)",
    at: 'a = NULL',
  },
  {
    sql: 'SELECT a FROM s WHERE NULL = NULL EMIT CHANGES;',
    message:
      "Error in WHERE expression: Comparison with NULL not supported: NULL = NULL\nUse 'IS NULL' or 'IS NOT NULL' instead.\nStatement: (null = null)",
    at: 'NULL = NULL',
  },
  {
    sql: 'SELECT a = NULL FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Comparison with NULL not supported: INTEGER = NULL\nUse 'IS NULL' or 'IS NOT NULL' instead.\nStatement: (A = null)",
    at: 'a = NULL',
  },
  {
    sql: 'SELECT a FROM s WHERE a IS DISTINCT FROM n EMIT CHANGES;',
    message:
      'Error in WHERE expression: Cannot compare A (INTEGER) to N (STRING) with IS_DISTINCT_FROM.\nStatement: (A IS DISTINCT FROM N)',
    at: 'a IS DISTINCT FROM n',
  },
  {
    sql: 'SELECT a FROM s WHERE dt > ti EMIT CHANGES;',
    message:
      'Error in WHERE expression: Cannot compare DT (DATE) to TI (TIME) with GREATER_THAN.\nStatement: (DT > TI)',
    at: 'dt > ti',
  },
  {
    sql: 'SELECT a FROM s WHERE dt > 5 EMIT CHANGES;',
    message:
      'Error in WHERE expression: Cannot compare DT (DATE) to 5 (INTEGER) with GREATER_THAN.\nStatement: (DT > 5)',
    at: 'dt > 5',
  },
  {
    sql: "SELECT a FROM s WHERE y = 'x' EMIT CHANGES;",
    message:
      "Error in WHERE expression: Cannot compare Y (BYTES) to 'x' (STRING) with EQUAL.\nStatement: (Y = 'x')",
    at: "y = 'x'",
  },
  {
    sql: 'SELECT a FROM s WHERE n BETWEEN 1 AND 2 EMIT CHANGES;',
    message:
      'Error in WHERE expression: Cannot compare N (STRING) to 1 (INTEGER) with GREATER_THAN_OR_EQUAL.\nStatement: (N >= 1)',
    at: 'n BETWEEN 1 AND 2',
  },
  {
    sql: "SELECT a FROM s WHERE a BETWEEN 'x' AND 'y' EMIT CHANGES;",
    message:
      "Error in WHERE expression: Cannot compare A (INTEGER) to 'x' (STRING) with GREATER_THAN_OR_EQUAL.\nStatement: (A >= 'x')",
    at: "a BETWEEN 'x' AND 'y'",
  },
  {
    sql: 'SELECT a FROM s WHERE a BETWEEN NULL AND 2 EMIT CHANGES;',
    message:
      "Error in WHERE expression: Comparison with NULL not supported: INTEGER >= NULL\nUse 'IS NULL' or 'IS NOT NULL' instead.\nStatement: (A >= null)",
    at: 'a BETWEEN NULL AND 2',
  },
  {
    sql: "SELECT a FROM s WHERE CAST(a AS STRING) LIKE 'x' ESCAPE '!!' EMIT CHANGES;",
    message: 'Error in WHERE expression: Expected single character escape but got: !!',
    hint: "one character stands before a % or _ that is meant: LIKE '50!%' ESCAPE '!'",
    at: "CAST(a AS STRING) LIKE 'x' ESCAPE '!!'",
  },
  {
    sql: "SELECT a FROM s WHERE a LIKE 'x' EMIT CHANGES;",
    message: 'Error in WHERE expression: Like condition must be between strings. Got: INTEGER and STRING',
    at: "a LIKE 'x'",
  },
  {
    sql: 'SELECT a FROM s WHERE n LIKE 5 EMIT CHANGES;',
    message: 'Error in WHERE expression: Like condition must be between strings. Got: STRING and INTEGER',
    at: 'n LIKE 5',
  },
  {
    sql: "SELECT a FROM s WHERE a IN ('x') EMIT CHANGES;",
    message: 'Invalid Predicate: invalid input syntax for type INTEGER: "x".',
    at: "'x'",
  },
  {
    sql: 'SELECT a FROM s WHERE a IN (f) EMIT CHANGES;',
    message:
      'Invalid Predicate: operator does not exist: INTEGER = BOOLEAN (F)\nHint: You might need to add explicit type casts.',
    at: 'f',
  },
  {
    sql: 'SELECT a IN (f) FROM s EMIT CHANGES;',
    message:
      'Invalid Select: operator does not exist: INTEGER = BOOLEAN (F)\nHint: You might need to add explicit type casts.',
    at: 'f',
  },
  {
    sql: 'SELECT a FROM s WHERE a EMIT CHANGES;',
    message: 'Type error in WHERE expression: Should evaluate to boolean but is A (INTEGER) instead.',
    at: 'a',
  },
  {
    sql: 'SELECT a FROM s WHERE a + 1 EMIT CHANGES;',
    message: 'Type error in WHERE expression: Should evaluate to boolean but is (A + 1) (INTEGER) instead.',
    at: 'a + 1',
  },
  {
    sql: 'SELECT a FROM s WHERE UCASE(n) EMIT CHANGES;',
    message: 'Type error in WHERE expression: Should evaluate to boolean but is UCASE(N) (STRING) instead.',
    at: 'UCASE(n)',
  },
  {
    sql: 'SELECT a FROM s WHERE NULL EMIT CHANGES;',
    message: 'Type error in WHERE expression: Should evaluate to boolean but is null (null) instead.',
    at: 'NULL',
  },
  {
    sql: 'SELECT a FROM s WHERE a AND f EMIT CHANGES;',
    message: 'Error in WHERE expression: Should evaluate to boolean but is A (INTEGER) instead.',
    at: 'a',
  },
  {
    sql: 'SELECT a FROM s WHERE NOT a EMIT CHANGES;',
    message: 'Error in WHERE expression: Should evaluate to boolean but is A (INTEGER) instead.',
    at: 'a',
  },
  {
    sql: 'SELECT a AND f FROM s EMIT CHANGES;',
    message: 'Invalid Select: Should evaluate to boolean but is A (INTEGER) instead.',
    at: 'a',
  },
  {
    sql: 'SELECT NOT a FROM s EMIT CHANGES;',
    message: 'Invalid Select: Should evaluate to boolean but is A (INTEGER) instead.',
    at: 'a',
  },
  {
    sql: 'SELECT CASE WHEN a THEN 1 END FROM s EMIT CHANGES;',
    message: "Invalid Select: WHEN operand type should be boolean.\nType for 'A' is INTEGER",
    at: 'a',
  },
  {
    sql: "SELECT CASE WHEN f THEN 1 ELSE 'x' END FROM s EMIT CHANGES;",
    message:
      "Invalid Select: Invalid Case expression. Type for the default clause should be the same as for 'THEN' clauses.\nTHEN type: INTEGER.\nDEFAULT type: STRING.",
    at: "'x'",
  },
  {
    sql: 'SELECT CASE WHEN f THEN 1 ELSE n END FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Invalid Case expression. Type for the default clause should be the same as for 'THEN' clauses.\nTHEN type: INTEGER.\nDEFAULT type: STRING.",
    at: 'n',
  },
  {
    sql: "SELECT CASE WHEN f THEN 'x' ELSE a END FROM s EMIT CHANGES;",
    message:
      "Invalid Select: Invalid Case expression. Type for the default clause should be the same as for 'THEN' clauses.\nTHEN type: STRING.\nDEFAULT type: INTEGER.",
    at: 'a',
  },
  {
    sql: 'SELECT CASE WHEN f THEN NULL ELSE NULL END FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Invalid Case expression. All case branches have a NULL type. Please explicitly cast at least one branch to the correct type, e.g. CAST(null AS VARCHAR).',
    at: 'CASE WHEN f THEN NULL ELSE NULL END',
  },
  {
    sql: 'SELECT CASE WHEN f THEN NULL END FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Invalid Case expression. All case branches have a NULL type. Please explicitly cast at least one branch to the correct type, e.g. CAST(null AS VARCHAR).',
    at: 'CASE WHEN f THEN NULL END',
  },
  {
    sql: 'SELECT CASE a WHEN n THEN 1 END FROM s EMIT CHANGES;',
    message: 'Invalid Select: Cannot compare A (INTEGER) to N (STRING) with EQUAL.\nStatement: (A = N)',
    at: 'WHEN n THEN 1',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY id HAVING COUNT(*) EMIT CHANGES;',
    message: 'Type error in HAVING expression: Should evaluate to boolean but is COUNT(*) (BIGINT) instead.',
    at: 'COUNT(*)',
  },
  {
    sql: "SELECT id, COUNT(*) FROM s GROUP BY id HAVING COUNT(*) = 'x' EMIT CHANGES;",
    message:
      "Error in HAVING expression: Cannot compare COUNT(*) (BIGINT) to 'x' (STRING) with EQUAL.\nStatement: (COUNT(*) = 'x')",
    at: "COUNT(*) = 'x'",
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY id HAVING SUM(n) > 3 EMIT CHANGES;',
    message:
      "Function 'SUM' does not accept parameters (STRING).\nValid alternatives are:\nSUM(INTEGER value)\nSUM(BIGINT value)\nSUM(DOUBLE value)\nSUM(DECIMAL value)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
    at: 'SUM(n)',
    hint: 'read the text as a number: CAST(... AS DOUBLE)',
  },
  {
    sql: 'SELECT CAST(f AS INT) FROM s EMIT CHANGES;',
    message: 'Invalid Select: Cast of BOOLEAN to INTEGER is not supported',
    at: 'CAST(f AS INT)',
  },
  {
    sql: 'SELECT CAST(a AS BOOLEAN) FROM s EMIT CHANGES;',
    message: 'Invalid Select: Cast of INTEGER to BOOLEAN is not supported',
    at: 'CAST(a AS BOOLEAN)',
  },
  {
    sql: 'SELECT CAST(a AS DATE) FROM s EMIT CHANGES;',
    message: 'Invalid Select: Cast of INTEGER to DATE is not supported',
    at: 'CAST(a AS DATE)',
  },
  {
    sql: 'SELECT CAST(arr AS INT) FROM s EMIT CHANGES;',
    message: 'Invalid Select: Cast of ARRAY<INTEGER> to INTEGER is not supported',
    at: 'CAST(arr AS INT)',
  },
  {
    sql: 'SELECT CAST(arr AS ARRAY<DATE>) FROM s EMIT CHANGES;',
    message: 'Invalid Select: Cast of ARRAY<INTEGER> to ARRAY<DATE> is not supported',
    at: 'CAST(arr AS ARRAY<DATE>)',
  },
  {
    sql: 'SELECT CAST(st AS MAP<STRING, INT>) FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Cast of STRUCT<`CITY` STRING, `ZIP` INTEGER> to MAP<STRING, INTEGER> is not supported',
    at: 'CAST(st AS MAP<STRING, INT>)',
  },
  {
    sql: 'SELECT CAST(y AS INT) FROM s EMIT CHANGES;',
    message: 'Invalid Select: Cast of BYTES to INTEGER is not supported',
    at: 'CAST(y AS INT)',
  },
  {
    sql: 'SELECT CAST(ts AS INT) FROM s EMIT CHANGES;',
    message: 'Invalid Select: Cast of TIMESTAMP to INTEGER is not supported',
    at: 'CAST(ts AS INT)',
  },
  {
    sql: 'SELECT CAST(a AS NOPE) FROM s EMIT CHANGES;',
    message: 'Failed to prepare statement: Cannot resolve unknown type: NOPE',
    at: 'NOPE',
    hint: 'SHOW TYPES lists those that CREATE TYPE has made',
  },
  {
    sql: 'SELECT CAST(a AS INTT) FROM s EMIT CHANGES;',
    message: 'Failed to prepare statement: Cannot resolve unknown type: INTT',
    at: 'INTT',
    suggestion: 'INT',
    hint: 'SHOW TYPES lists those that CREATE TYPE has made',
  },
  {
    sql: 'SELECT CAST(a AS DECIMAL(0,0)) FROM s EMIT CHANGES;',
    message: 'Failed to prepare statement: DECIMAL precision must be >= 1: DECIMAL(0,0)',
    at: 'DECIMAL(0,0)',
  },
  {
    sql: 'SELECT CAST(a AS DECIMAL(2,3)) FROM s EMIT CHANGES;',
    message: 'Failed to prepare statement: DECIMAL precision must be >= scale: DECIMAL(2,3)',
    at: 'DECIMAL(2,3)',
  },
  {
    sql: 'SELECT CAST(a AS DECIMAL) FROM s EMIT CHANGES;',
    message: "line 1:25: Syntax Error\nExpecting '('",
    at: ')',
    hint: 'DECIMAL(10, 2) has 10 digits, 2 of them after the point',
  },
  {
    sql: 'SELECT CAST(a AS STRUCT<x INT, x INT>) FROM s EMIT CHANGES;',
    message:
      "Failed to prepare statement: Duplicate field names found in STRUCT: '`X` INTEGER' and '`X` INTEGER'",
    at: 'STRUCT<x INT, x INT>',
  },
]);
