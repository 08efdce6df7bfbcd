import type { ErrorRecord } from './error-record.ts';
import type { LogLine } from './thread-logger.ts';

/**
 * What every stream thread and the thread that has started it tell each other, beside what is of their own. All of it is copied as a
 * structured clone; what one side posts, the other one hears in that order.
 */

/** What every thread is asked: whether it is there, and to let go of all that it has and end. */
export type CommonCall = { readonly kind: 'ping' } | { readonly kind: 'close' };

/** What is answered, by its number. */
export interface CallMessage<Call> {
  readonly kind: 'call';
  readonly id: number;
  readonly call: Call | CommonCall;
}

/** Commands are not answered. */
export type ToService<Command, Call> = Command | CallMessage<Call>;

type CommonEvent =
  | { readonly kind: 'answer'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: ErrorRecord }
  | LogLine;

/** Events are what a thread tells of its own accord. */
export type FromService<Event> = Event | CommonEvent;

/** A message of either side; its kind says what else it has. */
export interface Kinded {
  readonly kind: string;
}

export function isCallMessage<Command extends Kinded, Call>(
  message: ToService<Command, Call>,
): message is CallMessage<Call> {
  return message.kind === 'call';
}

export function isCommonEvent<Event extends Kinded>(message: FromService<Event>): message is CommonEvent {
  return message.kind === 'answer' || message.kind === 'failure' || message.kind === 'log';
}

export function isCommonCall<Call extends Kinded>(call: Call | CommonCall): call is CommonCall {
  return call.kind === 'ping' || call.kind === 'close';
}
