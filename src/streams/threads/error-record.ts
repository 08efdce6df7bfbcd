import {
  ArgumentError,
  AssertionFailure,
  type Diagnostic,
  DiagnosticError,
  messageOf,
  OperationalError,
} from '../../base/errors.ts';
import { SerdeError } from '../../serde/model/serde-error.ts';
import { type FailureContext, type FailureKind, StreamsFailure } from '../runtime/failures.ts';

interface Common {
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: ErrorRecord;
}

/** An error as it is copied between threads: structured clones keep neither its class nor what it says beside its message. */
export type ErrorRecord =
  | ({ readonly type: 'AssertionFailure'; readonly stopped: string | undefined } & Common)
  | ({ readonly type: 'OperationalError'; readonly code: string; readonly retriable: boolean } & Common)
  | ({ readonly type: 'DiagnosticError'; readonly diagnostic: Diagnostic } & Common)
  | ({ readonly type: 'ArgumentError'; readonly argument: string; readonly diagnostic: Diagnostic } & Common)
  | ({ readonly type: 'SerdeError' } & Common)
  | ({
      readonly type: 'StreamsFailure';
      readonly kind: FailureKind;
      readonly context: FailureContext;
    } & Common)
  | ({ readonly type: 'Error'; readonly name: string } & Common);

/** Makes whatever was thrown what may be posted to another thread. */
export function errorRecord(error: unknown): ErrorRecord {
  const common = commonOf(error);
  if (error instanceof AssertionFailure) {
    return { type: 'AssertionFailure', stopped: error.stopped, ...common };
  }
  if (error instanceof OperationalError) {
    return { type: 'OperationalError', code: error.code, retriable: error.retriable, ...common };
  }
  if (error instanceof ArgumentError) {
    return { type: 'ArgumentError', argument: error.argument, diagnostic: error.diagnostic, ...common };
  }
  if (error instanceof DiagnosticError) {
    return { type: 'DiagnosticError', diagnostic: error.diagnostic, ...common };
  }
  if (error instanceof SerdeError) return { type: 'SerdeError', ...common };
  if (error instanceof StreamsFailure) {
    // What the record holds may be anything, and stays where it failed; the message says which one it is.
    const context = { ...error.context, record: undefined, input: undefined };
    return { type: 'StreamsFailure', kind: error.kind, context, ...common };
  }
  return { type: 'Error', name: error instanceof Error ? error.name : 'Error', ...common };
}

function commonOf(error: unknown): Common {
  const message = messageOf(error);
  if (!(error instanceof Error)) return { message };
  const { stack, cause } = error;
  return cause === undefined ? { message, stack } : { message, stack, cause: errorRecord(cause) };
}

/** Makes an error of what another thread has posted: of its class, and with its place there as stack. */
export function errorOf(record: ErrorRecord): Error {
  const error = newError(record, record.cause === undefined ? {} : { cause: errorOf(record.cause) });
  if (record.stack !== undefined) error.stack = record.stack;
  return error;
}

function newError(record: ErrorRecord, options: { readonly cause?: Error }): Error {
  const { message } = record;
  switch (record.type) {
    case 'AssertionFailure': {
      const failure = new AssertionFailure(message, options);
      failure.stopped = record.stopped;
      return failure;
    }
    case 'OperationalError':
      return new OperationalError(record.code, message, { retriable: record.retriable, ...options });
    case 'ArgumentError':
      return new ArgumentError(record.argument, record.diagnostic);
    case 'DiagnosticError':
      return new DiagnosticError(record.diagnostic, options);
    case 'SerdeError':
      return new SerdeError(message, options);
    case 'StreamsFailure':
      return new StreamsFailure(record.kind, record.context, options.cause);
    case 'Error':
      return Object.assign(new Error(message, options), { name: record.name });
  }
}
