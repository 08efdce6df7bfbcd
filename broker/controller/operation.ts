import { assertDefined } from '../../src/base/assert.ts';
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
interface Decision<R> {
  readonly records: readonly MetadataRecord[];
  readonly response: R;
}

/**
 * A decision that is made in parts, for what a request asks for may be a thousand things: the records of each part are
 * appended as one batch before the next part is decided on the state after it, and other work of the event loop comes in
 * between. Gives the response at its end.
 */
export type Parts<R> = Generator<(state: ControllerState) => readonly MetadataRecord[], R, undefined>;

/** An API that the controller serves: from state and request to records and response. */
export interface Operation<A extends Api> {
  readonly api: A;
  parts(request: RequestOf<A>, version: number): Parts<ResponseInput<A>>;
  /** The response that says that nothing (known) was done: not the controller, out of time, a bug. */
  failure(request: RequestOf<A>, error: Failure, version: number): ResponseInput<A>;
  /** How long the client waits, in milliseconds; it then gets REQUEST_TIMED_OUT, though the change may still happen. */
  timeoutMs?(request: RequestOf<A>): number;
}

export interface Failure {
  readonly errorCode: ErrorCode;
  readonly errorMessage: string | null;
}

/** An operation that is decided as a whole. */
export function operation<A extends Api>(
  definition: Omit<Operation<A>, 'parts'> & {
    decide(state: ControllerState, request: RequestOf<A>, version: number): Decision<ResponseInput<A>>;
  },
): Operation<A> {
  return {
    ...definition,
    *parts(request, version) {
      let response: ResponseInput<A> | undefined;
      yield (state) => {
        const decision = definition.decide(state, request, version);
        response = decision.response;
        return decision.records;
      };
      return assertDefined(response, 'a decision was made before it is answered');
    },
  };
}

/** An operation that is decided in parts. Keeps its types together; {@link Operation} is for those who hold many. */
export function operationInParts<A extends Api>(definition: Operation<A>): Operation<A> {
  return definition;
}

/** Records of a part, about: deciding, appending and replaying so many takes a few milliseconds. */
export const PART_RECORDS = 200;

/** Divides what a request asks for into parts of so many records as are good for one batch. */
export function* inParts<T>(items: readonly T[], recordsOf: (item: T) => number): Generator<readonly T[]> {
  let part: T[] = [];
  let records = 0;
  for (const item of items) {
    part.push(item);
    records += recordsOf(item);
    if (records < PART_RECORDS) continue;
    yield part;
    part = [];
    records = 0;
  }
  if (part.length > 0) yield part;
}

export function failed(errorCode: ErrorCode, errorMessage: string): Failure {
  return { errorCode, errorMessage };
}
