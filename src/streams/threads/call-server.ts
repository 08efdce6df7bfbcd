import type { ThreadPort } from '../../base/environment.ts';
import { DiagnosticError, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { errorRecord } from './error-record.ts';
import {
  type CallMessage,
  type CommonCall,
  type FromService,
  isCallMessage,
  isCommonCall,
  type Kinded,
  type ToService,
} from './service-messages.ts';
import { threadLogger } from './thread-logger.ts';

interface CallHandlers<Command, Call> {
  readonly onCommand: (command: Command) => void;
  /** Resolves with the answer, and rejects with the error that is told in its place. */
  readonly onCall: (call: Call) => Promise<unknown>;
  /** Lets go of all that the thread has, which then ends. */
  readonly onClose: () => Promise<void>;
  /** What a call asks for, where the answer cannot be copied; its kind where this is not given. */
  readonly nameOf?: (call: Call) => string;
}

/** The inside of a stream thread: takes what the thread says that has started it, and answers what is asked. */
export class CallServer<Command extends Kinded, Call extends Kinded, Event extends Kinded> {
  /** Its lines are written by the other thread. */
  readonly logger: Logger;
  readonly #port: ThreadPort<ToService<Command, Call>, FromService<Event>>;
  readonly #handlers: CallHandlers<Command, Call>;
  readonly #answering = new Set<Promise<void>>();
  #end: () => void = () => undefined;

  constructor(
    port: ThreadPort<ToService<Command, Call>, FromService<Event>>,
    handlers: CallHandlers<Command, Call>,
  ) {
    this.#port = port;
    this.#handlers = handlers;
    this.logger = threadLogger((line) => port.post(line));
  }

  /** Resolves when it was told to close, has, and all that was asked of it is answered. */
  run(): Promise<void> {
    const ended = new Promise<void>((resolve) => (this.#end = resolve));
    this.#port.onMessage((message) => {
      if (isCallMessage(message)) this.#take(message);
      else this.#handlers.onCommand(message);
    });
    return ended;
  }

  post(event: Event): void {
    this.#port.post(event);
  }

  #take(message: CallMessage<Call>): void {
    const answering = this.#answer(message);
    this.#answering.add(answering);
    void answering.then(() => {
      this.#answering.delete(answering);
      if (message.call.kind === 'close') void Promise.all(this.#answering).then(this.#end);
    });
  }

  /** Never rejects. */
  async #answer({ id, call }: CallMessage<Call>): Promise<void> {
    try {
      const output = isCommonCall(call) ? await this.#common(call.kind) : await this.#handlers.onCall(call);
      this.#answerWith({ id, output }, () =>
        isCommonCall(call) ? call.kind : (this.#handlers.nameOf?.(call) ?? `the answer to ${call.kind}`),
      );
    } catch (error) {
      this.#port.post({ kind: 'failure', id, error: errorRecord(error) });
    }
  }

  async #common(kind: CommonCall['kind']): Promise<undefined> {
    if (kind === 'close') await this.#handlers.onClose();
    return undefined;
  }

  /** @throws {DiagnosticError} for what cannot be sent. */
  #answerWith({ id, output }: { readonly id: number; readonly output: unknown }, nameOf: () => string): void {
    try {
      this.#port.post({ kind: 'answer', id, output });
    } catch (error) {
      throw new DiagnosticError(
        {
          message: `${nameOf()} cannot be copied from a stream thread: ${messageOf(error)}`,
          hint: 'keep plain data in stores that are asked from outside',
        },
        { cause: error },
      );
    }
  }
}
