import { messageOf } from '../../../base/errors.ts';
import type { Row } from '../../../serde/model/sql-value.ts';

/** What an entry says, with ksqlDB's number and fields for each type; the other types are null. */
export interface LogMessage {
  readonly type: number;
  readonly deserializationError: Readonly<Record<string, unknown>> | null;
  readonly recordProcessingError: Readonly<Record<string, unknown>> | null;
  readonly productionError: Readonly<Record<string, unknown>> | null;
  readonly serializationError: Readonly<Record<string, unknown>> | null;
  readonly kafkaStreamsThreadError: Readonly<Record<string, unknown>> | null;
}

const NOTHING = {
  deserializationError: null,
  recordProcessingError: null,
  productionError: null,
  serializationError: null,
  kafkaStreamsThreadError: null,
} as const;

/** So deep the causes of an error are told. */
const CAUSES_MAX = 10;

/** A record that could not be read. @param record its bytes, where they are told. */
export function unreadable(
  error: unknown,
  { topic, record }: { readonly topic: string; readonly record: Buffer | null },
): LogMessage {
  const told = {
    target: 'value',
    errorMessage: `Error deserializing message from topic: ${topic}`,
    recordB64: record?.toString('base64') ?? null,
    cause: causesOf(error),
    topic,
  };
  return { ...NOTHING, type: 0, deserializationError: told };
}

/** A row that met an error. @param row its columns, where they are told. */
export function failedRow(
  error: unknown,
  { text, row }: { readonly text: string; readonly row: Row | null },
): LogMessage {
  const told = {
    errorMessage: `Error computing expression ${text}: ${messageOf(error)}`,
    record: row === null ? null : rowText(row),
    cause: causesOf(error),
  };
  return { ...NOTHING, type: 1, recordProcessingError: told };
}

/** A result that the broker has refused. */
export function refusedResult(error: unknown): LogMessage {
  return { ...NOTHING, type: 2, productionError: { errorMessage: messageOf(error) } };
}

/** A query that has failed. */
export function failedThread(error: unknown, threadName: string): LogMessage {
  const told = {
    errorMessage: 'Unhandled exception caught in streams thread',
    threadName,
    cause: causesOf(error),
  };
  return { ...NOTHING, type: 4, kafkaStreamsThreadError: told };
}

/** The messages of an error and of what has caused it. */
function causesOf(error: unknown): readonly string[] {
  const causes: string[] = [];
  for (let at = error; at !== undefined && causes.length < CAUSES_MAX; ) {
    causes.push(messageOf(at));
    at = at instanceof Error ? at.cause : undefined;
  }
  return causes;
}

function rowText(row: Row): string {
  return JSON.stringify(row, (_, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    if (value instanceof Map) return Object.fromEntries(value);
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  });
}
