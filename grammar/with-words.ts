/** What may stand as the value of a property, where the language says. */
export type WithValues = 'topic' | 'format' | 'boolean' | 'windowType' | 'cleanupPolicy' | 'other';

/** The properties of a WITH clause, by what their values are. */
export const withWords = {
  KAFKA_TOPIC: 'topic',
  PARTITIONS: 'other',
  REPLICAS: 'other',
  RETENTION_MS: 'other',
  CLEANUP_POLICY: 'cleanupPolicy',
  FORMAT: 'format',
  KEY_FORMAT: 'format',
  VALUE_FORMAT: 'format',
  KEY_DELIMITER: 'other',
  VALUE_DELIMITER: 'other',
  WRAP_SINGLE_VALUE: 'boolean',
  TIMESTAMP: 'other',
  TIMESTAMP_FORMAT: 'other',
  KEY_SCHEMA_ID: 'other',
  VALUE_SCHEMA_ID: 'other',
  KEY_SCHEMA_FULL_NAME: 'other',
  VALUE_SCHEMA_FULL_NAME: 'other',
  VALUE_AVRO_SCHEMA_FULL_NAME: 'other',
  KEY_PROTOBUF_NULLABLE_REPRESENTATION: 'other',
  VALUE_PROTOBUF_NULLABLE_REPRESENTATION: 'other',
  WINDOW_TYPE: 'windowType',
  WINDOW_SIZE: 'other',
  SOURCE_CONNECTOR: 'other',
  SOURCED_BY_CONNECTOR: 'other',
} as const satisfies Readonly<Record<string, WithValues>>;

export type WithWord = keyof typeof withWords;
