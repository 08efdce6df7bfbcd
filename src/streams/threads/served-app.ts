import type { Environment } from '../../base/environment.ts';
import { unlessAborted } from '../../base/unless-aborted.ts';
import type { StreamThreadExceptionResponse } from '../runtime/failures.ts';
import type { ProcessingTurn } from '../runtime/processing-turn.ts';
import { StreamsApp } from '../runtime/streams-app.ts';
import type { StreamsCloseOptions } from '../runtime/streams-app-options.ts';
import type { StreamsHost } from '../runtime/streams-host.ts';
import { errorOf, type ErrorRecord } from './error-record.ts';
import type { AppEvent, StartCall, ThreadEvent, ToldLocations } from './messages.ts';
import { ServedStores } from './served-stores.ts';
import { threadEnded } from './thread-ended.ts';
import { threadLogger } from './thread-logger.ts';
import type { ThreadTopology } from './thread-topology.ts';

interface ServedAppOptions {
  readonly app: number;
  readonly environment: Environment;
  /** What it shares with the others of its thread. */
  readonly host: StreamsHost | undefined;
  readonly post: (event: ThreadEvent) => void;
  /** Asks the other thread what is done about a failure. */
  readonly respondTo: (error: unknown) => Promise<StreamThreadExceptionResponse>;
  /** Taken while its code runs. */
  readonly turn: ProcessingTurn;
  readonly isPaused: boolean;
}

/** An application in a stream thread, whose failures and logs are the matter of another thread. */
export class ServedApp {
  readonly stores = new ServedStores(() => ({ app: this.running, generationId: this.#generationId }));
  readonly #options: ServedAppOptions;
  readonly #failing = new AbortController();
  #app: StreamsApp | undefined;
  #isPaused: boolean;
  /** Of its group, in which it was given the tasks that it has. */
  #generationId = -1;
  /** See `ThreadPlace`. */
  #companionsIn: number | undefined;
  /** Aborted where it is closed before there is anything of it. */
  readonly #closing = new AbortController();

  constructor(options: ServedAppOptions) {
    this.#options = options;
    this.#isPaused = options.isPaused;
  }

  /** @throws {OperationalError} `STREAM_THREAD_ENDED` where there is nothing that could be asked. */
  get running(): StreamsApp {
    if (this.#app === undefined) throw threadEnded();
    return this.#app;
  }

  /** Who has what in its group, as it was told with its last assignment. */
  locations(): ToldLocations {
    return { generationId: this.#generationId, locations: this.running.locations() };
  }

  /**
   * @param loading what it is to run, which need not come to an end: whoever closes it does not wait for that.
   * @throws what the module of the topology and the start of an application throw; then it has ended.
   */
  async start(
    { thread, threads, instance, options }: Pick<StartCall, 'thread' | 'threads' | 'instance' | 'options'>,
    loading: Promise<ThreadTopology>,
  ): Promise<undefined> {
    const { environment, host, turn, respondTo } = this.#options;
    const { signal } = this.#closing;
    const made = await unlessAborted(loading, signal);
    signal.throwIfAborted();
    const app = new StreamsApp(
      {
        ...options,
        ...made,
        onFailure: { ...options.onFailure, ...made.onFailure },
        consumer: { ...options.consumer, ...made.consumer },
        producer: { ...options.producer, ...made.producer },
        logger: threadLogger((line) => this.#post({ kind: 'line', line })),
        ...{ environment, host },
      },
      {
        place: {
          ...{ number: thread, count: threads, instance, respondTo, failing: this.#failing.signal },
          onAssigned: (generationId) => this.#assigned(generationId),
          companionsIn: () => this.#companionsIn,
        },
        turn,
      },
    );
    this.#app = app;
    this.setPaused(this.#isPaused);
    app.restores$.subscribe((progress) => this.#post({ kind: 'restored', progress }));
    app.state$.subscribe({
      next: (state) => this.#post({ kind: 'state', state }),
      complete: () => this.#post({ kind: 'ended', metrics: app.metrics() }),
    });
    await app.start();
    return undefined;
  }

  async close(options: StreamsCloseOptions = {}): Promise<undefined> {
    if (this.#app === undefined) this.#closing.abort(threadEnded());
    else await this.#app.close(options);
  }

  /** Pauses it, or has it go on, as soon as there is something of it. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (isPaused) this.#app?.pause();
    else this.#app?.resume();
  }

  /** Makes its processing loop fail. */
  fail(error: ErrorRecord): void {
    this.#failing.abort(errorOf(error));
  }

  /** All threads of the application have been given tasks, the last of them in this generation. */
  companionsAre(generationId: number): void {
    this.#companionsIn = generationId;
  }

  #assigned(generationId: number): void {
    this.#generationId = generationId;
    this.#post({ kind: 'assigned', generationId });
  }

  #post(event: AppEvent): void {
    this.#options.post({ ...event, app: this.#options.app });
  }
}
