import { Observable } from 'rxjs';
import { messageOf } from '../../base/errors.ts';
import type { StreamsApp } from '../../streams/runtime/streams-app.ts';
import type { PushRecord, PushRun } from '../host/host.ts';

interface AppPushOptions {
  readonly applicationId: string;
  newApp(emit: (record: PushRecord) => void, backPressure: () => Promise<void> | undefined): StreamsApp;
  /** Starts the application; answers whether the query has come to its end with that. */
  run(app: StreamsApp, signal: AbortSignal): Promise<boolean>;
  /** Removes what the application has left on the cluster and on disk. */
  cleanUp(): Promise<void>;
  log(text: string): void;
  /** Called before each record that is processed. */
  readonly onRecord?: (() => void) | undefined;
}

/**
 * A push query as a Streams application that nobody else belongs to. It starts when somebody subscribes; whatever it is
 * doing when it is closed, nothing of it stays: a start that is under way is waited for, and one that has not begun
 * does not begin any more.
 */
export class AppPush implements PushRun {
  readonly records$: Observable<PushRecord>;
  readonly #options: AppPushOptions;
  readonly #stopped = new AbortController();
  #app: StreamsApp | undefined;
  #closed: Promise<void> | undefined;
  /** While the reader is too slow: what the processing waits for. */
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined;

  constructor(options: AppPushOptions) {
    this.#options = options;
    this.records$ = new Observable((subscriber) => {
      if (this.#closed !== undefined) return subscriber.complete();
      const app = options.newApp(
        (record) => subscriber.next(record),
        () => {
          // It may close the gate.
          options.onRecord?.();
          return this.#gate?.opened;
        },
      );
      this.#app = app;
      app.errors$.subscribe((error) => subscriber.error(error));
      options.run(app, this.#stopped.signal).then(
        (isEnded) => isEnded && subscriber.complete(),
        (error: unknown) => subscriber.error(error),
      );
      return () => {
        this.close().catch((error: unknown) =>
          options.log(`closing ${options.applicationId}: ${messageOf(error)}`),
        );
      };
    });
  }

  pause(): void {
    if (this.#gate !== undefined || this.#closed !== undefined) return;
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.#gate = { opened, open };
  }

  resume(): void {
    this.#gate?.open();
    this.#gate = undefined;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#stopped.abort();
    const closing = this.#app?.close();
    // The loop ends at the gate, where it sees that it is to stop.
    this.resume();
    await closing;
    // One that nobody has subscribed to has settled where it would begin.
    await this.#options.cleanUp();
  }
}
