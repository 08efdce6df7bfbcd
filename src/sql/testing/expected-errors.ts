/** The classes by which ksqlDB's cases and scripts name what they expect to be thrown. */
export const EXCEPTION_CLASSES: readonly string[] = [
  'io.confluent.ksql.function.KsqlFunctionException',
  'io.confluent.ksql.parser.ParsingException',
  'io.confluent.ksql.parser.exception.ParseFailedException',
  'io.confluent.ksql.util.KsqlException',
  'io.confluent.ksql.util.KsqlReferentialIntegrityException',
  'io.confluent.ksql.util.KsqlStatementException',
  'java.lang.AssertionError',
  'java.lang.IllegalArgumentException',
  'java.lang.IllegalStateException',
  'org.apache.kafka.common.errors.SerializationException',
  'org.apache.kafka.streams.errors.StreamsException',
];

/** The messages of the REST API by which its cases name an error. */
export const ERROR_MESSAGE_CLASSES: readonly string[] = [
  'io.confluent.ksql.rest.entity.KsqlErrorMessage',
  'io.confluent.ksql.rest.entity.KsqlStatementErrorMessage',
];
