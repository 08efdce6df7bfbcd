import { checkRefusals } from './check-refusals.ts';

checkRefusals('CREATE of sources', [
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='', FORMAT='JSON');",
    message:
      "Failed to prepare statement: Invalid value '' for property KAFKA_TOPIC: A topic is named by 1 to 249",
    at: "''",
    hint: "name the topic: WITH (KAFKA_TOPIC='topic', …)",
  },
  {
    sql: "CREATE STREAM o WITH (KAFKA_TOPIC='a b') AS SELECT * FROM s;",
    message:
      "Failed to prepare statement: Invalid value 'a b' for property KAFKA_TOPIC: A topic is named by 1 to 249",
    at: "'a b'",
    hint: "name the topic: WITH (KAFKA_TOPIC='topic', …)",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', FORMAT='JSON', PARTITIONS=2147483648);",
    message:
      'Failed to prepare statement: Invalid value 2147483648 for property PARTITIONS: Expected value to be a 32-bit integer, but it was a java.lang.Long',
    at: '2147483648',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', FORMAT='JSON', PARTITIONS='2147483648');",
    message:
      'Failed to prepare statement: Invalid value 2147483648 for property PARTITIONS: Not a number of type INT',
    at: "'2147483648'",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', FORMAT='JSON', PARTITIONS=-2);",
    message:
      'Failed to prepare statement: Invalid value -2 for property PARTITIONS: Expected a whole number from 1 to',
    at: '-2',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='s', FORMAT='JSON', RETENTION_MS=-2);",
    message:
      'Failed to prepare statement: Invalid value -2 for property RETENTION_MS: Expected milliseconds, or -1 for records that are kept for ever',
    at: '-2',
  },
  {
    sql: "CREATE STREAM o WITH (CLEANUP_POLICY='compac') AS SELECT * FROM s;",
    message:
      "Failed to prepare statement: Invalid value 'compac' for property CLEANUP_POLICY: Expected one of: delete | compact | delete,compact",
    at: "'compac'",
    suggestion: 'compact',
  },
  {
    sql: 'CREATE STREAM o WITH (REPLICAS=32768) AS SELECT * FROM s;',
    message:
      'Failed to prepare statement: Invalid value 32768 for property REPLICAS: Expected a whole number from 1 to',
    at: '32768',
  },
  {
    sql: 'CREATE STREAM o (a INT);',
    message:
      'Failed to prepare statement: Missing required property "KAFKA_TOPIC" which has no default value.',
    at: 'CREATE STREAM o (a INT)',
    hint: "name the topic: WITH (KAFKA_TOPIC='topic', …)",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (VALUE_FORMAT='JSON');",
    message:
      'Failed to prepare statement: Missing required property "KAFKA_TOPIC" which has no default value.',
    at: "CREATE STREAM o (a INT) WITH (VALUE_FORMAT='JSON')",
    hint: "name the topic: WITH (KAFKA_TOPIC='topic', …)",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o');",
    message:
      "Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or set a default via the 'ksql.persistence.default.format.value' config.",
    hint: "add VALUE_FORMAT='JSON'",
  },
  {
    sql: "CREATE STREAM o WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: 'The statement does not define any columns.',
    at: "CREATE STREAM o WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON')",
    hint: 'name at least one value column',
  },
  {
    sql: "CREATE TABLE o WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: 'Tables require a PRIMARY KEY. Please define the PRIMARY KEY.',
    at: "CREATE TABLE o WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON')",
  },
  {
    sql: "CREATE TABLE o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: 'Tables require a PRIMARY KEY. Please define the PRIMARY KEY.',
  },
  {
    sql: "CREATE TABLE o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='AVRO');",
    message: 'Tables require a PRIMARY KEY. Please define the PRIMARY KEY.',
  },
  {
    sql: "CREATE STREAM o (a INT, a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: 'Failed to prepare statement: Duplicate column names: `A`',
  },
  {
    sql: "CREATE STREAM o (a INT, a INT, b INT, b INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: 'Failed to prepare statement: Duplicate column names: `A`, `B`',
  },
  {
    sql: "CREATE STREAM o (a INT KEY, a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: 'Failed to prepare statement: Duplicate column names: `A`',
  },
  {
    sql: "CREATE STREAM o (a INTT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: 'Failed to prepare statement: Cannot resolve unknown type: INTT',
    at: 'INTT',
    suggestion: 'INT',
    hint: 'SHOW TYPES lists those that CREATE TYPE has made',
  },
  {
    sql: "CREATE STREAM o (a ARRAY<NOPE>) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: 'Failed to prepare statement: Cannot resolve unknown type: NOPE',
    at: 'NOPE',
    hint: 'SHOW TYPES lists those that CREATE TYPE has made',
  },
  {
    sql: "CREATE STREAM o (a DECIMAL(1,2)) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: 'Failed to prepare statement: DECIMAL precision must be >= scale: DECIMAL(1,2)',
    at: 'DECIMAL(1,2)',
  },
  {
    sql: "CREATE STREAM o (a DECIMAL(0,0)) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: 'Failed to prepare statement: DECIMAL precision must be >= 1: DECIMAL(0,0)',
    at: 'DECIMAL(0,0)',
  },
  {
    sql: "CREATE STREAM o (a ARRAY<DECIMAL(2147483648,2)>) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: 'Failed to prepare statement: DECIMAL precision must be <= 2147483647: DECIMAL(2147483648,2)',
    at: 'ARRAY<DECIMAL(2147483648,2)>',
  },
  {
    sql: "CREATE STREAM o (a DECIMAL) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: "line 1:27: Syntax Error\nExpecting '('",
    at: ')',
    hint: 'DECIMAL(10, 2) has 10 digits, 2 of them after the point',
  },
  {
    sql: "CREATE STREAM o (a ARRAY) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: 'Failed to prepare statement: Cannot resolve unknown type: ARRAY',
    at: 'ARRAY',
    hint: 'it is written as ARRAY<INT>',
  },
  {
    sql: "CREATE STREAM o (a STRUCT<x INT, x INT>) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message:
      "Failed to prepare statement: Duplicate field names found in STRUCT: '`X` INTEGER' and '`X` INTEGER'",
    at: 'STRUCT<x INT, x INT>',
  },
  {
    sql: "CREATE STREAM o (ROWTIME BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: "'ROWTIME' is a reserved column name. You cannot use it as a name for a column.",
    at: 'ROWTIME BIGINT',
  },
  {
    sql: "CREATE STREAM o (ROWTIME BIGINT KEY, a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: "'ROWTIME' is a reserved column name. You cannot use it as a name for a column.",
    at: 'ROWTIME BIGINT KEY',
  },
  {
    sql: "CREATE STREAM o (WINDOWSTART BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: "'WINDOWSTART' is a reserved column name. You cannot use it as a name for a column.",
    at: 'WINDOWSTART BIGINT',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JOSN');",
    message: 'Unknown format: JOSN',
    at: "'JOSN'",
    suggestion: 'JSON',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', FORMAT='X', VALUE_FORMAT='JSON');",
    message:
      "Failed to prepare statement: Cannot supply both 'VALUE_FORMAT' and 'FORMAT' properties, as 'FORMAT' sets both key and value formats. Either use just 'FORMAT', or use 'KEY_FORMAT' and 'VALUE_FORMAT'.",
    at: "'X'",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', PARTITONS=1);",
    message: 'Failed to prepare statement: Invalid config variable(s) in the WITH clause: PARTITONS',
    at: 'PARTITONS=1',
    suggestion: 'PARTITIONS',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', kafka_topic='p', VALUE_FORMAT='JSON');",
    message:
      "Failed to prepare statement: Multiple entries with same key: KAFKA_TOPIC='o' and KAFKA_TOPIC='p'",
    at: "kafka_topic='p'",
    hint: 'write KAFKA_TOPIC once',
  },
  {
    sql: 'CREATE STREAM o WITH (PARTITIONS=1, PARTITIONS=1) AS SELECT * FROM s;',
    message: 'Failed to prepare statement: Multiple entries with same key: PARTITIONS=1 and PARTITIONS=1',
    at: 'PARTITIONS=1',
    hint: 'write PARTITIONS once',
  },
  {
    sql: "INSERT INTO s WITH (QUERY_ID='a', QUERY_ID='b') SELECT * FROM s;",
    message: "Failed to prepare statement: Multiple entries with same key: QUERY_ID='a' and QUERY_ID='b'",
    at: "QUERY_ID='b'",
    hint: 'write QUERY_ID once',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', foo=1, bar=2);",
    message: 'Failed to prepare statement: Invalid config variable(s) in the WITH clause: FOO,BAR',
    at: 'foo=1',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', PARTITIONS='x');",
    message: 'Failed to prepare statement: Invalid value x for property PARTITIONS: Not a number of type INT',
    at: "'x'",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', PARTITIONS=1.5);",
    message:
      'Failed to prepare statement: Invalid value 1.5 for property PARTITIONS: Expected value to be a 32-bit integer, but it was a java.math.BigDecimal',
    at: '1.5',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', REPLICAS='x');",
    message: 'Failed to prepare statement: Invalid value x for property REPLICAS: Not a number of type INT',
    at: "'x'",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WRAP_SINGLE_VALUE='maybe');",
    message:
      'Failed to prepare statement: Invalid value maybe for property WRAP_SINGLE_VALUE: Expected value to be either true or false',
    at: "'maybe'",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WRAP_SINGLE_VALUE=5);",
    message:
      'Failed to prepare statement: Invalid value 5 for property WRAP_SINGLE_VALUE: Expected value to be either true or false',
    at: '5',
  },
  {
    sql: "CREATE STREAM o (a INT, b INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WRAP_SINGLE_VALUE=true);",
    message: "'WRAP_SINGLE_VALUE' is only valid for single-field value schemas",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', TIMESTAMP='nope');",
    message: "The TIMESTAMP column set in the WITH clause does not exist in the schema: 'NOPE'",
    at: "'nope'",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', TIMESTAMP='a');",
    message:
      'Timestamp column, `A`, should be LONG(INT64), TIMESTAMP, or a String with a TIMESTAMP_FORMAT specified.',
    at: "'a'",
  },
  {
    sql: "CREATE STREAM o (a STRING) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', TIMESTAMP='a');",
    message: 'A String timestamp field has been specified without also specifying the TIMESTAMP_FORMAT',
    at: "'a'",
    hint: "add TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss'",
  },
  {
    sql: "CREATE STREAM o (a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', TIMESTAMP='a', TIMESTAMP_FORMAT='yyyy');",
    message: "'TIMESTAMP_FORMAT' set for field that is not a STRING",
    at: "'yyyy'",
  },
  {
    sql: "CREATE STREAM o (a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', TIMESTAMP_FORMAT='yyyy');",
    message: "Invalid configuration: 'TIMESTAMP_FORMAT' set without setting 'TIMESTAMP'",
    at: "'yyyy'",
  },
  {
    sql: "CREATE STREAM o (a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', TIMESTAMP=5);",
    message:
      'Failed to prepare statement: Invalid value 5 for property TIMESTAMP: Expected value to be a string, but it was a java.lang.Integer',
    at: '5',
  },
  {
    sql: "CREATE STREAM o (a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING');",
    message:
      "Failed to prepare statement: TUMBLING windows require 'WINDOW_SIZE' to be provided in the WITH clause. For example: 'WINDOW_SIZE'='10 SECONDS'",
    at: "'TUMBLING'",
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING');",
    message:
      "Failed to prepare statement: TUMBLING windows require 'WINDOW_SIZE' to be provided in the WITH clause. For example: 'WINDOW_SIZE'='10 SECONDS'",
    at: "'TUMBLING'",
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WINDOW_TYPE='FOO');",
    message:
      'Failed to prepare statement: Invalid value FOO for property WINDOW_TYPE: String must be one of: SESSION, HOPPING, TUMBLING, null',
    at: "'FOO'",
  },
  {
    sql: "CREATE STREAM o (a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WINDOW_TYPE='SESSION');",
    message: 'Windowed sources require a key column.',
    hint: 'declare one: (id INT KEY, …)',
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WINDOW_TYPE='HOPPING', WINDOW_SIZE='5');",
    message:
      "Failed to prepare statement: Configuration WINDOW_SIZE is invalid: Invalid duration: '5'. Expected 2 parts, got 1.",
    at: "'5'",
    hint: "write a number and a unit: '10 SECONDS'",
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WINDOW_TYPE='HOPPING', WINDOW_SIZE='x SECONDS');",
    message:
      "Failed to prepare statement: Configuration WINDOW_SIZE is invalid: Invalid duration: 'x SECONDS'. Size is not a number: 'x'",
    at: "'x SECONDS'",
    hint: "write a number and a unit: '10 SECONDS'",
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WINDOW_TYPE='HOPPING', WINDOW_SIZE='-5 SECONDS');",
    message:
      "Failed to prepare statement: Configuration WINDOW_SIZE is invalid: Invalid duration: '-5 SECONDS'. Size is not a number: '-5'",
    at: "'-5 SECONDS'",
    hint: "write a number and a unit: '10 SECONDS'",
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WINDOW_TYPE='HOPPING', WINDOW_SIZE='0 SECONDS');",
    message: 'Failed to prepare statement: WINDOW_SIZE is too short: 0 SECONDS',
    at: "'0 SECONDS'",
    hint: 'it is at least 1 MILLISECOND',
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WINDOW_TYPE='HOPPING', WINDOW_SIZE='99999999999999999999 DAYS');",
    message: 'Failed to prepare statement: WINDOW_SIZE is too long: 99999999999999999999 DAYS',
    at: "'99999999999999999999 DAYS'",
    hint: 'it is at most 10000000 DAYS',
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WINDOW_TYPE='HOPPING', WINDOW_SIZE='240000001 hours');",
    message: 'Failed to prepare statement: WINDOW_SIZE is too long: 240000001 HOURS',
    at: "'240000001 hours'",
    hint: 'it is at most 10000000 DAYS',
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WINDOW_TYPE='HOPPING', WINDOW_SIZE='1 MONTHS');",
    message:
      "Failed to prepare statement: Configuration WINDOW_SIZE is invalid: Invalid duration: '1 MONTHS'. Unknown time unit: 'MONTHS'",
    at: "'1 MONTHS'",
    hint: "write a number and a unit: '10 SECONDS'",
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', WINDOW_TYPE='HOPPING', WINDOW_SIZE='1 YEAR');",
    message:
      "Failed to prepare statement: Configuration WINDOW_SIZE is invalid: Invalid duration: '1 YEAR'. Unknown time unit: 'YEAR'",
    at: "'1 YEAR'",
    hint: "write a number and a unit: '10 SECONDS'",
  },
  {
    sql: "CREATE STREAM o (k INT PRIMARY KEY, a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message:
      "Failed to prepare statement: Line: 1, Col: 18: Column `K` is a 'PRIMARY KEY' column: please use 'KEY' for streams.\nTables have PRIMARY KEYs, which are unique and NON NULL.\nStreams have KEYs, which have no uniqueness or NON NULL constraints.",
    at: 'k INT PRIMARY KEY',
  },
  {
    sql: "CREATE TABLE o (k INT KEY, a BIGINT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message:
      "Failed to prepare statement: Line: 1, Col: 17: Column `K` is a 'KEY' column: please use 'PRIMARY KEY' for tables.\nTables have PRIMARY KEYs, which are unique and NON NULL.\nStreams have KEYs, which have no uniqueness or NON NULL constraints.",
    at: 'k INT KEY',
  },
  {
    sql: "CREATE STREAM o (a INT HEADERS) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message:
      'Failed to prepare statement: Invalid type for HEADERS column: expected ARRAY<STRUCT<`KEY` STRING, `VALUE` BYTES>>, got INTEGER',
    at: 'a INT HEADERS',
  },
  {
    sql: "CREATE STREAM o (a INT HEADER('x')) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: "Failed to prepare statement: Invalid type for HEADER('x') column: expected BYTES, got INTEGER",
    at: "a INT HEADER('x')",
  },
  {
    sql: "CREATE STREAM o (a MAP<INT, INT>) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message:
      'Value format does not support schema.\nformat: JSON\nschema: Persistence{columns=[`A` MAP<INTEGER, INTEGER>], features=[]}\nreason: JSON only supports MAP types with STRING keys',
  },
  {
    sql: "CREATE STREAM o (a STRUCT<b MAP<INT, INT>>) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message:
      'Value format does not support schema.\nformat: JSON\nschema: Persistence{columns=[`A` STRUCT<`B` MAP<INTEGER, INTEGER>>], features=[]}\nreason: JSON only supports MAP types with STRING keys',
  },
  {
    sql: "CREATE STREAM o (k ARRAY<INT> KEY, a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message:
      "Key format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`K` ARRAY<INTEGER> KEY], features=[]}\nreason: The 'KAFKA' format does not support type 'ARRAY'",
  },
  {
    sql: "CREATE STREAM o (k INT KEY, k2 INT KEY, a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message:
      "Key format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`K` INTEGER KEY, `K2` INTEGER KEY], features=[]}\nreason: The 'KAFKA' format only supports a single field. Got: [`K` INTEGER KEY, `K2` INTEGER KEY]",
  },
  {
    sql: "CREATE STREAM o (k DATE KEY, a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message:
      "Key format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`K` DATE KEY], features=[]}\nreason: The 'KAFKA' format does not support type 'DATE'",
  },
  {
    sql: "CREATE STREAM o (k TIMESTAMP KEY, a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message:
      "Key format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`K` TIMESTAMP KEY], features=[]}\nreason: The 'KAFKA' format does not support type 'TIMESTAMP'",
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a DATE) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='KAFKA');",
    message:
      "Value format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`A` DATE], features=[]}\nreason: The 'KAFKA' format does not support type 'DATE'",
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a DECIMAL(3,1)) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='KAFKA');",
    message:
      "Value format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`A` DECIMAL(3, 1)], features=[]}\nreason: The 'KAFKA' format does not support type 'DECIMAL'",
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a INT, b INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='KAFKA');",
    message:
      "Value format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`A` INTEGER, `B` INTEGER], features=[]}\nreason: The 'KAFKA' format only supports a single field. Got: [`A` INTEGER, `B` INTEGER]",
  },
  {
    sql: "CREATE STREAM o (k INT KEY, a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='NONE');",
    message:
      "Value format does not support schema.\nformat: NONE\nschema: Persistence{columns=[`A` INTEGER], features=[]}\nreason: The 'NONE' format can only be used when no columns are defined. Got: [`A` INTEGER]",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', FORMAT='NONE');",
    message:
      "Value format does not support schema.\nformat: NONE\nschema: Persistence{columns=[`A` INTEGER], features=[]}\nreason: The 'NONE' format can only be used when no columns are defined. Got: [`A` INTEGER]",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', KEY_DELIMITER='ab');",
    message:
      "Failed to prepare statement: Configuration KEY_DELIMITER is invalid: Invalid delimiter value: 'ab'. Delimiter must be a single character or TAB,SPACE\nExample valid value: ';'",
    at: "'ab'",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', VALUE_DELIMITER='|');",
    message: 'JSON does not support the following configs: [delimiter]',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', VALUE_AVRO_SCHEMA_FULL_NAME='x');",
    message: 'JSON does not support the following configs: [fullSchemaName]',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', VALUE_SCHEMA_ID=1);",
    message:
      'VALUE_FORMAT should support schema inference when VALUE_SCHEMA_ID is provided. Current format is JSON.',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', VALUE_SCHEMA_FULL_NAME='x');",
    message: 'JSON does not support the following configs: [fullSchemaName]',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC=flights, VALUE_FORMAT='JSON');",
    message:
      "line 1:43: Syntax Error\nExpecting {'NULL', 'TRUE', 'FALSE', STRING, '-', INTEGER_VALUE, DECIMAL_VALUE, FLOATING_POINT_VALUE}",
    at: 'flights',
    hint: "a text is written in single quotes: KAFKA_TOPIC='flights'",
  },
  {
    sql: `CREATE STREAM o (a INT) WITH (KAFKA_TOPIC="flights", VALUE_FORMAT='JSON');`,
    message:
      "line 1:43: Syntax Error\nExpecting {'NULL', 'TRUE', 'FALSE', STRING, '-', INTEGER_VALUE, DECIMAL_VALUE, FLOATING_POINT_VALUE}",
    at: '"flights"',
    hint: "a text is written in single quotes: KAFKA_TOPIC='flights'",
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC=5, VALUE_FORMAT='JSON');",
    message:
      'Failed to prepare statement: Invalid value 5 for property KAFKA_TOPIC: Expected value to be a string, but it was a java.lang.Integer',
    at: '5',
  },
  {
    sql: "CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT=JSON);",
    message:
      "line 1:61: Syntax Error\nExpecting {'NULL', 'TRUE', 'FALSE', STRING, '-', INTEGER_VALUE, DECIMAL_VALUE, FLOATING_POINT_VALUE}",
    at: 'JSON',
    hint: "a text is written in single quotes: VALUE_FORMAT='JSON'",
  },
  {
    sql: "CREATE STREAM s (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: "Cannot add stream 'S': A stream with the same name already exists",
    hint: 'CREATE OR REPLACE, or DROP STREAM S; first',
  },
  {
    sql: "CREATE TABLE s (a INT PRIMARY KEY, b INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');",
    message: "Cannot add table 'S': A stream with the same name already exists",
    hint: 'give it another name, or DROP STREAM S; first',
  },
  {
    sql: 'CREATE STREAM t AS SELECT * FROM s;',
    message: "Cannot add stream 'T': A table with the same name already exists",
    hint: 'give it another name, or DROP TABLE T; first',
  },
  {
    sql: 'CREATE OR REPLACE STREAM t AS SELECT * FROM s;',
    message: "Cannot add stream 'T': A table with the same name already exists",
    hint: 'DROP TABLE T; and create it anew, or give the new one another name',
  },
  {
    sql: "CREATE OR REPLACE STREAM s (a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
    message:
      "Cannot add stream 'S': DataSource '`S`' has schema = `ID` INTEGER KEY, `A` INTEGER, `B` BIGINT, `D` DOUBLE, `X` DECIMAL(4, 2), `N` STRING, `F` BOOLEAN, `Y` BYTES, `DT` DATE, `TI` TIME, `TS` TIMESTAMP,",
    hint: 'DROP STREAM S; and create it anew, or give the new one another name',
  },
  {
    sql: "CREATE OR REPLACE STREAM s2 (id INT KEY, a INT) WITH (KAFKA_TOPIC='s2', VALUE_FORMAT='JSON');",
    message:
      "Cannot add stream 'S2': DataSource '`S2`' has schema = `ID` INTEGER KEY, `A` INTEGER, `N` STRING which cannot be upgraded to schema = `ID` INTEGER KEY, `A` INTEGER. (The following columns are changed, missing or reordered: [`N` STRING])",
    hint: 'DROP STREAM S2; and create it anew, or give the new one another name',
  },
  {
    sql: "CREATE STREAM o WITH (VALUE_FORMAT='FOO') AS SELECT * FROM s;",
    message: 'Unknown format: FOO',
    at: "'FOO'",
  },
  {
    sql: "CREATE STREAM o WITH (WINDOW_TYPE='SESSION') AS SELECT * FROM s;",
    message: 'Failed to prepare statement: Invalid config variable(s) in the WITH clause: WINDOW_TYPE',
    at: "WINDOW_TYPE='SESSION'",
  },
  {
    sql: "CREATE STREAM o WITH (TIMESTAMP='nope') AS SELECT * FROM s;",
    message: "The TIMESTAMP column set in the WITH clause does not exist in the schema: 'NOPE'",
    at: "'nope'",
  },
  {
    sql: "CREATE STREAM o WITH (TIMESTAMP='n') AS SELECT * FROM s;",
    message: 'A String timestamp field has been specified without also specifying the TIMESTAMP_FORMAT',
    at: "'n'",
    hint: "add TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss'",
  },
  {
    sql: "CREATE STREAM o WITH (VALUE_FORMAT='KAFKA') AS SELECT * FROM s;",
    message:
      'Value format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`A` INTEGER, `B` BIGINT, `D` DOUBLE, `X` DECIMAL(4, 2), `N` STRING, `F` BOOLEAN, `Y` BYTES, `DT` DATE, `TI` TIME, `TS` ',
  },
  {
    sql: "CREATE STREAM o WITH (VALUE_FORMAT='DELIMITED') AS SELECT * FROM s;",
    message:
      'Value format does not support schema.\nformat: DELIMITED\nschema: Persistence{columns=[`A` INTEGER, `B` BIGINT, `D` DOUBLE, `X` DECIMAL(4, 2), `N` STRING, `F` BOOLEAN, `Y` BYTES, `DT` DATE, `TI` TIME, `',
  },
  {
    sql: 'CREATE STREAM o WITH (WRAP_SINGLE_VALUE=false) AS SELECT id, a, b FROM s;',
    message: "'WRAP_SINGLE_VALUE' is only valid for single-field value schemas",
  },
  {
    sql: "CREATE STREAM o WITH (VALUE_FORMAT='DELIMITED', WRAP_SINGLE_VALUE=true) AS SELECT id, a FROM s;",
    message: "Format 'DELIMITED' does not support 'WRAP_SINGLE_VALUE' set to 'true'.",
  },
  {
    sql: 'CREATE STREAM o AS SELECT * FROM nope;',
    message: 'Failed to prepare statement: NOPE does not exist.',
    at: 'nope',
  },
  {
    sql: 'CREATE STREAM o AS SELECT * FROM s LIMIT 5;',
    message: "CREATE STREAM AS SELECT statements don't support LIMIT clause.",
    at: 'SELECT * FROM s LIMIT 5',
  },
  {
    sql: 'CREATE STREAM o AS SELECT m FROM s;',
    message:
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\nThe query used to build `O` must include the key column ID in its projection (eg, SELECT ID...).',
    hint: 'select it: SELECT ID, …',
  },
]);
