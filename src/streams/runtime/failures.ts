import { DiagnosticError, messageOf } from '../../base/errors.ts';

/** Where a record that made trouble came from. */
export interface FailureContext {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly taskId: string;
  readonly nodeName: string;
}

/**
 * What is done after an error that no {@link FailureHandler} has forgiven, by the names of Kafka Streams: another loop goes
 * on where the last commit was; this application ends in ERROR; or all instances of the application do.
 */
export type StreamThreadExceptionResponse = 'REPLACE_THREAD' | 'SHUTDOWN_CLIENT' | 'SHUTDOWN_APPLICATION';

export type StreamsUncaughtExceptionHandler = (error: unknown) => StreamThreadExceptionResponse;

export type FailureKind = 'deserialization' | 'processing' | 'production';

/**
 * A record could not be read, processed or written, and the handler said to fail. The task stops; nothing after its
 * last commit is acknowledged.
 */
export class StreamsFailure extends Error {
  override readonly name = 'StreamsFailure';
  readonly kind: FailureKind;
  readonly context: FailureContext;

  constructor(kind: FailureKind, context: FailureContext, cause: unknown) {
    const { topic, partition, offset, taskId, nodeName } = context;
    const where = topic === '' ? '' : ` of the record at ${topic}-${partition} offset ${offset}`;
    super(`${kind}${where} failed in task ${taskId}, node ${nodeName}: ${textOf(cause)}`, { cause });
    this.kind = kind;
    this.context = context;
  }
}

/** The message with the hint: this text is all that a log has of it. */
function textOf(cause: unknown): string {
  const hint = cause instanceof DiagnosticError ? cause.diagnostic.hint : undefined;
  return hint === undefined ? messageOf(cause) : `${messageOf(cause)} (${hint})`;
}

/** Says what to do about a failed record: stop the task, or drop the record, count it and go on. */
export type FailureHandler = (error: unknown, context: FailureContext) => 'fail' | 'continue';

/** One handler per kind of failure; `fail` by default, as in Kafka Streams. */
export type FailureHandlers = Readonly<Record<FailureKind, FailureHandler>>;

export function failureHandlers(
  settings: Partial<Record<FailureKind, 'fail' | 'continue' | FailureHandler>>,
): FailureHandlers {
  const handler = (setting: 'fail' | 'continue' | FailureHandler = 'fail'): FailureHandler =>
    typeof setting === 'function' ? setting : () => setting;
  return {
    deserialization: handler(settings.deserialization),
    processing: handler(settings.processing),
    production: handler(settings.production),
  };
}
