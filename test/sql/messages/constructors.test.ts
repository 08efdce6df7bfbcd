import { checkRefusals } from './check-refusals.ts';

checkRefusals('constructors and what is read from them', [
  {
    sql: 'SELECT ARRAY[] FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Array constructor cannot be empty. Please supply at least one element (see https://github.com/confluentinc/ksql/issues/4239).',
    at: 'ARRAY[]',
  },
  {
    sql: 'SELECT ARRAY[NULL, NULL] FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Cannot construct an array with all NULL elements (see https://github.com/confluentinc/ksql/issues/4239). As a workaround, you may cast a NULL value to the desired type.',
    at: 'ARRAY[NULL, NULL]',
  },
  {
    sql: 'SELECT ARRAY[1, n] FROM s EMIT CHANGES;',
    message:
      'Invalid Select: operator does not exist: INTEGER = STRING (N)\nHint: You might need to add explicit type casts.',
    at: 'n',
  },
  {
    sql: "SELECT ARRAY[1, 'x'] FROM s EMIT CHANGES;",
    message: 'Invalid Select: invalid input syntax for type INTEGER: "x".',
    at: "'x'",
  },
  {
    sql: "SELECT ARRAY[true, 'x'] FROM s EMIT CHANGES;",
    message: 'Invalid Select: invalid input syntax for type BOOLEAN: "x".',
    at: "'x'",
  },
  {
    sql: 'SELECT ARRAY[a, arr] FROM s EMIT CHANGES;',
    message:
      'Invalid Select: operator does not exist: INTEGER = ARRAY<INTEGER> (ARR)\nHint: You might need to add explicit type casts.',
    at: 'arr',
  },
  {
    sql: 'SELECT MAP() FROM s EMIT CHANGES;',
    message:
      'Invalid Select: Map constructor cannot be empty. Please supply at least one key value pair (see https://github.com/confluentinc/ksql/issues/4239).',
    at: 'MAP()',
  },
  {
    sql: "SELECT MAP('a' := NULL) FROM s EMIT CHANGES;",
    message:
      'Invalid Select: Cannot construct a map with all NULL values (see https://github.com/confluentinc/ksql/issues/4239). As a workaround, you may cast a NULL value to the desired type.',
    at: "MAP('a' := NULL)",
  },
  {
    sql: "SELECT MAP('a' := 1, 'b' := n) FROM s EMIT CHANGES;",
    message:
      'Invalid Select: operator does not exist: INTEGER = STRING (N)\nHint: You might need to add explicit type casts.',
    at: 'n',
  },
  {
    sql: 'SELECT STRUCT(x := NULL) FROM s EMIT CHANGES;',
    message:
      "Invalid Select: Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).",
    at: 'NULL',
  },
  {
    sql: 'SELECT STRUCT(x := 1, x := 2) FROM s EMIT CHANGES;',
    message: "Invalid Select: Duplicate field names found in STRUCT: '`X` INTEGER' and '`X` INTEGER'",
    at: 'STRUCT(x := 1, x := 2)',
  },
  {
    sql: 'SELECT a->* FROM s EMIT CHANGES;',
    message: 'Cannot expand a non-struct with ->*: it is a INTEGER',
    at: 'a->*',
  },
  {
    sql: 'SELECT nope->* FROM s EMIT CHANGES;',
    message: "Line: 1, Col: 8: SELECT column 'NOPE' cannot be resolved.",
    at: 'nope',
  },
  {
    sql: 'SELECT s.* FROM s2 EMIT CHANGES;',
    message: "Failed to prepare statement: 'S' is not a valid stream/table name or alias.",
    at: 's.*',
    suggestion: 'S2',
  },
]);
