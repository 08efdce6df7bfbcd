import { assert, unreachable } from '../../base/assert.ts';
import type { Environment, ThreadPort } from '../../base/environment.ts';
import { PendingCalls } from '../../base/pending-calls.ts';
import { ProcessingTurn } from '../runtime/processing-turn.ts';
import { StreamsHost } from '../runtime/streams-host.ts';
import { CallServer } from './call-server.ts';
import { errorRecord } from './error-record.ts';
import { noteStreamThread } from './in-stream-thread.ts';
import type {
  FromThread,
  SharedOptions,
  StartCall,
  ThreadAnswers,
  ThreadCall,
  ThreadCommand,
  ThreadEvent,
  ToThread,
} from './messages.ts';
import { ServedApp } from './served-app.ts';
import { loadTopology, type NamedTopology, type ThreadTopology } from './thread-topology.ts';
import { threadEnded } from './thread-ended.ts';
import type { Turn } from './thread-watch.ts';

/** What a thread has from its first message on. */
interface Opened {
  readonly host: StreamsHost | undefined;
  readonly turn: Turn;
}

/** The inside of a stream thread: the applications that it runs, and what they share. */
export class HostThreadServer {
  readonly #server: CallServer<ThreadCommand, ThreadCall, ThreadEvent>;
  readonly #environment: Environment;
  readonly #responses = new PendingCalls();
  readonly #apps = new Map<number, ServedApp>();
  /** Modules that are being loaded. None of them rejects. */
  readonly #loading = new Set<Promise<unknown>>();
  #opened: Opened | undefined;

  constructor(port: ThreadPort<ToThread, FromThread>, environment: Environment) {
    this.#environment = environment;
    this.#server = new CallServer(port, {
      onCommand: (command) => this.#do(command),
      onCall: (call) => this.#outputOf(call),
      onClose: () => this.#close(),
      nameOf: (call) => ('store' in call ? `rows of ${call.store.name}` : `the answer to ${call.kind}`),
    });
    noteStreamThread();
  }

  /** Resolves when it was told to close, and has. */
  run(): Promise<void> {
    return this.#server.run();
  }

  #do(command: ThreadCommand): void {
    switch (command.kind) {
      case 'open':
        this.#opened = { host: this.#hostOf(command.shared), turn: command.turn };
        return;
      case 'respond':
        return this.#responses.answered(command.failure, command.response);
      case 'fail':
        return this.#apps.get(command.app)?.fail(command.error);
      case 'companions':
        return this.#apps.get(command.app)?.companionsAre(command.generationId);
      case 'setPaused':
        return this.#apps.get(command.app)?.setPaused(command.isPaused);
      case 'closeScan':
        return this.#apps.get(command.app)?.stores.closeScan(command.scan);
      default:
        return unreachable(command);
    }
  }

  async #outputOf(call: ThreadCall): Promise<ThreadAnswers[keyof ThreadAnswers]> {
    switch (call.kind) {
      case 'startApp':
        return this.#start(call);
      case 'closeApp':
        return this.#apps.get(call.app)?.close(call.options);
      case 'metrics':
        return this.#app(call).running.metrics();
      case 'locations':
        return this.#app(call).locations();
      case 'lags':
        return this.#app(call).running.allLocalStorePartitionLags();
      case 'get':
        return this.#app(call).stores.get(call);
      case 'count':
        return this.#app(call).stores.count(call);
      case 'fetch':
        return this.#app(call).stores.fetch(call);
      case 'nextPage':
        return this.#app(call).stores.nextPage(call);
      default:
        return unreachable(call);
    }
  }

  #hostOf(shared: SharedOptions | undefined): StreamsHost | undefined {
    if (shared === undefined) return undefined;
    const { logger } = this.#server;
    return new StreamsHost({ ...shared, environment: this.#environment, logger });
  }

  async #start(call: StartCall): Promise<undefined> {
    assert(this.#opened !== undefined, 'a thread is opened before all else');
    const { host, turn } = this.#opened;
    const { app } = call;
    const ownTurn = new ProcessingTurn(app, turn);
    const served = new ServedApp({
      ...{ app, host, environment: this.#environment },
      post: (event) => {
        if (event.kind === 'ended') this.#apps.delete(app);
        this.#server.post(event);
      },
      respondTo: (error) =>
        this.#responses.add((failure) =>
          this.#server.post({ kind: 'failed', app, failure, error: errorRecord(error) }),
        ),
      turn: ownTurn,
      isPaused: call.isPaused,
    });
    this.#apps.set(app, served);
    try {
      await served.start(call, this.#load(call.topology, ownTurn));
    } catch (error) {
      this.#apps.delete(app);
      throw error;
    }
  }

  #load(topology: NamedTopology, turn: ProcessingTurn): Promise<ThreadTopology> {
    const loading = loadTopology(topology, turn);
    const done: Promise<unknown> = loading.catch(() => undefined).finally(() => this.#loading.delete(done));
    this.#loading.add(done);
    return loading;
  }

  /** @throws {OperationalError} `STREAM_THREAD_ENDED` for one that has ended. */
  #app({ app }: { readonly app: number }): ServedApp {
    const served = this.#apps.get(app);
    if (served === undefined) throw threadEnded();
    return served;
  }

  /** Its applications are closed as a rule. A thread that is ended while it loads a module takes the process with it (`NodeThread`). */
  async #close(): Promise<void> {
    await Promise.all([...[...this.#apps.values()].map((served) => served.close()), ...this.#loading]);
    await this.#opened?.host?.close();
  }
}
