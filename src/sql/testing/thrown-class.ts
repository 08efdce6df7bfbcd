import { SerdeError } from '../../serde/model/serde-error.ts';

/** ksqlDB's and Kafka's classes of exceptions that a case may name, each with the one that it extends. */
const EXTENDS: Readonly<Record<string, string>> = {
  'io.confluent.ksql.parser.exception.ParseFailedException': 'io.confluent.ksql.util.KsqlStatementException',
  'io.confluent.ksql.util.KsqlStatementException': 'io.confluent.ksql.util.KsqlException',
  'io.confluent.ksql.util.KsqlReferentialIntegrityException': 'io.confluent.ksql.util.KsqlException',
  'io.confluent.ksql.function.KsqlFunctionException': 'io.confluent.ksql.util.KsqlException',
  'io.confluent.ksql.rest.entity.KsqlStatementErrorMessage': 'io.confluent.ksql.rest.entity.KsqlErrorMessage',
};

/** When a statement or a query of a case fails. */
export type FailureStage = 'parse' | 'statement' | 'run';

/** The words before what is wrong with the names and properties of a statement: ksqlDB finds them when it parses. */
const PREPARING = /^Failed to prepare statement: /;

/** The class that ksqlDB throws for a failure of this stage. */
export function thrownClass(stage: FailureStage, message: string): string {
  if (stage === 'run') return 'org.apache.kafka.streams.errors.StreamsException';
  if (stage === 'parse' || PREPARING.test(message)) {
    return 'io.confluent.ksql.parser.exception.ParseFailedException';
  }
  return 'io.confluent.ksql.util.KsqlStatementException';
}

/** The class of what made a query fail: a format that could not write, or else a function. */
export function causeClass(cause: unknown): string {
  return cause instanceof SerdeError
    ? 'org.apache.kafka.common.errors.SerializationException'
    : 'io.confluent.ksql.function.KsqlFunctionException';
}

/** Whether a thrown class is the expected one, or extends it. */
export function isInstance(thrown: string, expected: string): boolean {
  for (let each: string | undefined = thrown; each !== undefined; each = EXTENDS[each]) {
    if (each === expected) return true;
  }
  return false;
}
