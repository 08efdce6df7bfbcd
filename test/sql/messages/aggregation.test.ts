import { checkRefusals } from './check-refusals.ts';

checkRefusals('groups, windows and keys of results', [
  {
    sql: 'SELECT SUM(n) FROM s GROUP BY id EMIT CHANGES;',
    message:
      "Function 'SUM' does not accept parameters (STRING).\nValid alternatives are:\nSUM(INTEGER value)\nSUM(BIGINT value)\nSUM(DOUBLE value)\nSUM(DECIMAL value)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
    at: 'SUM(n)',
    hint: 'read the text as a number: CAST(... AS DOUBLE)',
  },
  {
    sql: 'SELECT SUM(a, a) FROM s GROUP BY id EMIT CHANGES;',
    message:
      "Function 'SUM' does not accept parameters (INTEGER, INTEGER).\nValid alternatives are:\nSUM(INTEGER value)\nSUM(BIGINT value)\nSUM(DOUBLE value)\nSUM(DECIMAL value)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
    at: 'SUM(a, a)',
  },
  {
    sql: 'SELECT AVG(f) FROM s GROUP BY id EMIT CHANGES;',
    message:
      "Function 'AVG' does not accept parameters (BOOLEAN).\nValid alternatives are:\nAVG(INTEGER value)\nAVG(BIGINT value)\nAVG(DOUBLE value)\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;",
    at: 'AVG(f)',
  },
  {
    sql: 'SELECT MAX(arr) FROM s GROUP BY id EMIT CHANGES;',
    message:
      "Function 'MAX' does not accept parameters (ARRAY<INTEGER>).\nValid alternatives are:\nMAX(INTEGER value)\nMAX(BIGINT value)\nMAX(DOUBLE value)\nMAX(DECIMAL value)\nMAX(STRING value)\nMAX(BYTES value)\nMAX(DAT",
    at: 'MAX(arr)',
  },
  {
    sql: 'SELECT SUM(NULL) FROM s GROUP BY id EMIT CHANGES;',
    message: "Function 'SUM' cannot be resolved due to ambiguous method parameters (null).",
    at: 'SUM(NULL)',
  },
  {
    sql: 'SELECT TOPK(a) FROM s GROUP BY id EMIT CHANGES;',
    message:
      "Function 'TOPK' does not accept parameters (INTEGER).\nValid alternatives are:\nTOPK(INTEGER sort_col, ANY... others, INTEGER k)\nTOPK(BIGINT sort_col, ANY... others, INTEGER k)\nTOPK(DOUBLE sort_col, ANY",
    at: 'TOPK(a)',
  },
  {
    sql: 'SELECT TOPK(a, b) FROM s GROUP BY id EMIT CHANGES;',
    message: "Function 'TOPK' does not accept parameters (INTEGER, BIGINT).",
    at: 'TOPK(a, b)',
  },
  {
    sql: "SELECT TOPK(a, 'x') FROM s GROUP BY id EMIT CHANGES;",
    message: "Function 'TOPK' does not accept parameters (INTEGER, STRING).",
    at: "TOPK(a, 'x')",
  },
  {
    sql: 'SELECT EARLIEST_BY_OFFSET(a, 0) FROM s GROUP BY id EMIT CHANGES;',
    message: 'EARLIEST_BY_OFFSET must have n greater than 0',
    at: 'EARLIEST_BY_OFFSET(a, 0)',
  },
  {
    sql: "SELECT EARLIEST_BY_OFFSET(a, 'x') FROM s GROUP BY id EMIT CHANGES;",
    message: "Function 'EARLIEST_BY_OFFSET' does not accept parameters (INTEGER, STRING).",
    at: "EARLIEST_BY_OFFSET(a, 'x')",
  },
  {
    sql: 'SELECT a FROM s WHERE COUNT(*) > 1 EMIT CHANGES;',
    message: "Error in WHERE expression: Can't find any functions with the name 'COUNT'",
    at: 'COUNT(*)',
    hint: 'COUNT is an aggregate function: it stands in SELECT or HAVING of a query with GROUP BY',
  },
  {
    sql: 'SELECT a FROM s WHERE SUM(a) > 1 EMIT CHANGES;',
    message: "Error in WHERE expression: Can't find any functions with the name 'SUM'",
    at: 'SUM(a)',
    hint: 'SUM is an aggregate function: it stands in SELECT or HAVING of a query with GROUP BY',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s WHERE COUNT(*) > 1 GROUP BY id EMIT CHANGES;',
    message: "Error in WHERE expression: Can't find any functions with the name 'COUNT'",
    at: 'COUNT(*)',
    hint: 'COUNT is an aggregate function: it stands in SELECT or HAVING of a query with GROUP BY',
  },
  {
    sql: 'SELECT COUNT(SUM(a)) FROM s GROUP BY id EMIT CHANGES;',
    message: 'Aggregate functions can not be nested: COUNT(SUM(A))',
    at: 'COUNT(SUM(a))',
  },
  {
    sql: 'SELECT id FROM s GROUP BY id HAVING SUM(COUNT(a)) > 1 EMIT CHANGES;',
    message: "Can't find any functions with the name 'COUNT'",
    at: 'COUNT(a)',
    hint: 'COUNT is an aggregate function: it stands in SELECT or HAVING of a query with GROUP BY',
  },
  {
    sql: 'SELECT ABS(SUM(COUNT(a))) FROM s GROUP BY id EMIT CHANGES;',
    message: 'Aggregate functions can not be nested: SUM(COUNT(A))',
    at: 'SUM(COUNT(a))',
  },
  {
    sql: 'SELECT a, COUNT(*) FROM s GROUP BY id EMIT CHANGES;',
    message:
      'Non-aggregate SELECT expression(s) not part of GROUP BY: A\nEither add the column(s) to the GROUP BY or remove them from the SELECT.',
    at: 'a',
  },
  {
    sql: 'SELECT *, COUNT(*) FROM s GROUP BY id EMIT CHANGES;',
    message:
      'Non-aggregate SELECT expression(s) not part of GROUP BY: A, B, D, X, N, F, Y, DT, TI, TS, ARR, M, ST\nEither add the column(s) to the GROUP BY or remove them from the SELECT.',
    at: '*',
  },
  {
    sql: 'SELECT a FROM s GROUP BY id EMIT CHANGES;',
    message: 'GROUP BY requires aggregate functions in either the SELECT or HAVING clause.',
    at: 'id',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY id, id EMIT CHANGES;',
    message: 'Failed to prepare statement: Duplicate GROUP BY expression: ID',
    at: 'id',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY (id), (id) EMIT CHANGES;',
    message: 'Failed to prepare statement: Duplicate GROUP BY expression: ID',
    at: 'id',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY () EMIT CHANGES;',
    message:
      'Non-aggregate SELECT expression(s) not part of GROUP BY: ID\nEither add the column(s) to the GROUP BY or remove them from the SELECT.',
    at: 'id',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY COUNT(*) EMIT CHANGES;',
    message: 'GROUP BY does not support aggregate functions: COUNT is an aggregate function.',
    at: 'COUNT(*)',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s PARTITION BY SUM(a) EMIT CHANGES;',
    message: 'PARTITION BY does not support aggregate functions: SUM is an aggregate function.',
    at: 'SUM(a)',
  },
  {
    sql: 'SELECT * FROM s PARTITION BY SUM(a) EMIT CHANGES;',
    message: 'PARTITION BY does not support aggregate functions: SUM is an aggregate function.',
    at: 'SUM(a)',
  },
  {
    sql: 'SELECT a FROM s HAVING a > 1 EMIT CHANGES;',
    message: 'HAVING clause requires a GROUP BY clause.',
    at: 'a > 1',
  },
  {
    sql: 'SELECT a FROM s HAVING COUNT(*) > 1 EMIT CHANGES;',
    message:
      'Non-aggregate SELECT expression(s) not part of GROUP BY: A\nEither add the column(s) to the GROUP BY or remove them from the SELECT.',
    at: 'a',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY id HAVING a > 1 EMIT CHANGES;',
    message:
      'Non-aggregate HAVING expression not part of GROUP BY: A\nConsider switching the HAVING clause to a WHERE clause before the GROUP BY for non-aggregate expressions.',
    at: 'a > 1',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY id HAVING a > 1 AND b > 1 EMIT CHANGES;',
    message:
      'Non-aggregate HAVING expression not part of GROUP BY: A, B\nConsider switching the HAVING clause to a WHERE clause before the GROUP BY for non-aggregate expressions.',
    at: 'a > 1 AND b > 1',
  },
  {
    sql: 'SELECT id, MIN(a) FROM t GROUP BY id EMIT CHANGES;',
    message: 'The aggregation function MIN cannot be applied to a table source, but only to a stream source.',
    at: 'MIN(a)',
  },
  {
    sql: 'SELECT id, MIN(a), MAX(a), SUM(a) FROM t GROUP BY id EMIT CHANGES;',
    message:
      'The aggregation functions MIN and MAX cannot be applied to a table source, but only to a stream source.',
    at: 'MIN(a)',
  },
  {
    sql: 'SELECT id, LATEST_BY_OFFSET(a) FROM t GROUP BY id EMIT CHANGES;',
    message:
      'The aggregation function LATEST_BY_OFFSET cannot be applied to a table source, but only to a stream source.',
    at: 'LATEST_BY_OFFSET(a)',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM t WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY id EMIT CHANGES;',
    message: 'Windowing not supported for table aggregations.',
    at: 'TUMBLING (SIZE 1 HOUR)',
    hint: 'WINDOW is for streams',
  },
  {
    sql: 'SELECT a FROM s WINDOW TUMBLING (SIZE 1 HOUR) EMIT CHANGES;',
    message: 'Line: 1, Col: 24: WINDOW clause requires a GROUP BY clause.',
    at: 'TUMBLING (SIZE 1 HOUR)',
  },
  {
    sql: 'SELECT id, COUNT(*), WINDOWSTART FROM s GROUP BY id EMIT CHANGES;',
    message: "Line: 1, Col: 22: SELECT column 'WINDOWSTART' cannot be resolved.",
    at: 'WINDOWSTART',
    hint: 'WINDOWSTART is a column of what has a WINDOW: FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ...',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY id, WINDOWSTART EMIT CHANGES;',
    message:
      'Window bounds column WINDOWSTART can only be used in the SELECT clause of windowed aggregations and can not be passed to aggregate functions.\nSee https://github.com/confluentinc/ksql/issues/4397',
    at: 'WINDOWSTART',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY id HAVING WINDOWSTART > 1 EMIT CHANGES;',
    message:
      'Window bounds column WINDOWSTART can only be used in the SELECT clause of windowed aggregations and can not be passed to aggregate functions.\nSee https://github.com/confluentinc/ksql/issues/4397',
    at: 'WINDOWSTART',
  },
  {
    sql: 'SELECT id, MIN(WINDOWSTART) FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY id EMIT CHANGES;',
    message:
      'Window bounds column WINDOWSTART can only be used in the SELECT clause of windowed aggregations and can not be passed to aggregate functions.\nSee https://github.com/confluentinc/ksql/issues/4397',
    at: 'WINDOWSTART',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s WINDOW TUMBLING (SIZE 1 HOUR) WHERE WINDOWSTART > 1 GROUP BY id EMIT CHANGES;',
    message: 'Error in WHERE expression: Unknown column WINDOWSTART.',
    at: 'WINDOWSTART',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY WINDOWSTART EMIT CHANGES;',
    message: "Line: 1, Col: 37: GROUP BY column 'WINDOWSTART' cannot be resolved.",
    at: 'WINDOWSTART',
    hint: 'WINDOWSTART is a column of what has a WINDOW: FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ...',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM kf GROUP BY id EMIT CHANGES;',
    message:
      "Source(s) KF are using the 'KAFKA' value format. This format does not yet support GROUP BY.\nSee https://github.com/confluentinc/ksql/issues/4411.",
    at: 'kf',
  },
  {
    sql: 'SELECT id, COUNT(*) FROM s GROUP BY id EMIT FINAL;',
    message: 'EMIT FINAL is only supported for windowed aggregations.',
    at: 'EMIT FINAL',
    hint: 'FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ... EMIT FINAL has final results; others have EMIT CHANGES',
  },
  {
    sql: 'SELECT a FROM s EMIT FINAL;',
    message: 'EMIT FINAL is only supported for windowed aggregations.',
    at: 'EMIT FINAL',
    hint: 'FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ... EMIT FINAL has final results; others have EMIT CHANGES',
  },
  {
    sql: 'SELECT id, HISTOGRAM(n) FROM dl GROUP BY id EMIT CHANGES;',
    message:
      'One of the functions used in the statement has an intermediate type that the value format can not handle. Please remove the function or change the format.',
    at: 'HISTOGRAM(n)',
  },
  {
    sql: 'CREATE TABLE o AS SELECT COUNT(*) FROM s;',
    message: 'Use of aggregate function COUNT requires a GROUP BY clause.',
    at: 'COUNT(*)',
  },
  {
    sql: 'CREATE TABLE o AS SELECT a, COUNT(*) FROM s;',
    message:
      'Non-aggregate SELECT expression(s) not part of GROUP BY: A\nEither add the column(s) to the GROUP BY or remove them from the SELECT.',
    at: 'a',
  },
  {
    sql: 'CREATE TABLE o AS SELECT COUNT(*), SUM(a) FROM s;',
    message: 'Use of aggregate function COUNT requires a GROUP BY clause.',
    at: 'COUNT(*)',
  },
  {
    sql: 'CREATE TABLE o AS SELECT COUNT(*) FROM s GROUP BY id;',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the grouping expression ID in its projection (eg, SELECT ID...).',
    hint: 'select it: SELECT ID, …',
  },
  {
    sql: 'CREATE TABLE o AS SELECT id FROM s GROUP BY id HAVING COUNT(*) > 1;',
    message: 'The projection contains no value columns.',
  },
  {
    sql: 'CREATE TABLE o AS SELECT COUNT(*) FROM s GROUP BY id, a;',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the grouping expressions ID and A in its projection (eg, SELECT ID, A...).',
    hint: 'select it: SELECT ID, A, …',
  },
  {
    sql: 'CREATE TABLE o AS SELECT m, COUNT(*) FROM s GROUP BY m;',
    message:
      'Map keys, including types that contain maps, are not supported as they may lead to unexpected behavior due to inconsistent serialization. Key column name: `M`. Column type: MAP<STRING, INTEGER>. See https://github.com/confluentinc/ksql/issues/6621 for more.',
  },
  {
    sql: 'CREATE TABLE o AS SELECT id, id AS id2, COUNT(*) FROM s GROUP BY id;',
    message: 'The projection contains a key column (`ID`) more than once, aliased as: ID and ID2.',
    at: 'id',
  },
  {
    sql: 'CREATE TABLE o AS SELECT id, COUNT(*) AS c, SUM(a) AS c FROM s GROUP BY id;',
    message: 'Duplicate value columns found in schema: `C`',
    at: 'SUM(a) AS c',
    hint: 'give one of them another name with AS',
  },
  {
    sql: 'CREATE TABLE o AS SELECT id AS c, COUNT(*) AS c FROM s GROUP BY id;',
    message: 'Duplicate value columns found in schema: `C`',
    at: 'COUNT(*) AS c',
    hint: 'give one of them another name with AS',
  },
  {
    sql: 'CREATE TABLE o AS SELECT ABS(id), COUNT(*) FROM s GROUP BY ABS(id), a;',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the grouping expression A in its projection (eg, SELECT A...).',
    hint: 'select it: SELECT A, …',
  },
  {
    sql: 'CREATE TABLE o AS SELECT COUNT(*) FROM s GROUP BY ABS(id);',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the grouping expression ABS(ID) in its projection (eg, SELECT ABS(ID)...).',
    hint: 'select it: SELECT ABS(ID), …',
  },
  {
    sql: 'CREATE STREAM o AS SELECT id, COUNT(*) FROM s GROUP BY id;',
    message:
      'Invalid result type. Your SELECT query produces a TABLE. Please use CREATE TABLE AS SELECT statement instead.',
    at: 'CREATE STREAM o AS SELECT id, COUNT(*) FROM s GROUP BY id',
  },
  {
    sql: 'CREATE TABLE o AS SELECT id, a FROM s;',
    message:
      'Invalid result type. Your SELECT query produces a STREAM. Please use CREATE STREAM AS SELECT statement instead.',
    at: 'CREATE TABLE o AS SELECT id, a FROM s',
  },
  {
    sql: "CREATE TABLE o WITH (VALUE_FORMAT='KAFKA') AS SELECT id, COUNT(*), SUM(a) FROM s GROUP BY id;",
    message:
      "Value format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`KSQL_COL_0` BIGINT, `KSQL_COL_1` INTEGER], features=[]}\nreason: The 'KAFKA' format only supports a single field. Got: [`KSQL_COL_0` BIGINT, `KSQL_COL_1` INTEGER]",
  },
  {
    sql: "CREATE TABLE o WITH (VALUE_FORMAT='DELIMITED') AS SELECT id, COLLECT_LIST(a) FROM s GROUP BY id;",
    message:
      "Value format does not support schema.\nformat: DELIMITED\nschema: Persistence{columns=[`KSQL_COL_0` ARRAY<INTEGER>], features=[]}\nreason: The 'DELIMITED' format does not support type 'ARRAY', column: `KSQL_COL_0`",
  },
  {
    sql: 'CREATE TABLE o AS SELECT id, COLLECT_LIST(a) FROM dl GROUP BY id;',
    message:
      'One of the functions used in the statement has an intermediate type that the value format can not handle. Please remove the function or change the format.',
    at: 'COLLECT_LIST(a)',
  },
  {
    sql: 'CREATE TABLE o AS SELECT id, COUNT(*) FROM s GROUP BY id LIMIT 5;',
    message: "CREATE TABLE AS SELECT statements don't support LIMIT clause.",
    at: 'SELECT id, COUNT(*) FROM s GROUP BY id LIMIT 5',
  },
  {
    sql: 'CREATE TABLE o AS SELECT id, a FROM wt;',
    message: 'KSQL does not support persistent queries on windowed tables.',
    at: 'wt',
  },
  {
    sql: 'CREATE TABLE o AS SELECT id, COUNT(*) FROM wt GROUP BY id;',
    message: 'KSQL does not support persistent queries on windowed tables.',
    at: 'wt',
  },
  {
    sql: 'CREATE STREAM o AS SELECT WINDOWSTART, id, a FROM ws;',
    message: 'Reserved column name in select: `WINDOWSTART`. Please remove or alias the column.',
    at: 'WINDOWSTART',
  },
  {
    sql: 'CREATE STREAM o AS SELECT * FROM ws PARTITION BY a;',
    message:
      'PARTITION BY is not supported for windowed sources.\nSee https://github.com/confluentinc/ksql/issues/4385.',
    at: 'a',
  },
  {
    sql: 'CREATE STREAM o AS SELECT a FROM mk;',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the key columns K1 and K2 in its projection (eg, SELECT K1, K2...).',
    hint: 'select it: SELECT K1, K2, …',
  },
  { sql: 'CREATE STREAM o AS SELECT id FROM s;', message: 'The projection contains no value columns.' },
  {
    sql: 'CREATE STREAM o AS SELECT id, a, a FROM s;',
    message: 'Duplicate value columns found in schema: `A` INTEGER',
    at: 'a',
    hint: 'give one of them another name with AS',
  },
  {
    sql: 'CREATE STREAM o AS SELECT id, a, b AS a FROM s;',
    message: 'Duplicate value columns found in schema: `A` BIGINT',
    at: 'b AS a',
    hint: 'give one of them another name with AS',
  },
  {
    sql: 'CREATE STREAM o AS SELECT id, id AS i2 FROM s;',
    message: 'The projection contains a key column (`ID`) more than once, aliased as: I2 and ID.',
    at: 'id',
  },
  {
    sql: 'CREATE STREAM o AS SELECT id, id AS i2, id AS i3, a FROM s;',
    message: 'The projection contains a key column (`ID`) more than once, aliased as: I2, I3 and ID.',
    at: 'id',
  },
  {
    sql: 'CREATE STREAM o AS SELECT a AS ROWTIME FROM nk;',
    message:
      'Failed to prepare statement: `ROWTIME` is a reserved column name. You cannot use it as an alias for a column.',
    at: 'a AS ROWTIME',
  },
  {
    sql: 'CREATE STREAM o AS SELECT ROWTIME FROM nk;',
    message: 'Reserved column name in select: `ROWTIME`. Please remove or alias the column.',
    at: 'ROWTIME',
  },
  {
    sql: 'CREATE STREAM o AS SELECT id, ROWOFFSET, ROWPARTITION FROM s;',
    message: 'Reserved column name in select: `ROWOFFSET`. Please remove or alias the column.',
    at: 'ROWOFFSET',
  },
  {
    sql: 'CREATE STREAM o AS SELECT a AS WINDOWSTART FROM nk;',
    message:
      'Failed to prepare statement: `WINDOWSTART` is a reserved column name. You cannot use it as an alias for a column.',
    at: 'a AS WINDOWSTART',
  },
  {
    sql: 'CREATE STREAM o AS SELECT * FROM s PARTITION BY NULL, a;',
    message: 'Cannot PARTITION BY multiple columns including NULL',
    at: 'NULL',
  },
  {
    sql: 'CREATE STREAM o AS SELECT * FROM s PARTITION BY a, a;',
    message: 'Failed to prepare statement: Duplicate PARTITION BY expression: A',
    at: 'a',
  },
  {
    sql: 'CREATE STREAM o AS SELECT * FROM s PARTITION BY ();',
    message: 'Failed to prepare statement: PARTITION BY requires at least one expression',
    at: 'PARTITION BY ()',
    hint: 'PARTITION BY NULL drops the key',
  },
  {
    sql: 'CREATE STREAM o AS SELECT * FROM s PARTITION BY (a, b);',
    message:
      "Key format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`A` INTEGER KEY, `B` BIGINT KEY], features=[]}\nreason: The 'KAFKA' format only supports a single field. Got: [`A` INTEGER KEY, `B` BIGINT KEY]",
  },
  {
    sql: 'CREATE STREAM o AS SELECT * FROM s PARTITION BY m;',
    message:
      'Map keys, including types that contain maps, are not supported as they may lead to unexpected behavior due to inconsistent serialization. Key column name: `M`. Column type: MAP<STRING, INTEGER>. See https://github.com/confluentinc/ksql/issues/6621 for more.',
  },
  {
    sql: 'CREATE STREAM o AS SELECT b FROM s PARTITION BY a;',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the partitioning expression S.A in its projection (eg, SELECT S.A...).',
    hint: 'select it: SELECT S.A, …',
  },
  {
    sql: 'CREATE STREAM o AS SELECT a FROM s PARTITION BY a;',
    message: 'The projection contains no value columns.',
  },
  {
    sql: 'CREATE TABLE o AS SELECT * FROM t PARTITION BY a;',
    message:
      "Cannot repartition a TABLE source. If this is a join, make sure that the criteria uses the TABLE's key column ID instead of [A]",
    at: 'a',
    hint: 'PARTITION BY is for streams; a table has another key by GROUP BY',
  },
  {
    sql: 'CREATE STREAM o AS SELECT * FROM s PARTITION BY f;',
    message:
      "Key format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`F` BOOLEAN KEY], features=[]}\nreason: The 'KAFKA' format does not support type 'BOOLEAN'",
  },
  {
    sql: "CREATE STREAM o WITH (KEY_FORMAT='JSON') AS SELECT * FROM s PARTITION BY NULL;",
    message: 'Key format specified for stream without key columns.',
    at: "'JSON'",
  },
  {
    sql: "CREATE STREAM o WITH (KEY_FORMAT='NONE') AS SELECT * FROM s;",
    message:
      "Key format does not support schema.\nformat: NONE\nschema: Persistence{columns=[`ID` INTEGER KEY], features=[]}\nreason: The 'NONE' format can only be used when no columns are defined. Got: [`ID` INTEGER KEY]",
  },
]);
