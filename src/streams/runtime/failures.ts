import { DiagnosticError, messageOf } from '../../base/errors.ts';
import { settled, wrongAnswer } from '../operators/user-answers.ts';
import type { Header } from '../record.ts';

/** A record that made trouble. */
export interface FailedRecord {
  readonly key: unknown;
  readonly value: unknown;
  readonly timestamp: number;
  readonly headers: readonly Header[];
}

/** A record that made trouble, where it came from, and where it was then. */
export interface FailureContext {
  /**
   * The input that it came from; empty where there is none: of punctuators, of what is no input's alone, and of results whose inputs
   * are not kept.
   */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly taskId: string;
  readonly nodeName: string;
  /** Where a result was to be written; undefined for other failures. */
  readonly sink: { readonly topic: string; readonly partition: number | undefined } | undefined;
  /**
   * As the node was given it; in bytes where it could not be read, or where the broker has refused it. Undefined where there is
   * none: of punctuators.
   */
  readonly record: FailedRecord | undefined;
  /**
   * The input record that it came from, as it was read. Undefined where there is none, where it could not be read, where a cache
   * has held the result back since, and of results where {@link StreamsAppOptions.keepsResultInputs} is off.
   */
  readonly input?: FailedRecord | undefined;
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
    super(`${kind}${placeOf(context)}: ${textOf(cause)}`, { cause });
    this.kind = kind;
    this.context = context;
  }
}

function placeOf({ topic, partition, offset, taskId, nodeName, sink }: FailureContext): string {
  if (taskId === '') return ` to ${sink?.topic}-${sink?.partition} failed`;
  const where = topic === '' ? '' : ` of the record at ${topic}-${partition} offset ${offset}`;
  return `${where} failed in task ${taskId}, node ${nodeName}`;
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
  const handler = (kind: FailureKind): FailureHandler => {
    const setting = settings[kind] ?? 'fail';
    return typeof setting === 'function'
      ? (error, context) => checkedAnswer(setting(error, context), kind)
      : () => setting;
  };
  return {
    deserialization: handler('deserialization'),
    processing: handler('processing'),
    production: handler('production'),
  };
}

/** @throws {DiagnosticError} for what is no answer: a promise, of an async handler, would pass for `continue`. */
function checkedAnswer(answer: 'fail' | 'continue', kind: FailureKind): 'fail' | 'continue' {
  if (answer === 'fail' || answer === 'continue') return answer;
  const giver = `the ${kind} handler`;
  throw wrongAnswer(settled<unknown>(answer, giver, 'handler'), giver, "'fail' or 'continue'");
}
