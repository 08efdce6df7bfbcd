import type { Print } from '../../../grammar/index.ts';
import type { Environment } from '../../base/environment.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { Admin, Consumer, type ConsumerRecord } from '../../client/index.ts';
import type { SchemaRegistryClient } from '../../serde/index.ts';
import { printDate, printTime } from '../../sql/values/iso-time.ts';
import type { AnswerSink } from './answer-stream.ts';
import type { GuessedFormat } from './guess-format.ts';
import { RecordTexts } from './record-texts.ts';
import { RestError, RestErrorCode, shuttingDown } from './rest-error.ts';

const POLL_TIMEOUT_MS = 500;
const MS_PER_DAY = 86_400_000;

interface PrintOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  /** How long opening the topic may wait for the cluster. */
  readonly kafka: { readonly timeoutMs: number };
}

/** Opens a topic for PRINT, from its beginning or its end. @throws {RestError} 40001 for a topic that is not there. */
export async function openTopic(statement: Print, text: string, options: PrintOptions): Promise<Consumer> {
  const { environment, bootstrapServers, kafka } = options;
  await requireTopic(statement.topic, text, options);
  const consumer = new Consumer({
    environment,
    bootstrapServers,
    clientId: 'millrace-print',
    defaultApiTimeoutMs: kafka.timeoutMs,
    autoCommit: false,
    allowAutoTopicCreation: false,
    // As SELECT: what was aborted is not in the topic for anybody who counts.
    isolationLevel: 'read_committed',
    autoOffsetReset: statement.fromBeginning ? 'earliest' : 'latest',
  });
  try {
    const partitions = await consumer.partitionsFor(statement.topic);
    consumer.assign(partitions);
    for (const partition of partitions) await consumer.position(partition);
    return consumer;
  } catch (error) {
    await consumer.close();
    throw error;
  }
}

/** A consumer would wait for a topic that is not there. */
async function requireTopic(topic: string, text: string, options: PrintOptions): Promise<void> {
  const { environment, bootstrapServers, kafka } = options;
  const admin = new Admin({ environment, bootstrapServers, defaultApiTimeoutMs: kafka.timeoutMs });
  try {
    const names = (await admin.listTopics({ includeInternal: true })).map(({ name }) => name);
    if (names.includes(topic)) return;
    const meant = nearestName(topic, names);
    throw new RestError(
      RestErrorCode.BAD_STATEMENT,
      `Could not find topic '${topic}', or the KSQL user does not have permissions to list the topic. Topic names are case-sensitive.` +
        (meant === undefined ? '' : `\n  did you mean '${meant}'?`),
      { statementText: text },
    );
  } finally {
    await admin.close();
  }
}

interface PrintAnswer {
  readonly stream: AnswerSink;
  /** Whose schemas records may name. */
  readonly schemas: SchemaRegistryClient;
  /** Aborted when the server stops. */
  readonly stopped: AbortSignal;
}

/** Sends records of the topic as lines of text, until LIMIT, the client's end or the server's. Closes the consumer. */
export async function printTopic(
  statement: Print,
  consumer: Consumer,
  { stream, stopped, schemas }: PrintAnswer,
): Promise<void> {
  const interval = Math.max(1, statement.interval ?? 1);
  const limit = statement.limit ?? Number.POSITIVE_INFINITY;
  const texts = new RecordTexts(schemas);
  let seen = 0;
  let sent = 0;
  const stop = (): void => consumer.wakeup();
  const isOver = (): boolean => stream.gone.aborted || stopped.aborted;
  stream.gone.signal.addEventListener('abort', stop);
  stopped.addEventListener('abort', stop);
  try {
    while (sent < limit && !isOver()) {
      for (const { partition, records } of await consumer.poll(POLL_TIMEOUT_MS)) {
        for (const record of records) {
          seen += 1;
          if ((seen - 1) % interval !== 0 || sent >= limit) continue;
          const shown = { key: await texts.key(record.key), value: await texts.value(record.value) };
          if (sent === 0) stream.write(formatsLine(shown));
          sent += 1;
          if (!stream.write(line(record, partition, shown))) await stream.drained();
        }
      }
    }
  } catch (error) {
    if (!isOver()) stream.write(`${String(error)}\n`);
  } finally {
    stream.gone.signal.removeEventListener('abort', stop);
    stopped.removeEventListener('abort', stop);
    await consumer.close();
  }
  stream.end(lastLine({ isWhole: sent >= limit, isStopped: stopped.aborted }));
}

function lastLine({
  isWhole,
  isStopped,
}: {
  readonly isWhole: boolean;
  readonly isStopped: boolean;
}): string {
  if (isWhole) return 'Topic printing ceased\n';
  return isStopped ? `${shuttingDown().message}\n` : '';
}

interface ShownRecord {
  readonly key: GuessedFormat;
  readonly value: GuessedFormat;
}

function formatsLine({ key, value }: ShownRecord): string {
  return `Key format: ${key.name}\nValue format: ${value.name}\n`;
}

function line({ timestamp }: ConsumerRecord, partition: number, { key, value }: ShownRecord): string {
  return `rowtime: ${rowtime(timestamp)}, key: ${key.text}, value: ${value.text}, partition: ${partition}\n`;
}

/** `2022/12/02 17:22:02.556 Z` */
function rowtime(timestamp: number): string {
  const days = Math.floor(timestamp / MS_PER_DAY);
  const time = timestamp - days * MS_PER_DAY;
  const seconds = printTime(Math.floor(time / 60_000) * 60_000);
  const rest = String(time % 60_000).padStart(5, '0');
  return `${printDate(days).replaceAll('-', '/')} ${seconds}:${rest.slice(0, 2)}.${rest.slice(2)} Z`;
}
