import { checkRefusals } from './check-refusals.ts';

checkRefusals('joins', [
  {
    sql: 'SELECT * FROM s JOIN s2 ON s.id = s2.id EMIT CHANGES;',
    message: 'Stream-Stream joins must have a WITHIN clause specified. None was provided.',
    at: 'JOIN s2 ON s.id = s2.id',
    hint: 'say how far apart in time two rows may be: JOIN S2 WITHIN 1 HOUR ON S.ID = S2.ID',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON s.id > s2.id EMIT CHANGES;',
    message: 'Failed to prepare statement: Only equality join criteria is supported.',
    at: 's.id > s2.id',
    hint: 'one equality is the condition of the join: ON a.id = b.id; others stand in WHERE',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.id AND s.a = s2.a EMIT CHANGES;',
    message:
      'Failed to prepare statement: Invalid join condition: joins on multiple conditions are not yet supported. Got ((S.ID = S2.ID) AND (S.A = S2.A)).',
    at: 's.id = s2.id AND s.a = s2.a',
    hint: 'one equality is the condition of the join: the others stand in WHERE',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.id OR s.a = s2.a EMIT CHANGES;',
    message:
      'Failed to prepare statement: Invalid join condition: joins on multiple conditions are not yet supported. Got ((S.ID = S2.ID) OR (S.A = S2.A)).',
    at: 's.id = s2.id OR s.a = s2.a',
    hint: 'one equality is the condition of the join: the others stand in WHERE',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON s.id EMIT CHANGES;',
    message: 'Failed to prepare statement: Only equality join criteria is supported.',
    at: 's.id',
    hint: 'one equality is the condition of the join: ON a.id = b.id; others stand in WHERE',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON true EMIT CHANGES;',
    message: 'Failed to prepare statement: Only equality join criteria is supported.',
    at: 'true',
    hint: 'one equality is the condition of the join: ON a.id = b.id; others stand in WHERE',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s.a EMIT CHANGES;',
    message:
      'Failed to prepare statement: Each side of the join must reference exactly one source and not the same source. Left side references `S` and right references `S`',
    at: 's.id = s.a',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON s.id + s2.id = 4 EMIT CHANGES;',
    message:
      "Failed to prepare statement: Invalid comparison expression '(S.ID + S2.ID)' in join '((S.ID + S2.ID) = 4)'. Each side of the join comparision must contain references from exactly one source.",
    at: 's.id + s2.id',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON s.id + s2.id = s2.a EMIT CHANGES;',
    message:
      "Failed to prepare statement: Invalid comparison expression '(S.ID + S2.ID)' in join '((S.ID + S2.ID) = S2.A)'. Each side of the join comparision must contain references from exactly one source.",
    at: 's.id + s2.id',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.n EMIT CHANGES;',
    message: "Invalid join condition: types don't match. Got S.ID{INTEGER} = S2.N{STRING}.",
    at: 's.id = s2.n',
    hint: 'cast one of them: CAST(S.ID AS STRING)',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON s2.n = s.id EMIT CHANGES;',
    message: "Invalid join condition: types don't match. Got S2.N{STRING} = S.ID{INTEGER}.",
    at: 's2.n = s.id',
    hint: 'cast one of them: CAST(S.ID AS STRING)',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON s.b = s2.a EMIT CHANGES;',
    message: "Invalid join condition: types don't match. Got S.B{BIGINT} = S2.A{INTEGER}.",
    at: 's.b = s2.a',
    hint: 'cast one of them: CAST(S.B AS INTEGER)',
  },
  {
    sql: 'SELECT * FROM s JOIN s WITHIN 1 HOUR ON s.id = s.id EMIT CHANGES;',
    message: "Failed to prepare statement: Can not join 'S' to 'S': self joins are not yet supported.",
    at: 's',
  },
  {
    sql: 'SELECT * FROM s x JOIN s z WITHIN 1 HOUR ON x.id = z.id EMIT CHANGES;',
    message: "Failed to prepare statement: Can not join 'S' to 'S': self joins are not yet supported.",
    at: 's',
  },
  {
    sql: 'SELECT * FROM s x JOIN s2 x WITHIN 1 HOUR ON x.id = x.id EMIT CHANGES;',
    message: 'Failed to prepare statement: Each side of the join must have a different alias: X',
    at: 's2',
  },
  {
    sql: 'SELECT * FROM s JOIN t WITHIN 1 HOUR ON s.id = t.id EMIT CHANGES;',
    message:
      'A window definition was provided for a Stream-Table join. These joins are not windowed. Please drop the window definition (ie. the WITHIN clause) and try to execute your join again.',
    at: 'WITHIN 1 HOUR',
  },
  {
    sql: 'SELECT * FROM t JOIN t2 WITHIN 1 HOUR ON t.id = t2.id EMIT CHANGES;',
    message:
      'A window definition was provided for a Table-Table join. These joins are not windowed. Please drop the window definition (i.e. the WITHIN clause) and try to execute your Table-Table join again.',
    at: 'WITHIN 1 HOUR',
  },
  {
    sql: 'SELECT * FROM t JOIN s ON s.id = t.id EMIT CHANGES;',
    message:
      'Invalid join order: table-stream joins are not supported; only stream-table joins. Got T INNER S.',
    at: 'JOIN s ON s.id = t.id',
    hint: 'write the stream first: FROM S JOIN T',
  },
  {
    sql: 'SELECT * FROM t LEFT JOIN s ON s.id = t.id EMIT CHANGES;',
    message:
      'Invalid join order: table-stream joins are not supported; only stream-table joins. Got T LEFT S.',
    at: 'LEFT JOIN s ON s.id = t.id',
    hint: 'write the stream first: FROM S JOIN T',
  },
  {
    sql: 'SELECT * FROM t FULL JOIN s ON s.id = t.id EMIT CHANGES;',
    message:
      'Invalid join order: table-stream joins are not supported; only stream-table joins. Got T OUTER S.',
    at: 'FULL JOIN s ON s.id = t.id',
    hint: 'write the stream first: FROM S JOIN T',
  },
  {
    sql: 'SELECT * FROM s FULL JOIN t ON s.id = t.id EMIT CHANGES;',
    message: 'Invalid join type: full-outer join not supported for stream-table join. Got S OUTER T.',
    at: 'FULL JOIN t ON s.id = t.id',
    hint: 'a stream is joined to a table with JOIN or LEFT JOIN: rows of the table alone are no result',
  },
  {
    sql: 'SELECT * FROM s RIGHT JOIN t ON s.id = t.id EMIT CHANGES;',
    message: 'Invalid join type: right-outer join not supported for stream-table join. Got S RIGHT T.',
    at: 'RIGHT JOIN t ON s.id = t.id',
    hint: 'a stream is joined to a table with JOIN or LEFT JOIN: rows of the table alone are no result',
  },
  {
    sql: 'SELECT * FROM s JOIN t ON s.id = t.a EMIT CHANGES;',
    message:
      "Invalid join condition: stream-table joins require to join on the table's primary key. Got S.ID = T.A.",
    at: 's.id = t.a',
    hint: "the table's key is T.ID",
  },
  {
    sql: 'SELECT * FROM s JOIN t ON s.id = ABS(t.id) EMIT CHANGES;',
    message:
      "Invalid join condition: stream-table joins require to join on the table's primary key. Got S.ID = ABS(T.ID).",
    at: 's.id = ABS(t.id)',
    hint: "the table's key is T.ID",
  },
  {
    sql: 'SELECT * FROM s JOIN t ON s.n = t.id EMIT CHANGES;',
    message: "Invalid join condition: types don't match. Got S.N{STRING} = T.ID{INTEGER}.",
    at: 's.n = t.id',
    hint: 'cast one of them: CAST(S.N AS INTEGER)',
  },
  {
    sql: 'SELECT * FROM t JOIN t2 ON t.id = t2.a EMIT CHANGES;',
    message:
      'Invalid join condition: table-table joins require to join on the primary key of the right input table. Got T.ID = T2.A.',
    at: 't.id = t2.a',
    hint: "the table's key is T2.ID",
  },
  {
    sql: 'SELECT * FROM t RIGHT JOIN t2 ON t.a = t2.id EMIT CHANGES;',
    message: 'RIGHT OUTER JOIN on a foreign key is not supported',
    at: 'RIGHT JOIN t2 ON t.a = t2.id',
    hint: 'tables are joined on another column than the key with JOIN or LEFT JOIN; a join on both keys may be RIGHT or FULL',
  },
  {
    sql: 'SELECT * FROM t FULL JOIN t2 ON t.a = t2.id EMIT CHANGES;',
    message:
      'Invalid join type: full-outer join not supported for foreign-key table-table join. Got T OUTER T2.',
    at: 'FULL JOIN t2 ON t.a = t2.id',
    hint: 'tables are joined on another column than the key with JOIN or LEFT JOIN; a join on both keys may be RIGHT or FULL',
  },
  {
    sql: 'SELECT * FROM t JOIN t2 ON t.n = t2.id EMIT CHANGES;',
    message: "Invalid join condition: types don't match. Got T.N{STRING} = T2.ID{INTEGER}.",
    at: 't.n = t2.id',
    hint: 'cast one of them: CAST(T.N AS INTEGER)',
  },
  {
    sql: 'SELECT * FROM t2 JOIN mt ON t2.id = mt.k1 EMIT CHANGES;',
    message:
      'Invalid join condition: table-table joins require to join on the primary key of the right input table. Got T2.ID = MT.K1.',
    at: 't2.id = mt.k1',
  },
  {
    sql: 'SELECT * FROM s JOIN mt ON s.id = mt.k1 EMIT CHANGES;',
    message:
      "Invalid join condition: stream-table joins require to join on the table's primary key. Got S.ID = MT.K1.",
    at: 's.id = mt.k1',
  },
  {
    sql: 'SELECT * FROM wt JOIN wt2 ON wt.a = wt2.id EMIT CHANGES;',
    message: 'Foreign-key table-table joins are not supported on windowed tables.',
    at: 'wt.a = wt2.id',
    hint: 'windowed tables of the same windows are joined on their keys',
  },
  {
    sql: 'SELECT * FROM t JOIN wt ON t.a = wt.id EMIT CHANGES;',
    message: 'Foreign-key table-table joins are not supported on windowed tables.',
    at: 't.a = wt.id',
    hint: 'windowed tables of the same windows are joined on their keys',
  },
  {
    sql: 'SELECT * FROM wt JOIN t ON wt.a = t.id EMIT CHANGES;',
    message:
      'Can not join windowed source to non-windowed source.\n`WT` is TUMBLING windowed\n`T` is not windowed',
    at: 'wt',
  },
  {
    sql: 'SELECT * FROM t JOIN wt ON t.id = wt.id EMIT CHANGES;',
    message:
      'Can not join windowed source to non-windowed source.\n`T` is not windowed\n`WT` is TUMBLING windowed',
    at: 't',
  },
  {
    sql: 'SELECT * FROM s JOIN wt ON s.id = wt.id EMIT CHANGES;',
    message:
      'Can not join windowed source to non-windowed source.\n`S` is not windowed\n`WT` is TUMBLING windowed',
    at: 's',
  },
  {
    sql: 'SELECT * FROM ws JOIN t ON ws.id = t.id EMIT CHANGES;',
    message:
      'Can not join windowed source to non-windowed source.\n`WS` is TUMBLING windowed\n`T` is not windowed',
    at: 'ws',
  },
  {
    sql: 'SELECT * FROM ws JOIN wse WITHIN 1 HOUR ON ws.id = wse.id EMIT CHANGES;',
    message: 'Incompatible windowed sources.\n`WS` is TUMBLING windowed\n`WSE` is SESSION windowed',
    at: 'ws',
  },
  {
    sql: 'SELECT * FROM ws JOIN s WITHIN 1 HOUR ON ws.id = s.id EMIT CHANGES;',
    message:
      'Can not join windowed source to non-windowed source.\n`WS` is TUMBLING windowed\n`S` is not windowed',
    at: 'ws',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.id JOIN s3 ON s.id = s3.id EMIT CHANGES;',
    message: "Invalid join condition: types don't match. Got S.ID{INTEGER} = S3.ID{STRING}.",
    at: 's.id = s3.id',
    hint: 'cast one of them: CAST(S.ID AS STRING)',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.id JOIN s WITHIN 1 HOUR ON s.id = s2.id EMIT CHANGES;',
    message:
      "Failed to prepare statement: N-way joins do not support multiple occurrences of the same source. Source: 'S'.",
    at: 's',
  },
  {
    sql: 'SELECT * FROM t JOIN t2 ON t.id = t2.id JOIN t3 ON t.a = t3.id3 EMIT CHANGES;',
    message:
      'Invalid join condition: foreign-key table-table joins are not supported as part of n-way joins. Got T.A = T3.ID3.',
    at: 't.a = t3.id3',
    hint: 'join two of the tables in a table of their own: CREATE TABLE name AS SELECT ...',
  },
  {
    sql: 'SELECT * FROM t JOIN t2 ON t.id = t2.id JOIN s ON t.id = s.id EMIT CHANGES;',
    message:
      'Invalid join order: table-stream joins are not supported; only stream-table joins. Got T INNER S.',
    at: 'JOIN s ON t.id = s.id',
    hint: 'write the stream first: FROM S JOIN T',
  },
  {
    sql: 'SELECT * FROM t JOIN t2 ON t.a = t2.id JOIN t3 ON t2.a = t3.id3 EMIT CHANGES;',
    message:
      'Invalid join condition: foreign-key table-table joins are not supported as part of n-way joins. Got T2.A = T3.ID3.',
    at: 't2.a = t3.id3',
    hint: 'join two of the tables in a table of their own: CREATE TABLE name AS SELECT ...',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN (1 HOUR) ON s.id = s2.id EMIT CHANGES;',
    message: "line 1:39: Syntax Error\nExpecting ','",
    at: ')',
    hint: 'it is WITHIN 1 HOUR, or with parentheses before and after: WITHIN (1 HOUR, 1 HOUR)',
  },
  {
    sql: 'SELECT * FROM s JOIN kf WITHIN 1 HOUR ON s.id = kf.id EMIT CHANGES;',
    message:
      "Source(s) KF are using the 'KAFKA' value format. This format does not yet support JOIN.\nSee https://github.com/confluentinc/ksql/issues/4411.",
    at: 'kf',
  },
  {
    sql: 'SELECT * FROM kf JOIN kf k2 WITHIN 1 HOUR ON kf.id = k2.id EMIT CHANGES;',
    message: "Failed to prepare statement: Can not join 'KF' to 'KF': self joins are not yet supported.",
    at: 'kf',
  },
  {
    sql: 'SELECT * FROM s JOIN t ON s.id = t.id GRACE PERIOD 1 HOUR EMIT CHANGES;',
    message: 'line 1:39: Syntax Error\n',
    at: 'GRACE',
  },
  {
    sql: 'SELECT * FROM s, s2 EMIT CHANGES;',
    message: 'line 1:16: Syntax Error\n',
    at: ',',
    hint: 'sources are joined with a condition: FROM a JOIN b ON a.id = b.id; two streams with WITHIN 1 HOUR before ON',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 EMIT CHANGES;',
    message: "line 1:25: Syntax Error\nExpecting 'ON'",
    at: 'EMIT',
    hint: 'sources are joined with a condition: FROM a JOIN b ON a.id = b.id; two streams with WITHIN 1 HOUR before ON',
  },
  {
    sql: 'SELECT * FROM s CROSS JOIN s2 EMIT CHANGES;',
    message: "line 1:31: Syntax Error\nExpecting 'ON'",
    at: 'EMIT',
    hint: 'sources are joined with a condition: FROM a JOIN b ON a.id = b.id; two streams with WITHIN 1 HOUR before ON',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 USING (id) EMIT CHANGES;',
    message: "line 1:31: Syntax Error\nExpecting 'ON'",
    at: '(',
    hint: 'sources are joined with a condition: FROM a JOIN b ON a.id = b.id; two streams with WITHIN 1 HOUR before ON',
  },
  {
    sql: 'SELECT * FROM s LEFTT JOIN s2 WITHIN 1 HOUR ON s.id = s2.id EMIT CHANGES;',
    message: "Failed to prepare statement: 'S' is not a valid stream/table name or alias.",
    at: 's.id',
    hint: 'LEFTT was read as another name of the source before it: did you mean LEFT JOIN?',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON EXPLODE(s.arr) = s2.id EMIT CHANGES;',
    message: "Can't find any functions with the name 'EXPLODE'",
    at: 'EXPLODE(s.arr)',
    hint: 'EXPLODE is a table function: it stands in SELECT',
  },
  {
    sql: 'SELECT * FROM s JOIN s2 WITHIN 1 HOUR ON SUM(s.a) = s2.id EMIT CHANGES;',
    message: "Can't find any functions with the name 'SUM'",
    at: 'SUM(s.a)',
    hint: 'SUM is an aggregate function: it stands in SELECT or HAVING of a query with GROUP BY',
  },
  {
    sql: 'CREATE STREAM o AS SELECT s.a, s2.a FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.id;',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the join expressions S.ID or S2.ID in its projection (eg, SELECT S.ID...).',
    hint: 'select it: SELECT S.ID, …',
  },
  {
    sql: 'CREATE STREAM o AS SELECT s.a, s2.a FROM s FULL JOIN s2 WITHIN 1 HOUR ON s.id = s2.id;',
    message: 'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.',
    hint: 'select it: SELECT ROWKEY, …',
  },
  {
    sql: 'CREATE STREAM o AS SELECT s.a, s2.n FROM s JOIN s2 WITHIN 1 HOUR ON ABS(s.id) = ABS(s2.id);',
    message: 'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.',
    hint: 'select it: SELECT ROWKEY, …',
  },
  {
    sql: 'CREATE STREAM o AS SELECT s.a, s2.n FROM s JOIN s2 WITHIN 1 HOUR ON ABS(s.id) = s2.id;',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the join expression S2.ID in its projection (eg, SELECT S2.ID...).',
    hint: 'select it: SELECT S2.ID, …',
  },
  {
    sql: 'CREATE STREAM o AS SELECT s.id, s2.id, s2.n FROM s JOIN s2 WITHIN 1 HOUR ON s.m = s2.id;',
    message: "Invalid join condition: types don't match. Got S.M{MAP<STRING, INTEGER>} = S2.ID{INTEGER}.",
    at: 's.m = s2.id',
    hint: 'cast one of them: CAST(S.M AS INTEGER)',
  },
  {
    sql: 'CREATE STREAM o AS SELECT s.id AS x, s2.id AS x FROM s JOIN s2 WITHIN 1 HOUR ON s.id = s2.id;',
    message: 'Duplicate value columns found in schema: `X` INTEGER',
    at: 's2.id AS x',
    hint: 'give one of them another name with AS',
  },
  {
    sql: 'CREATE TABLE o AS SELECT t.n, t2.n FROM t JOIN t2 ON t.id = t2.id;',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the join expressions T.ID or T2.ID in its projection (eg, SELECT T.ID...).',
    hint: 'select it: SELECT T.ID, …',
  },
  {
    sql: 'CREATE TABLE o AS SELECT t.n, t2.n FROM t FULL JOIN t2 ON t.id = t2.id;',
    message: 'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.',
    hint: 'select it: SELECT ROWKEY, …',
  },
  {
    sql: 'CREATE TABLE o AS SELECT t.n, t2.n FROM t JOIN t2 ON t.a = t2.id;',
    message:
      'Primary key column missing in projection. For foreign-key table-table joins, the projection must include all primary key columns from the left input table (`T`). Missing column: `ID`.',
  },
  {
    sql: 'CREATE TABLE o AS SELECT t.n FROM mt JOIN t ON mt.a = t.id;',
    message:
      'Primary key columns missing in projection. For foreign-key table-table joins, the projection must include all primary key columns from the left input table (`MT`). Missing columns: `K1`, `K2`.',
  },
  {
    sql: 'CREATE TABLE o AS SELECT s.a FROM s JOIN t ON s.id = t.id;',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the join expressions S.ID or T.ID in its projection (eg, SELECT S.ID...).',
    hint: 'select it: SELECT S.ID, …',
  },
  {
    sql: 'CREATE STREAM o AS SELECT t.a FROM t JOIN t2 ON t.id = t2.id;',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the join expressions T.ID or T2.ID in its projection (eg, SELECT T.ID...).',
    hint: 'select it: SELECT T.ID, …',
  },
  {
    sql: 'CREATE STREAM o AS SELECT s.a, s.ROWTIME, t.ROWTIME FROM s JOIN t ON s.id = t.id;',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the join expressions S.ID or T.ID in its projection (eg, SELECT S.ID...).',
    hint: 'select it: SELECT S.ID, …',
  },
  {
    sql: 'CREATE STREAM o AS SELECT s.id, s.a AS ROWTIME FROM s JOIN t ON s.id = t.id;',
    message:
      'Failed to prepare statement: `ROWTIME` is a reserved column name. You cannot use it as an alias for a column.',
    at: 's.a AS ROWTIME',
  },
  {
    sql: 'CREATE STREAM o AS SELECT s.id, ROWTIME FROM s JOIN t ON s.id = t.id;',
    message: "Failed to prepare statement: Column 'ROWTIME' is ambiguous. Could be S.ROWTIME or T.ROWTIME.",
    at: 'ROWTIME',
    hint: 'say of which: S.ROWTIME',
  },
  {
    sql: 'CREATE STREAM o AS SELECT * FROM s JOIN t ON s.id = t.id PARTITION BY a;',
    message: "Failed to prepare statement: Column 'A' is ambiguous. Could be S.A or T.A.",
    at: 'a',
    hint: 'say of which: S.A',
  },
  {
    sql: 'CREATE STREAM o AS SELECT s.id, COUNT(*) FROM s JOIN t ON s.id = t.id;',
    message:
      'Non-aggregate SELECT expression(s) not part of GROUP BY: S_ID\nEither add the column(s) to the GROUP BY or remove them from the SELECT.',
    at: 's.id',
  },
]);
