import { checkRefusals } from './check-refusals.ts';

checkRefusals('names of columns and sources', [
  {
    sql: 'SELECT nope FROM s EMIT CHANGES;',
    message: "Line: 1, Col: 8: SELECT column 'NOPE' cannot be resolved.",
    at: 'nope',
  },
  {
    sql: 'SELECT s.nope FROM s EMIT CHANGES;',
    message: "Line: 1, Col: 8: SELECT column 'S.NOPE' cannot be resolved.",
    at: 's.nope',
  },
  {
    sql: 'SELECT `a``b` FROM s EMIT CHANGES;',
    message: "Line: 1, Col: 8: SELECT column 'a`b' cannot be resolved.",
    at: '`a``b`',
  },
  {
    // No join of two sources makes a key of this name.
    sql: 'SELECT ROWKEY_99 FROM t FULL JOIN t2 ON t.id = t2.id EMIT CHANGES;',
    message: "Line: 1, Col: 8: SELECT column 'ROWKEY_99' cannot be resolved.",
    at: 'ROWKEY_99',
  },
  {
    // Shorter in itself than where it stands, and yet in no quotes.
    sql: "DEFINE c = 'zz'; SELECT ${c} FROM s EMIT CHANGES;",
    message: "Line: 1, Col: 25: SELECT column 'ZZ' cannot be resolved.",
    at: '${c}',
  },
  {
    sql: 'SELECT `zz` FROM s EMIT CHANGES;',
    message: "Line: 1, Col: 8: SELECT column 'zz' cannot be resolved.",
    at: '`zz`',
  },
  {
    // Quotes that are doubled in it make it no longer than what stands for it.
    sql: 'DEFINE c = \'"""a longer one"""\'; SELECT ${c} FROM s EMIT CHANGES;',
    message: `Line: 1, Col: 41: SELECT column '"a longer one"' cannot be resolved.`,
    at: '${c}',
    hint: `a text is written in single quotes: '"a longer one"'`,
  },
  {
    sql: 'SELECT q.nope FROM s EMIT CHANGES;',
    message: "Failed to prepare statement: 'Q' is not a valid stream/table name or alias.",
    at: 'q.nope',
    suggestion: 'S',
  },
  {
    sql: 'SELECT q.nope FROM s x EMIT CHANGES;',
    message: "Failed to prepare statement: 'Q' is not a valid stream/table name or alias.",
    at: 'q.nope',
    suggestion: 'X',
  },
  {
    sql: 'SELECT a FROM s WHERE nope = 1 EMIT CHANGES;',
    message: "Line: 1, Col: 23: WHERE column 'NOPE' cannot be resolved.",
    at: 'nope',
  },
  {
    sql: 'SELECT a FROM s WHERE q.a = 1 EMIT CHANGES;',
    message: "Failed to prepare statement: 'Q' is not a valid stream/table name or alias.",
    at: 'q.a',
    suggestion: 'S',
  },
  {
    sql: 'SELECT COUNT(*) FROM s GROUP BY nope EMIT CHANGES;',
    message: "Line: 1, Col: 33: GROUP BY column 'NOPE' cannot be resolved.",
    at: 'nope',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY id HAVING nope > 1 EMIT CHANGES;',
    message: "Line: 1, Col: 47: HAVING column 'NOPE' cannot be resolved.",
    at: 'nope',
  },
  {
    sql: 'SELECT * FROM s PARTITION BY nope EMIT CHANGES;',
    message:
      "Line: 1, Col: 30: PARTITION BY column 'NOPE' cannot be resolved. 'NOPE' must be a column in the source schema since PARTITION BY is applied on the input.",
    at: 'nope',
  },
  {
    sql: 'SELECT a FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.id EMIT CHANGES;',
    message: "Failed to prepare statement: Column 'A' is ambiguous. Could be S.A or S2.A.",
    at: 'a',
    hint: 'say of which: S.A',
  },
  {
    sql: 'SELECT s.a FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.nope EMIT CHANGES;',
    message: "Line: 1, Col: 51: JOIN ON column 'S2.NOPE' cannot be resolved.",
    at: 's2.nope',
  },
  {
    sql: 'SELECT s.a FROM s JOIN s2 WITHIN 1 HOUR ON id = s2.id EMIT CHANGES;',
    message: "Failed to prepare statement: Column 'ID' is ambiguous. Could be S.ID or S2.ID.",
    at: 'id',
    hint: 'say of which: S.ID',
  },
  {
    sql: 'SELECT nope FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.id EMIT CHANGES;',
    message: "Line: 1, Col: 8: SELECT column 'NOPE' cannot be resolved.",
    at: 'nope',
  },
  {
    sql: 'SELECT s.nope FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.id EMIT CHANGES;',
    message: "Line: 1, Col: 8: SELECT column 'S.NOPE' cannot be resolved.",
    at: 's.nope',
  },
  {
    sql: 'SELECT s.a FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.id WHERE a > 1 EMIT CHANGES;',
    message: "Failed to prepare statement: Column 'A' is ambiguous. Could be S.A or S2.A.",
    at: 'a',
    hint: 'say of which: S.A',
  },
  {
    sql: 'SELECT * FROM nope EMIT CHANGES;',
    message: 'Failed to prepare statement: NOPE does not exist.',
    at: 'nope',
  },
  {
    sql: 'SELECT * FROM s JOIN nope WITHIN 1 HOUR ON s.id = nope.id EMIT CHANGES;',
    message: 'Failed to prepare statement: NOPE does not exist.',
    at: 'nope',
  },
  {
    sql: 'SELECT ABS(nope) FROM s EMIT CHANGES;',
    message: "Line: 1, Col: 12: SELECT column 'NOPE' cannot be resolved.",
    at: 'nope',
  },
  {
    sql: 'SELECT nope->x FROM s EMIT CHANGES;',
    message: "Line: 1, Col: 8: SELECT column 'NOPE' cannot be resolved.",
    at: 'nope',
  },
  {
    sql: 'SELECT st->nope FROM s EMIT CHANGES;',
    message: "Invalid Select: Could not find field 'NOPE' in 'ST'.",
    at: 'st->nope',
  },
  {
    sql: 'SELECT st->cty FROM s EMIT CHANGES;',
    message: "Invalid Select: Could not find field 'CTY' in 'ST'.",
    at: 'st->cty',
    suggestion: 'CITY',
  },
  {
    sql: 'SELECT a->b FROM s EMIT CHANGES;',
    message: 'Invalid Select: Expected STRUCT type, got: INTEGER',
    at: 'a->b',
  },
  {
    sql: 'SELECT a[1] FROM s EMIT CHANGES;',
    message: 'Invalid Select: Unsupported container type: INTEGER',
    at: 'a[1]',
  },
  {
    sql: "SELECT arr['x'] FROM s EMIT CHANGES;",
    message: 'Invalid Select: Array subscript must be an integer, was STRING',
    at: "'x'",
  },
  {
    sql: 'SELECT arr[NULL] FROM s EMIT CHANGES;',
    message: 'Invalid Select: Array subscript must be an integer, was null',
    at: 'NULL',
  },
  {
    sql: 'SELECT WINDOWSTART FROM s EMIT CHANGES;',
    message: "Line: 1, Col: 8: SELECT column 'WINDOWSTART' cannot be resolved.",
    at: 'WINDOWSTART',
    hint: 'WINDOWSTART is a column of what has a WINDOW: FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ...',
  },
  {
    sql: 'SELECT id, WINDOWSTART FROM s PARTITION BY WINDOWSTART EMIT CHANGES;',
    message: "Line: 1, Col: 12: SELECT column 'WINDOWSTART' cannot be resolved.",
    at: 'WINDOWSTART',
    hint: 'WINDOWSTART is a column of what has a WINDOW: FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ...',
  },
  {
    sql: 'SELECT TRANSFORM(arr, q => q + nope) FROM s EMIT CHANGES;',
    message: "Line: 1, Col: 32: SELECT column 'NOPE' cannot be resolved.",
    at: 'nope',
  },
]);
