import { mustStop } from '../../base/assert.ts';
import { DiagnosticError, OperationalError } from '../../base/errors.ts';
import { settled, wrongAnswer } from '../operators/user-answers.ts';
import { STATE_STORE_DAMAGED } from '../state/io/rocksdb-errors.ts';
import type { StreamsUncaughtExceptionHandler, StreamThreadExceptionResponse } from './failures.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import type { StreamsState } from './streams-metrics.ts';

/** How often an application mends damaged state by itself: a disk that damages it again and again needs somebody. */
const REPAIRS_MAX = 3;
const RESPONSES: readonly StreamThreadExceptionResponse[] = [
  'REPLACE_THREAD',
  'SHUTDOWN_CLIENT',
  'SHUTDOWN_APPLICATION',
];

/** What is done about an error that has ended a processing loop: what is known by itself, then what the handler says. */
export class UncaughtErrors {
  #handler: StreamsUncaughtExceptionHandler;
  readonly #applicationId: string;
  readonly #onThrown: (error: unknown) => void;
  #repairs = 0;

  /** @param onThrown told what the handler itself throws. */
  constructor(
    { applicationId, onUncaught }: Pick<StreamsAppSettings, 'applicationId' | 'onUncaught'>,
    onThrown: (error: unknown) => void,
  ) {
    this.#applicationId = applicationId;
    this.#handler = onUncaught;
    this.#onThrown = onThrown;
  }

  /** @throws {DiagnosticError} once the application has been started. */
  setHandler(handler: StreamsUncaughtExceptionHandler, state: StreamsState): void {
    if (state !== 'CREATED')
      throw new DiagnosticError({
        message: `the handler can only be set before the start; it is ${state}`,
      });
    this.#handler = handler;
  }

  responseTo(error: unknown): StreamThreadExceptionResponse {
    if (isOf(error, 'SHUTDOWN_REQUESTED')) return 'SHUTDOWN_CLIENT';
    if (mustStop(error)) {
      error.stopped = `application ${this.#applicationId}`;
      return 'SHUTDOWN_CLIENT';
    }
    // The next loop sets the damaged state aside and restores it, as tasks in Kafka Streams do (TaskCorruptedException).
    if (isOf(error, STATE_STORE_DAMAGED) && this.#repairs++ < REPAIRS_MAX) return 'REPLACE_THREAD';
    try {
      return checkedResponse(this.#handler(error));
    } catch (thrown) {
      this.#onThrown(thrown);
      return 'SHUTDOWN_CLIENT';
    }
  }
}

function isOf(error: unknown, code: string): boolean {
  return error instanceof OperationalError && error.code === code;
}

/** @throws {DiagnosticError} for what is no answer, such as the promise of an async handler. */
function checkedResponse(answer: StreamThreadExceptionResponse): StreamThreadExceptionResponse {
  const giver = 'the handler of uncaught errors';
  if (RESPONSES.includes(answer)) return answer;
  throw wrongAnswer(settled<unknown>(answer, giver, 'handler'), giver, `one of ${RESPONSES.join(', ')}`);
}
