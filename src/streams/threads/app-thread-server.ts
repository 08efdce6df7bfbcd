import { assert, unreachable } from '../../base/assert.ts';
import type { Environment, ThreadPort } from '../../base/environment.ts';
import { DiagnosticError, messageOf } from '../../base/errors.ts';
import { PendingCalls } from '../../base/pending-calls.ts';
import type { StreamThreadExceptionResponse } from '../runtime/failures.ts';
import { StreamsApp } from '../runtime/streams-app.ts';
import { errorOf, errorRecord } from './error-record.ts';
import { noteStreamThread } from './in-stream-thread.ts';
import type { FromThread, ThreadAnswers, ThreadCall, ToThread } from './messages.ts';
import { ServedStores } from './served-stores.ts';
import { threadLogger } from './thread-logger.ts';
import { loadTopology } from './thread-topology.ts';

/** The inside of a stream thread: an application whose failures and logs are the matter of another thread. */
export class AppThreadServer {
  readonly #port: ThreadPort<ToThread, FromThread>;
  readonly #environment: Environment;
  readonly #responses = new PendingCalls();
  readonly #failing = new AbortController();
  readonly #answering = new Set<Promise<void>>();
  readonly #stores = new ServedStores(() => this.#running);
  #app: StreamsApp | undefined;
  /** Never rejects. */
  #loading: Promise<void> = Promise.resolve();
  #end: () => void = () => undefined;

  constructor(port: ThreadPort<ToThread, FromThread>, environment: Environment) {
    this.#port = port;
    this.#environment = environment;
    noteStreamThread();
  }

  /** Resolves when the application has ended, or could not be made. */
  run(): Promise<void> {
    const ended = new Promise<void>((resolve) => (this.#end = resolve));
    this.#port.onMessage((message) => this.#take(message));
    return ended;
  }

  #take(message: ToThread): void {
    switch (message.kind) {
      case 'call': {
        const answering = this.#answer(message.id, message.call);
        this.#answering.add(answering);
        void answering.then(() => this.#answering.delete(answering));
        return;
      }
      case 'respond':
        return this.#responses.answered(message.failure, message.response);
      case 'fail':
        return this.#failing.abort(errorOf(message.error));
      case 'closeScan':
        return this.#stores.closeScan(message.scan);
      default:
        return unreachable(message);
    }
  }

  /** Never rejects. */
  async #answer(id: number, call: ThreadCall): Promise<void> {
    try {
      const output: unknown = await this.#outputOf(call);
      this.#post(id, call, output);
    } catch (error) {
      this.#port.post({ kind: 'failure', id, error: errorRecord(error) });
    }
    // There is nothing that it could be asked.
    if (this.#app === undefined) this.#end();
  }

  /** @throws {DiagnosticError} for rows that cannot be sent. */
  #post(id: number, call: ThreadCall, output: unknown): void {
    try {
      this.#port.post({ kind: 'answer', id, output });
    } catch (error) {
      const what = 'store' in call ? `rows of ${call.store.name}` : `the answer to ${call.kind}`;
      throw new DiagnosticError(
        {
          message: `${what} cannot be copied from a stream thread: ${messageOf(error)}`,
          hint: 'keep plain data in stores that are asked from outside',
        },
        { cause: error },
      );
    }
  }

  async #outputOf(call: ThreadCall): Promise<ThreadAnswers[keyof ThreadAnswers]> {
    switch (call.kind) {
      case 'start':
        return this.#start(call);
      case 'close':
        // A thread that is ended while it loads a module takes the process with it (`NodeThread`).
        await this.#loading;
        await this.#app?.close(call.options);
        return undefined;
      case 'metrics':
        return this.#running.metrics();
      case 'get':
        return this.#stores.get(call);
      case 'fetch':
        return this.#stores.fetch(call);
      case 'nextPage':
        return this.#stores.nextPage(call);
      default:
        return unreachable(call);
    }
  }

  async #start(call: Extract<ThreadCall, { readonly kind: 'start' }>): Promise<undefined> {
    const { thread, threads, options } = call;
    const loading = loadTopology(call.topology);
    this.#loading = loading.then(
      () => undefined,
      () => undefined,
    );
    const made = await loading;
    const app = new StreamsApp(
      {
        ...options,
        ...made,
        onFailure: { ...options.onFailure, ...made.onFailure },
        consumer: { ...options.consumer, ...made.consumer },
        producer: { ...options.producer, ...made.producer },
        environment: this.#environment,
        logger: threadLogger((line) => this.#port.post(line)),
      },
      {
        place: {
          number: thread,
          count: threads,
          respondTo: (error) => this.#respondTo(error),
          failing: this.#failing.signal,
        },
      },
    );
    this.#app = app;
    app.restores$.subscribe((progress) => this.#port.post({ kind: 'restored', progress }));
    app.state$.subscribe({
      next: (state) => this.#port.post({ kind: 'state', state }),
      complete: () => {
        this.#port.post({ kind: 'ended', metrics: app.metrics() });
        // Whoever waits for the end of its start or its closing is answered first.
        void Promise.all(this.#answering).then(() => this.#end());
      },
    });
    await app.start();
    return undefined;
  }

  #respondTo(error: unknown): Promise<StreamThreadExceptionResponse> {
    return this.#responses.add((failure) =>
      this.#port.post({ kind: 'failed', failure, error: errorRecord(error) }),
    );
  }

  get #running(): StreamsApp {
    assert(this.#app !== undefined, 'a thread is started before all else');
    return this.#app;
  }
}
