import type { Random } from '../../src/base/environment.ts';
import type { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { Api, RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import type { BrokerSessions } from './broker-sessions.ts';
import type { ControllerSettings } from './controller-options.ts';

/** What an operation decides on: the newest state, with all that is appended though not yet committed. */
export interface ControllerState {
  readonly image: MetadataImage;
  readonly sessions: BrokerSessions;
  readonly settings: ControllerSettings;
  readonly clusterId: string;
  readonly random: Random;
  /** Monotonic. */
  readonly nowMs: number;
  /** Offset that the first record of this operation gets. */
  readonly nextOffset: number;
}

/** Records to append as one batch, all or none, and what to answer when they are committed. */
export interface Decision<R> {
  readonly records: readonly MetadataRecord[];
  readonly response: R;
}

/** An API that the controller serves: a function from state and request to records and response. */
export interface Operation<A extends Api> {
  readonly api: A;
  decide(state: ControllerState, request: RequestOf<A>, version: number): Decision<ResponseInput<A>>;
  /** The response that says that nothing (known) was done: not the controller, out of time, a bug. */
  failure(request: RequestOf<A>, error: Failure, version: number): ResponseInput<A>;
  /** How long the client waits, in milliseconds; it then gets REQUEST_TIMED_OUT, though the change may still happen. */
  timeoutMs?(request: RequestOf<A>): number;
}

export interface Failure {
  readonly errorCode: ErrorCode;
  readonly errorMessage: string | null;
}

/** Keeps the types of one operation together; {@link Operation} is for those who hold many. */
export function operation<A extends Api>(definition: Operation<A>): Operation<A> {
  return definition;
}

export function failed(errorCode: ErrorCode, errorMessage: string): Failure {
  return { errorCode, errorMessage };
}
