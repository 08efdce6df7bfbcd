import { messageOf, OperationalError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Admin } from '../client/index.ts';
import type { ProcessingLogTopic } from '../sql/runtime/processing-log/processing-log.ts';
import { emptySession } from '../sql/statements/session.ts';
import type { StatementExecutor } from './rest/statement-executor.ts';
import type { ServerConfig } from './config/server-properties.ts';

/** Where queries tell of rows that fail; undefined where no property asks for it. */
export function processingLogOf(settings: ServerConfig): ProcessingLogTopic | undefined {
  const named = settings.get('ksql.logging.processing.topic.name');
  const isWanted =
    named !== '' ||
    settings.get('ksql.logging.processing.topic.auto.create') ||
    settings.get('ksql.logging.processing.stream.auto.create');
  if (!isWanted) return undefined;
  const topic = named === '' ? `${settings.get('ksql.service.id')}ksql_processing_log` : named;
  return { topic, includesRows: settings.get('ksql.logging.processing.rows.include') };
}

/** Makes the topic of the processing log, and its stream, where that is asked for. A log that cannot be made costs the log. */
export async function openProcessingLog(
  settings: ServerConfig,
  parts: {
    readonly admin: Pick<Admin, 'createTopics'>;
    readonly executor: Pick<StatementExecutor, 'execute'>;
    readonly logger: Logger;
  },
): Promise<void> {
  const topic = processingLogOf(settings)?.topic;
  if (topic === undefined) return;
  try {
    await makeLogTopic(settings, { topic, admin: parts.admin });
    const statement = logStreamStatement(settings, topic);
    if (statement !== undefined) await parts.executor.execute(statement, emptySession);
  } catch (error) {
    parts.logger.error('the processing log cannot be made', { error: messageOf(error) });
  }
}

/** Makes the topic of the processing log, where that is asked for. */
async function makeLogTopic(
  settings: ServerConfig,
  { topic, admin }: { readonly topic: string; readonly admin: Pick<Admin, 'createTopics'> },
): Promise<void> {
  if (!settings.get('ksql.logging.processing.topic.auto.create')) return;
  try {
    await admin.createTopics([
      {
        name: topic,
        partitions: settings.get('ksql.logging.processing.topic.partitions'),
        replicationFactor: settings.get('ksql.logging.processing.topic.replication.factor'),
      },
    ]);
  } catch (error) {
    if (!(error instanceof OperationalError) || error.code !== 'TOPIC_ALREADY_EXISTS') throw error;
  }
}

/** The statement that makes the processing log a stream, as ksqlDB states it; undefined where that is not asked for. */
function logStreamStatement(settings: ServerConfig, topic: string): string | undefined {
  if (!settings.get('ksql.logging.processing.stream.auto.create')) return undefined;
  const name = settings.get('ksql.logging.processing.stream.name');
  return (
    `CREATE STREAM IF NOT EXISTS ${name} (logger STRING, level STRING, time BIGINT, message STRUCT<` +
    'type INT, ' +
    'deserializationError STRUCT<target STRING, errorMessage STRING, recordB64 STRING, cause ARRAY<STRING>, `topic` STRING>, ' +
    'recordProcessingError STRUCT<errorMessage STRING, record STRING, cause ARRAY<STRING>>, ' +
    'productionError STRUCT<errorMessage STRING>, ' +
    'serializationError STRUCT<target STRING, errorMessage STRING, record STRING, cause ARRAY<STRING>, `topic` STRING>, ' +
    'kafkaStreamsThreadError STRUCT<errorMessage STRING, threadName STRING, cause ARRAY<STRING>>>) ' +
    `WITH (KAFKA_TOPIC='${topic.replaceAll("'", "''")}', VALUE_FORMAT='JSON');`
  );
}
