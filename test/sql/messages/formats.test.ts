import { checkRefusals } from './check-refusals.ts';

const created = (columns: string, properties: string): string =>
  `CREATE STREAM z (${columns}) WITH (kafka_topic='s', ${properties});`;

const mapKey = (key: string): string =>
  'Map keys, including types that contain maps, are not supported as they may lead to unexpected behavior due to ' +
  `inconsistent serialization. Key column name: \`K\`. Column type: ${key}.`;
const mapValue = (format: string, reason: string): string =>
  `Value format does not support schema.\nformat: ${format}\nschema: Persistence{columns=[\`A\` MAP<INTEGER, STRING>], ` +
  `features=[]}\nreason: ${reason}`;

checkRefusals('formats before anything is read or written', [
  {
    sql: created('a ARRAY<ARRAY<INT>>', "value_format='PROTOBUF'"),
    message:
      'Value format does not support schema.\nformat: PROTOBUF\nschema: Persistence{columns=[`A` ARRAY<ARRAY<INTEGER>>], ' +
      'features=[]}\nreason: Array cannot be nested',
  },
  {
    sql: created('a INT', "key_format='kafka', value_format='protobuf', key_schema_id=1"),
    message:
      'KEY_FORMAT should support schema inference when KEY_SCHEMA_ID is provided. Current format is KAFKA.',
  },
  {
    sql: created('a INT', "value_format='kafka', value_schema_id=1, key_format='protobuf'"),
    message:
      'VALUE_FORMAT should support schema inference when VALUE_SCHEMA_ID is provided. Current format is KAFKA.',
  },
  {
    sql: created('a INT', "value_format='protobuf', value_schema_id=2"),
    message: 'Table elements and VALUE_SCHEMA_ID cannot both exist for create statement.',
  },
  {
    sql: created('k MAP<INT, INT> KEY, a INT', "format='json_sr'"),
    message: mapKey('MAP<INTEGER, INTEGER>'),
  },
  {
    sql: created('a MAP<INT, STRING>', "value_format='avro'"),
    message: mapValue('AVRO', 'Avro only supports MAPs with STRING keys'),
  },
  {
    sql: created('a MAP<INT, STRING>', "value_format='json_sr'"),
    message: mapValue('JSON_SR', 'JSON only supports MAP types with STRING keys'),
  },
  {
    sql: created('a MAP<INT, STRING>', "value_format='protobuf'"),
    message: mapValue('PROTOBUF', 'PROTOBUF format only supports MAP types with STRING keys'),
  },
  {
    sql: created('a INT', "value_format='protobuf', wrap_single_value=false"),
    message: "Format 'PROTOBUF' does not support 'WRAP_SINGLE_VALUE' set to 'false'.",
  },
  {
    sql: created('a INT, b INT', "value_format='avro', wrap_single_value=true"),
    message: "'WRAP_SINGLE_VALUE' is only valid for single-field value schemas",
  },
  {
    sql: created('a INT', "value_format='avro', value_avro_schema_full_name=' '"),
    message: 'fullSchemaName cannot be empty. Format configuration: {fullSchemaName=}',
  },
  {
    sql: created('a INT', "value_format='avro', value_delimiter='|'"),
    message: 'AVRO does not support the following configs: [delimiter]',
  },
]);

checkRefusals('properties that say nothing, or nothing that can be', [
  {
    sql: created('a INT', "value_format='JSON', window_size='10 SECONDS'"),
    message: "Failed to prepare statement: 'WINDOW_SIZE' should not be set without 'WINDOW_TYPE'.",
    at: "'10 SECONDS'",
    hint: "add WINDOW_TYPE='TUMBLING', or leave WINDOW_SIZE out",
  },
  ...[
    ['yyyy-MM-ddTHH', 'Unknown pattern letter: T'],
    ['yyyyyyyyyyyyyyyyyyyy', 'Too many pattern letters: y'],
    ['yyyy{', "Pattern includes reserved character: '{'"],
  ].map(([pattern = '', reason = '']) => ({
    sql: created('a STRING', `value_format='JSON', timestamp='a', timestamp_format='${pattern}'`),
    message: `Failed to prepare statement: Invalid datetime format for config:TIMESTAMP_FORMAT, reason:${reason}`,
    at: `'${pattern}'`,
    hint: "write letters of a pattern, and others in quotes: TIMESTAMP_FORMAT='yyyy-MM-dd''T''HH:mm:ss'",
  })),
  ...(['PARTITIONS', 'REPLICAS'] as const).flatMap((name) =>
    ['0', '-2'].map((count) => ({
      sql: created('a INT', `value_format='JSON', ${name}=${count}`),
      message:
        `Failed to prepare statement: Invalid value ${count} for property ${name}: Expected a whole number from 1 to ` +
        `${name === 'PARTITIONS' ? 2147483647 : 32767}, or -1 for the default of the cluster`,
      at: count,
    })),
  ),
]);
