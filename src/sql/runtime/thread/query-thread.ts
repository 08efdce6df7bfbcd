import { type Observable, Subject } from 'rxjs';
import type { Threads } from '../../../base/environment.ts';
import { type Logger, silentLogger } from '../../../base/logger.ts';
import { noRegistry } from '../../../serde/schemas/no-registry.ts';
import type { AnalysisContext } from '../../analysis/session.ts';
import type { PushOptions, PushRun } from '../../host/host.ts';
import type { QueryPlan } from '../../physical/steps.ts';
import { DEFAULT_BACKOFF, type KafkaHostOptions } from '../app-options.ts';
import type { OpenedServer, TopicsAnswer } from '../query-runtime.ts';
import { SupervisedThread, type ThreadEnd } from '../../../streams/threads/supervised-thread.ts';
import type { SentQuery, ThreadAnswers, ThreadCall, ThreadCommand, ThreadEvent } from './messages.ts';
import { answerOf } from './asked-registry.ts';
import type { RegistryForQueries } from '../schema-cache.ts';
import { service } from './query-service.ts';
import { isThreadEnded, threadEnded, threadSilent } from '../../../streams/threads/thread-ended.ts';
import { ThreadPush } from './thread-push.ts';
import { ThreadQuery, type ThreadQueryOptions } from './thread-query.ts';

/**
 * Semi-spaces of 4 MB in the place of 16: rows live for one turn, and a hundred queries that do nothing need not keep 30 MB for
 * what they might make.
 */
const YOUNG_MEGABYTES_MAX = 12;
/**
 * V8 lets the objects that live on grow to 1.6 times what was left of them, where that may be all of this; to 1.8 times, where it may be
 * half as much again, and to four times, where it may be 2 GB or more. Of a hundred busy queries 140 MB were left and 110 MB garbage at
 * 1.8. Whoever needs more says so with `--max-old-space-size`.
 */
const HEAP_MEGABYTES_MAX = 1_024;

/** How long a query that is to end waits for another one that holds up its thread. */
const TERMINATION_WAIT_MS = 30_000;

/** What has ended a thread is not known: its queries wait no longer than that for the next one, however often it happens. */
const NEXT_THREAD_MS_MAX = 60_000;

/** What does not wait for state that is on its way. */
const BEFORE_ALL: ReadonlySet<ThreadCall['kind']> = new Set(['moveQueries']);

/** So many threads are asked for what has to be done, where one after the other ends. */
const ATTEMPTS_MAX = 3;

interface QueryThreadOptions {
  /** From 1. */
  readonly number: number;
  readonly threads: Threads;
  readonly options: KafkaHostOptions;
  /** See `ThreadWatch`. */
  readonly silentMsMax?: number | undefined;
}

/**
 * A stream thread as the thread sees it that statements come to: it passes on what its queries are to do, and what comes back.
 * One that ends by itself, since something in it failed that nobody caught or its memory was full, is told as the failure of
 * its queries; after a while another one takes them up where they committed.
 */
export class QueryThread {
  readonly #number: number;
  readonly #options: KafkaHostOptions;
  readonly #logger: Logger;
  readonly #registry: RegistryForQueries;
  readonly #topics = new Subject<TopicsAnswer>();
  readonly #queries = new Map<number, ThreadQuery>();
  readonly #pushes = new Map<number, { readonly id: string; readonly run: ThreadPush }>();
  readonly #thread: SupervisedThread<ThreadCommand, ThreadCall, ThreadAnswers, ThreadEvent>;
  /** What the server has learned since it was made. */
  #known: OpenedServer = {};
  #isClosed = false;

  constructor({ number, threads, options, silentMsMax }: QueryThreadOptions) {
    const {
      environment,
      logger = silentLogger,
      restartBackoff = DEFAULT_BACKOFF,
      registry,
      ...others
    } = options;
    this.#registry = registry ?? noRegistry;
    this.#number = number;
    this.#options = options;
    this.#logger = logger;
    this.#thread = new SupervisedThread({
      ...{ service, threads, environment, logger, silentMsMax },
      backoff: { ...restartBackoff, maxMs: Math.min(restartBackoff.maxMs, NEXT_THREAD_MS_MAX) },
      limits: { youngMegabytesMax: YOUNG_MEGABYTES_MAX, heapMegabytesMax: HEAP_MEGABYTES_MAX },
      opening: (turn) => ({ kind: 'open', options: { ...others, ...this.#known, restartBackoff }, turn }),
      onEvent: (event) => this.#take(event),
      onEnded: (end) => this.#onEnded(end),
      onRestarted: () => this.#onRestarted(),
      tenants: {
        thread: `stream thread ${number}`,
        kind: 'queries',
        count: () => this.load,
        nameOf: (turn) => this.#nameOf(turn) ?? 'something',
        remedy: (turn) => this.#remedyOf(turn),
      },
    });
  }

  /** Starts the thread; what is asked of it waits until it has loaded its modules. */
  start(known: OpenedServer): void {
    this.#known = known;
    this.#thread.ensureRunning();
  }

  get isRunning(): boolean {
    return this.#thread.isRunning;
  }

  /** It is there, and is not known not to answer. */
  get answers(): boolean {
    return this.isRunning && this.standstill === undefined;
  }

  /** What is known of a thread that does not answer; undefined while it does. */
  get standstill(): string | undefined {
    return this.#thread.silence.standstill;
  }

  get topics$(): Observable<TopicsAnswer> {
    return this.#topics.asObservable();
  }

  /** How much it has to do: its queries, persistent ones and others. */
  get load(): number {
    return this.#queries.size + this.#pushes.size;
  }

  has(queryId: string): boolean {
    return [...this.#queries.values()].some(({ plan }) => plan.queryId === queryId);
  }

  /**
   * Looks whether it takes a query, which may be in the place of one with its id.
   * @throws {OperationalError} `STREAM_THREAD_SILENT` where another one holds it up.
   */
  checkTakes(queryId: string): void {
    const { standstill } = this;
    if (standstill === undefined) return;
    const { turn } = this.#thread;
    const heldUpBy = this.#queries.get(turn)?.plan.queryId;
    // Whoever is to end that holds it up, or may, ends with the thread.
    const isReplaced = turn === -1 ? this.has(queryId) : heldUpBy === queryId;
    if (!isReplaced) throw threadSilent(standstill);
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

  async startPush(plan: QueryPlan, context: AnalysisContext, options: PushOptions): Promise<PushRun> {
    const { standstill } = this;
    if (standstill !== undefined) throw threadSilent(standstill);
    const push = this.nextNumber();
    const started = new ThreadPush({ push, thread: this });
    this.#pushes.set(push, { id: plan.queryId, run: started });
    const call = { kind: 'startPush', push, sent: sentQuery(plan, context), options } as const;
    const starting = this.call(call);
    try {
      started.token = (await this.#thread.silence.awaited(starting)).token;
    } catch (error) {
      void this.#abandonPush(push, starting);
      throw error;
    }
    return started;
  }

  /** Whoever has asked for it has been refused: it is closed as soon as it has started after all. */
  async #abandonPush(push: number, starting: Promise<unknown>): Promise<void> {
    try {
      await starting;
      await this.call({ kind: 'closePush', push });
    } catch {
      // It has not started, or has ended with its thread.
      this.#pushes.delete(push);
    }
  }

  /** Holds back what is said to the thread, but for what has to come before all queries, until something is done. */
  hold(until: Promise<void>): void {
    this.#thread.hold({ until, except: BEFORE_ALL });
  }

  /** Says something to the thread; nobody hears it where there is none. */
  post(command: ThreadCommand): void {
    this.#thread.post(command);
  }

  /** Has something done by the thread. @throws {OperationalError} `STREAM_THREAD_ENDED`, and whatever the thread throws. */
  async call<C extends ThreadCall>(call: C): Promise<ThreadAnswers[C['kind']]> {
    const { silence } = this.#thread;
    // Another one may take its place.
    if (call.kind === 'closeQuery') silence.ending(call.query, { waitMs: TERMINATION_WAIT_MS });
    // Its reader may be gone, which is no reason to end what others are at.
    if (call.kind === 'closePush') silence.ending(call.push);
    try {
      return await this.#thread.call(call);
    } finally {
      if (call.kind === 'closeQuery') silence.ended(call.query);
      if (call.kind === 'closePush') {
        silence.ended(call.push);
        this.#pushes.delete(call.push);
      }
    }
  }

  /**
   * As {@link call}, whose caller does not wait for a thread that does not answer. It is done when the thread answers again.
   * @throws {OperationalError} `STREAM_THREAD_SILENT`, too.
   */
  tell<C extends ThreadCall>(call: C): Promise<ThreadAnswers[C['kind']]> {
    return this.#thread.silence.awaited(this.call(call));
  }

  /** A query is to be held up: the thread is ended where it does not answer because of it. */
  endIfHeldUpBy(query: number): void {
    this.#thread.silence.ending(query);
  }

  /** Takes back {@link endIfHeldUpBy}. */
  goesOnWith(query: number): void {
    this.#thread.silence.ended(query);
  }

  /** As {@link call}, for as long as the thread answers. @throws {OperationalError} `STREAM_THREAD_SILENT`. */
  ask<C extends ThreadCall>(call: C): Promise<ThreadAnswers[C['kind']]> {
    return this.#thread.ask<ThreadAnswers[C['kind']]>(call);
  }

  /**
   * As {@link call}, of what has to be done: where the thread has ended, another one is started for it at once.
   * @throws {OperationalError} `STREAM_THREAD_ENDED` where that one has ended, too.
   */
  async callAgain(call: ThreadCall): Promise<void> {
    for (let attempts = 1; !this.#isClosed; attempts++) {
      this.#thread.ensureRunning();
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
    return this.#thread.nextNumber();
  }

  /** Ends the thread, and whatever still waits for it. @param options.timeoutMs how long it may take to let go of its clients. */
  close(options: { readonly timeoutMs?: number | undefined } = {}): Promise<void> {
    this.#isClosed = true;
    return this.#thread.close(options);
  }

  /** Another thread, in the place of one that has ended, takes up its queries. */
  #onRestarted(): void {
    // Push queries of the one that has ended have left what they had.
    void this.call({ kind: 'removeLeftovers', endedQueries: [] }).catch((error: unknown) => {
      if (!isThreadEnded(error))
        this.#logger.warn('cleaning up after a stream thread that has ended', { error });
    });
    for (const query of this.#queries.values()) query.makeAgain();
  }

  /** The query, or push query, whose code runs; undefined where it is that of none. */
  #nameOf(turn: number): string | undefined {
    const query = this.#queries.get(turn);
    if (query !== undefined) return `query ${query.plan.queryId}`;
    const push = this.#pushes.get(turn);
    return push === undefined ? undefined : `push query ${push.id}`;
  }

  /** What whoever runs the server does about what holds up a thread. */
  #remedyOf(turn: number): string {
    const query = this.#queries.get(turn);
    if (query !== undefined) return `TERMINATE ${query.plan.queryId}; ends it`;
    if (this.#pushes.has(turn)) return 'Closing its connection ends it';
    return 'TERMINATE the one that holds it up';
  }

  #take(event: ThreadEvent): void {
    switch (event.kind) {
      case 'topics':
        this.#topics.next(event);
        return;
      case 'registryAsked':
        void answerOf(event, this.#registry).then((answer) => this.#thread.post(answer));
        return;
      case 'pushRows':
      case 'pushEnded':
        this.#pushes.get(event.push)?.run.take(event);
        return;
      default:
        this.#queries.get(event.query)?.take(event);
    }
  }

  #onEnded({ cause, turn, delayMs, isMeant }: ThreadEnd): void {
    const processing = this.#nameOf(turn);
    const error = threadEnded(
      cause,
      processing === undefined ? undefined : `while ${processing} had its turn`,
    );
    // The others wait for nobody: what was processed then is held back or has ended. In a stop nobody waits.
    const isWanted = [...this.#queries.values()].some(({ isLeaving }) => !isLeaving);
    const isAtOnce = isWanted && (isMeant || processing !== undefined);
    this.#logger.error('a stream thread has ended: another one will take up its queries', {
      ...{ thread: `stream thread ${this.#number}`, error: cause, processing: processing ?? 'no row' },
      ...{ delayMs: isAtOnce ? 0 : delayMs, queries: this.#queries.size },
    });
    for (const [number, query] of this.#queries) query.lost(error, { isSuspect: number === turn });
    for (const { run } of [...this.#pushes.values()]) run.lost(error);
    if (isAtOnce) this.#thread.ensureRunning();
    else this.#thread.restart();
  }
}

function sentQuery(plan: QueryPlan, { properties, catalog }: AnalysisContext): SentQuery {
  return { plan, properties, types: catalog.types() };
}
