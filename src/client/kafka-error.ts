/** Kafka's error codes, and what happens around them, as {@link OperationalError}s. */
import { OperationalError } from '../base/errors.ts';
import { errorOf } from '../protocol/error-codes.ts';

/**
 * An error code of a response. The error's `code` is Kafka's name of it, such as `UNKNOWN_TOPIC_OR_PARTITION`.
 * @param subject what the error is about: a topic, a partition, a group.
 * @param brokerMessage what the broker wrote beside the code; ours is used where it wrote nothing.
 */
export function kafkaError(code: number, subject: string, brokerMessage?: string | null): OperationalError {
  const { name, message, retriable } = errorOf(code);
  const text =
    brokerMessage === undefined || brokerMessage === null || brokerMessage === '' ? message : brokerMessage;
  return new OperationalError(name, `${subject}: ${text} (${name})`, { retriable });
}

export function timedOut(what: string, timeoutMs: number, cause?: unknown): OperationalError {
  const why = cause instanceof Error ? `; last: ${cause.message}` : '';
  return new OperationalError('TIMED_OUT', `${what} did not succeed within ${timeoutMs} ms${why}`, {
    retriable: true,
    cause,
  });
}

export function closed(what: string): OperationalError {
  return new OperationalError('CLOSED', `the ${what} is closed`, { retriable: false });
}

/** Whatever was thrown, as an error that says whether to try again; a bug stays what it is. */
export function isRetriable(error: unknown): error is OperationalError & { readonly retriable: true } {
  return error instanceof OperationalError && error.retriable;
}

/** Whether a broker has said that its disk is full, or has failed. */
export function isStorageError(error: unknown): boolean {
  return error instanceof OperationalError && error.code === 'KAFKA_STORAGE_ERROR';
}

/** Errors that say by themselves what is wrong, better than a time that ran out. */
const TELLING_CODES = new Set(['CLUSTER_UNREACHABLE', 'UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID']);

export function isTelling(error: unknown): boolean {
  return error instanceof OperationalError && TELLING_CODES.has(error.code);
}
