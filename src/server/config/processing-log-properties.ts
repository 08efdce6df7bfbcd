import { boolean, type ConfigKeys, int, string } from '../../base/config/config-key.ts';
import { atLeast } from '../../base/config/config-range.ts';

/** Properties of the processing log, under ksqlDB's names. */
export const processingLogProperties = {
  'ksql.logging.processing.rows.include': boolean(
    false,
    'entries of the processing log have the rows that they are about, which may be confidential',
  ),
  'ksql.logging.processing.stream.auto.create': boolean(
    false,
    'make the processing log a stream when the server starts',
  ),
  'ksql.logging.processing.stream.name': string(
    'KSQL_PROCESSING_LOG',
    'name of the stream of the processing log',
  ),
  'ksql.logging.processing.topic.auto.create': boolean(
    false,
    'make the topic of the processing log when the server starts',
  ),
  'ksql.logging.processing.topic.name': string(
    '',
    'topic of the processing log; when empty, ksql.service.id and ksql_processing_log. Entries are written where it is set, or ' +
      'one of the .auto.create properties is true',
  ),
  'ksql.logging.processing.topic.partitions': int(
    1,
    'partitions of the topic of the processing log',
    atLeast(1),
  ),
  'ksql.logging.processing.topic.replication.factor': int(
    1,
    'replicas of the topic of the processing log',
    atLeast(1),
  ),
} as const satisfies ConfigKeys;
