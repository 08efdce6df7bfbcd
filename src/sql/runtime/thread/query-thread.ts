import { type Observable, Subject } from 'rxjs';
import type { Environment, ServiceThread, Threads, Timer } from '../../../base/environment.ts';
import { type Logger, silentLogger } from '../../../base/logger.ts';
import { PendingCalls } from '../../../base/pending-calls.ts';
import type { AnalysisContext } from '../../analysis/session.ts';
import type { PushOptions, PushRun } from '../../host/host.ts';
import type { QueryPlan } from '../../physical/steps.ts';
import { DEFAULT_BACKOFF, type KafkaHostOptions } from '../app-options.ts';
import type { TopicsAnswer } from '../query-runtime.ts';
import { RestartBackoff } from '../../../base/restart-backoff.ts';
import { errorOf } from '../../../streams/threads/error-record.ts';
import type {
  FromThread,
  SentQuery,
  ThreadAnswers,
  ThreadCall,
  ThreadCommand,
  ToThread,
} from './messages.ts';
import { service } from './query-service.ts';
import { isThreadEnded, threadEnded } from '../../../streams/threads/thread-ended.ts';
import { ThreadWatch } from './thread-watch.ts';
import { ThreadPush } from './thread-push.ts';
import { ThreadQuery, type ThreadQueryOptions } from './thread-query.ts';
import { writeLine } from '../../../streams/threads/thread-logger.ts';

/**
 * Semi-spaces of 4 MB in the place of 16: rows live for one turn, and a hundred queries that do nothing need not keep 30 MB for
 * what they might make.
 */
const YOUNG_MEGABYTES_MAX = 12;

/** How long a thread may take to let go of its clients before it is ended. */
const CLOSE_MS_MAX = 2_000;

/** What does not wait for state that is on its way. */
const BEFORE_ALL: ReadonlySet<ThreadCall['kind']> = new Set(['moveQueries', 'ping', 'close']);

/** So many threads are asked for what has to be done, where one after the other ends. */
const ATTEMPTS_MAX = 3;

/**
 * A stream thread as the thread sees it that statements come to: it passes on what its queries are to do, and what comes back.
 * One that ends by itself, since something in it failed that nobody caught or its memory was full, is told as the failure of
 * its queries; after a while another one takes them up where they committed.
 */
export class QueryThread {
  readonly #threads: Threads;
  readonly #options: KafkaHostOptions;
  readonly #environment: Environment;
  readonly #logger: Logger;
  readonly #backoff: RestartBackoff;
  readonly #topics = new Subject<TopicsAnswer>();
  readonly #calls = new PendingCalls();
  readonly #queries = new Map<number, ThreadQuery>();
  readonly #pushes = new Map<number, ThreadPush>();
  readonly #watch: ThreadWatch;
  /** Queries that are being ended for good. */
  #endings = 0;
  /** Undefined while there is none. */
  #thread: ServiceThread<ToThread> | undefined;
  /** What is said to it while it must not begin; undefined: it may. */
  #held: ToThread[] | undefined;
  #restart: Timer | undefined;
  #isClosed = false;
  #ended: () => void = () => undefined;

  /** Starts the thread; what is asked of it waits until it has loaded its modules. */
  constructor(threads: Threads, options: KafkaHostOptions) {
    this.#threads = threads;
    this.#options = options;
    this.#environment = options.environment;
    this.#logger = options.logger ?? silentLogger;
    this.#backoff = new RestartBackoff(options.restartBackoff ?? DEFAULT_BACKOFF, this.#environment);
    this.#watch = new ThreadWatch({
      environment: options.environment,
      ask: () => this.call({ kind: 'ping' }),
      onSilent: (silentMs) => this.#onSilent(silentMs),
    });
    this.#start();
  }

  /** What is known of a thread that does not answer; undefined while it does. */
  get standstill(): string | undefined {
    const seconds = Math.floor(this.#watch.silentMs / 1_000);
    if (seconds === 0) return undefined;
    return `a stream thread has not answered for ${seconds} s: ${this.#turnOf} holds up the ${this.load} queries on it`;
  }

  get topics$(): Observable<TopicsAnswer> {
    return this.#topics.asObservable();
  }

  /** How much it has to do: its queries, persistent ones and others. */
  get load(): number {
    return this.#queries.size + this.#pushes.size;
  }

  newQuery(
    plan: QueryPlan,
    context: AnalysisContext,
    { startInTurn }: Pick<ThreadQueryOptions, 'startInTurn'>,
  ): ThreadQuery {
    const query = this.nextNumber();
    const made: ThreadQuery = new ThreadQuery({
      ...{ query, plan, startInTurn, host: this.#options, thread: this },
      sent: sentQuery(plan, context),
      closed: () => this.#queries.delete(query),
    });
    this.#queries.set(query, made);
    made.make();
    return made;
  }

  async startPush(
    plan: QueryPlan,
    context: AnalysisContext,
    { untilEnd = false }: PushOptions,
  ): Promise<PushRun> {
    const push = this.nextNumber();
    const started = new ThreadPush({ push, thread: this, closed: () => this.#pushes.delete(push) });
    this.#pushes.set(push, started);
    try {
      await this.call({ kind: 'startPush', push, sent: sentQuery(plan, context), options: { untilEnd } });
    } catch (error) {
      this.#pushes.delete(push);
      throw error;
    }
    return started;
  }

  /** Holds back what is said to the thread, but for what has to come before all queries, until something is done. */
  hold(until: Promise<void>): void {
    const held: ToThread[] = (this.#held = []);
    const letGo = (): void => {
      this.#held = undefined;
      for (const message of held) this.#thread?.post(message);
    };
    until.then(letGo, letGo);
  }

  /** Says something to the thread; nobody hears it where there is none. */
  post(command: ThreadCommand): void {
    this.#say(command);
  }

  /** Asks something of the thread. @throws {OperationalError} `STREAM_THREAD_ENDED`, and whatever the thread throws. */
  call<C extends ThreadCall>(call: C): Promise<ThreadAnswers[C['kind']]> {
    const thread = this.#thread;
    if (thread === undefined) return Promise.reject(threadEnded());
    return this.#calls.add<ThreadAnswers[C['kind']]>((id) => this.#say({ kind: 'call', id, call }));
  }

  /**
   * As {@link call}, of what has to be done: where the thread has ended, another one is started for it at once.
   * @throws {OperationalError} `STREAM_THREAD_ENDED` where that one has ended, too.
   */
  async callAgain(call: ThreadCall): Promise<void> {
    const isEnding = call.kind === 'closeQuery';
    if (isEnding) this.#endings++;
    try {
      this.#endIfSilent();
      await this.#untilDone(call);
    } finally {
      if (isEnding) this.#endings--;
    }
  }

  async #untilDone(call: ThreadCall): Promise<void> {
    for (let attempts = 1; !this.#isClosed; attempts++) {
      if (this.#thread === undefined) this.#startAgain();
      try {
        await this.call(call);
        return;
      } catch (error) {
        if (!isThreadEnded(error) || attempts === ATTEMPTS_MAX) throw error;
      }
    }
  }

  /** A number that nothing else of the thread has. */
  nextNumber(): number {
    return this.#calls.nextNumber();
  }

  /** Ends the thread, and whatever still waits for it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watch.stop();
    this.#restart?.cancel();
    const thread = this.#thread;
    if (thread === undefined) return;
    const ended = new Promise<void>((resolve) => (this.#ended = resolve));
    const late = this.#environment.timers.after(CLOSE_MS_MAX, () => void thread.terminate());
    await this.call({ kind: 'close' }).catch((error: unknown) => {
      if (!isThreadEnded(error)) this.#logger.warn('while a stream thread was closed', { error });
      void thread.terminate();
    });
    await ended;
    late.cancel();
  }

  #say(message: ToThread): void {
    const isForNow = message.kind === 'call' && BEFORE_ALL.has(message.call.kind);
    if (this.#held === undefined || isForNow) this.#thread?.post(message);
    else if (this.#thread !== undefined) this.#held.push(message);
  }

  #start(): void {
    const thread = this.#threads.start(
      service,
      {
        onMessage: (message) => this.#take(message),
        onEnd: (failure) => this.#onEnd(failure),
      },
      { youngMegabytesMax: YOUNG_MEGABYTES_MAX },
    );
    this.#thread = thread;
    const { environment: _environment, logger: _logger, ...options } = this.#options;
    thread.post({ kind: 'open', options, turn: this.#watch.turn });
    this.#watch.start();
    this.#backoff.started();
  }

  /** Starts another thread in the place of one that has ended, which takes up its queries. */
  #startAgain(): void {
    this.#restart?.cancel();
    this.#start();
    // Push queries of the one that has ended have left what they had.
    void this.call({ kind: 'removeLeftovers', endedQueries: [] }).catch((error: unknown) => {
      if (!isThreadEnded(error))
        this.#logger.warn('cleaning up after a stream thread that has ended', { error });
    });
    for (const query of this.#queries.values()) query.makeAgain();
  }

  /** A query, or a push query, by its id. */
  get #turnOf(): string {
    const number = this.#watch.turn[0] ?? -1;
    const query = this.#queries.get(number);
    if (query !== undefined) return `query ${query.plan.queryId}`;
    return this.#pushes.has(number) ? 'a push query' : 'something';
  }

  #onSilent(forMs: number): void {
    const fields = { forMs, heldUpBy: this.#turnOf, queries: this.load };
    this.#logger.warn(
      'a stream thread does not answer: all its queries wait. TERMINATE the one that holds it up',
      fields,
    );
    this.#endIfSilent();
  }

  /** A query that is to end may be the one that does not let the thread go on: the others are taken up by another thread. */
  #endIfSilent(): void {
    if (this.#endings > 0 && this.#watch.silentMs > 0) void this.#thread?.terminate();
  }

  #take(message: FromThread): void {
    switch (message.kind) {
      case 'answer':
        this.#calls.answered(message.id, message.output);
        return;
      case 'failure':
        this.#calls.failed(message.id, errorOf(message.error));
        return;
      case 'topics':
        this.#topics.next(message);
        return;
      case 'log':
        writeLine(this.#logger, message);
        return;
      case 'pushRows':
      case 'pushEnded':
        this.#pushes.get(message.push)?.take(message);
        return;
      default:
        this.#queries.get(message.query)?.take(message);
    }
  }

  #onEnd(failure: { readonly error: unknown } | undefined): void {
    this.#thread = undefined;
    // The next one is told all of it anew.
    this.#held?.splice(0);
    this.#watch.stop();
    this.#calls.failAll(threadEnded());
    if (this.#isClosed) {
      this.#ended();
      return;
    }
    const error = threadEnded(failure?.error);
    const delayMs = this.#backoff.delayAfter(failure?.error);
    this.#logger.error('a stream thread has ended: another one will take up its queries', {
      ...{ error: failure?.error, delayMs, queries: this.#queries.size },
    });
    for (const query of this.#queries.values()) query.lost(error);
    for (const push of [...this.#pushes.values()]) push.lost(error);
    this.#restart = this.#environment.timers.after(delayMs, () => this.#startAgain());
  }
}

function sentQuery(plan: QueryPlan, { properties, catalog }: AnalysisContext): SentQuery {
  return { plan, properties, types: catalog.types() };
}
