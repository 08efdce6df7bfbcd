import { BehaviorSubject, distinctUntilChanged, type Observable } from 'rxjs';
import type { OperationalError } from '../../../base/errors.ts';
import type {
  MaterializedTable,
  QueryError,
  QueryState,
  QueryStatistics,
  RunningQuery,
} from '../../host/host.ts';
import type { QueryPlan } from '../../physical/steps.ts';
import {
  DEFAULT_BACKOFF,
  DEFAULT_QUERY_ERRORS_MAX,
  type KafkaHostOptions,
  queryApplicationId,
} from '../app-options.ts';
import { keptTable } from '../materialized-table.ts';
import { NO_STATISTICS } from '../query-counts.ts';
import { QueryErrors } from '../query-errors.ts';
import type { StoreLags, StreamsMetadata } from '../../../streams/runtime/state-locations.ts';
import type { SentQuery, ThreadAnswers, ThreadEvent } from './messages.ts';
import {
  ignoreThreadAway,
  ignoreThreadEnded,
  isThreadEnded,
  isThreadSilent,
  threadEnded,
} from '../../../streams/threads/thread-ended.ts';
import type { QueryThread } from './query-thread.ts';
import { Suspicion } from './suspicion.ts';
import { ThreadTable } from './thread-table.ts';

export interface ThreadQueryOptions {
  readonly query: number;
  readonly plan: QueryPlan;
  readonly sent: SentQuery;
  readonly host: KafkaHostOptions;
  readonly thread: Pick<
    QueryThread,
    | 'post'
    | 'call'
    | 'ask'
    | 'tell'
    | 'callAgain'
    | 'nextNumber'
    | 'standstill'
    | 'endIfHeldUpBy'
    | 'goesOnWith'
  >;
  /** Starts a query among others. */
  readonly startInTurn: (query: ThreadQuery) => void;
  /** Called when the thread has nothing more to do with it. */
  readonly closed: () => void;
}

/** So long whoever wants numbers waits for new ones: lists of queries do not wait for one of them. */
const STATISTICS_MS_MAX = 5_000;

/** States in which a query waits for its thread. */
const GOING_ON: ReadonlySet<QueryState> = new Set(['CREATED', 'RUNNING', 'REBALANCING']);

type QueryEvent = Extract<ThreadEvent, { readonly kind: 'queryMade' | 'queryState' | 'queryErrors' }>;

/** A persistent query that runs in another thread; its state and its errors are copies of those there. */
export class ThreadQuery implements RunningQuery {
  readonly plan: QueryPlan;
  readonly #options: ThreadQueryOptions;
  readonly #groupId: string;
  readonly #state = new BehaviorSubject<QueryState>('CREATED');
  readonly #table: MaterializedTable | undefined;
  readonly #errorsMax: number;
  /** As its thread has told them last. */
  #statistics: QueryStatistics;
  /** Ends of the threads that it was in. */
  readonly #losses: QueryErrors;
  #errors: readonly QueryError[] = [];
  /** Of the threads that it was in. */
  #pastErrors: readonly QueryError[] = [];
  #hasTable = true;
  #topology = '';
  /** Counts what was asked of it: what the thread says of an earlier change is out of date. */
  #change = 0;
  #isStarted = false;
  #isPaused = false;
  #isClosed = false;
  #isLeaving = false;
  readonly #suspicion: Suspicion;

  constructor(options: ThreadQueryOptions) {
    const { query, plan, host, thread } = options;
    this.plan = plan;
    this.#options = options;
    this.#groupId = queryApplicationId(host, plan.queryId);
    this.#statistics = { ...NO_STATISTICS, groupId: this.#groupId };
    const table = keptTable(plan.root);
    const { timers } = host.environment;
    if (table !== undefined) this.#table = new ThreadTable(thread, { query, timers, ...table });
    this.#suspicion = new Suspicion(host.restartBackoff ?? DEFAULT_BACKOFF, host.environment);
    this.#errorsMax = host.queryErrorsMax ?? DEFAULT_QUERY_ERRORS_MAX;
    this.#losses = new QueryErrors({
      sizeMax: this.#errorsMax,
      nowMs: () => host.environment.clock.nowMs(),
    });
  }

  get state$(): Observable<QueryState> {
    return this.#state.pipe(distinctUntilChanged());
  }

  state(): QueryState {
    return this.#state.value;
  }

  /** It ends with its thread; its state stays, for whoever takes its place. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  get standstill(): string | undefined {
    return GOING_ON.has(this.#state.value) ? this.#options.thread.standstill : undefined;
  }

  errors(): readonly QueryError[] {
    const losses = this.#losses.list();
    if (losses.length === 0) return this.#errors;
    return [...this.#pastErrors, ...losses, ...this.#errors].toSorted(
      (a, b) => a.timestampMs - b.timestampMs,
    );
  }

  async statistics(): Promise<QueryStatistics> {
    const lost = this.#losses.total;
    const over = new AbortController();
    const { timers } = this.#options.host.environment;
    try {
      // Those that come later are shown the next time.
      const late = timers.sleep(STATISTICS_MS_MAX, over.signal).catch(() => undefined);
      await Promise.race([this.#learnStatistics(), late]);
    } finally {
      over.abort();
    }
    const { errors, restarts, ...counts } = this.#statistics;
    return { ...counts, errors: errors + lost, restarts: restarts + lost };
  }

  /** What was known last stays where the thread does not answer. */
  async #learnStatistics(): Promise<void> {
    const { thread, query } = this.#options;
    try {
      this.#statistics = await thread.ask({ kind: 'statistics', query });
    } catch (error) {
      // Of a thread that has ended nothing is left; it is counted again from nothing, as after a start of the server.
      if (isThreadEnded(error)) this.#statistics = { ...NO_STATISTICS, groupId: this.#groupId };
      else if (!isThreadSilent(error)) throw error;
    }
  }

  async clients(): Promise<readonly StreamsMetadata[]> {
    return (await this.#asked('clients')) ?? [];
  }

  async lags(): Promise<StoreLags> {
    return (await this.#asked('lags')) ?? new Map();
  }

  /** Undefined where the thread does not answer. */
  async #asked<K extends 'clients' | 'lags'>(kind: K): Promise<ThreadAnswers[K] | undefined> {
    const { thread, query } = this.#options;
    try {
      return await thread.ask({ kind, query });
    } catch (error) {
      if (isThreadEnded(error) || isThreadSilent(error)) return undefined;
      throw error;
    }
  }

  get table(): MaterializedTable | undefined {
    return this.#hasTable ? this.#table : undefined;
  }

  describeTopology(): string {
    return this.#topology;
  }

  async start({ isRestored }: { readonly isRestored: boolean } = { isRestored: false }): Promise<void> {
    if (isRestored) this.#options.startInTurn(this);
    else await this.takeUp();
  }

  /** Starts it; never rejects. Resolves after the first attempt. */
  async takeUp(): Promise<void> {
    if (this.#isClosed) return;
    this.#isStarted = true;
    if (this.#suspicion.isHeldBack) return;
    this.#suspicion.started();
    const { thread, query } = this.#options;
    // Where the thread has ended, the next one starts what was started; where it does not answer, it does when it answers again.
    await thread.tell({ kind: 'startQuery', query }).catch(ignoreThreadAway);
  }

  pause(): void {
    if (this.#isClosed || this.#isPaused) return;
    this.#isPaused = true;
    // Whoever resumes it takes it up.
    this.#suspicion.drop();
    this.#changed('pauseQuery');
    this.#state.next('PAUSED');
    const { thread, query } = this.#options;
    thread.endIfHeldUpBy(query);
  }

  resume(): void {
    if (this.#isClosed || !this.#isPaused) return;
    this.#isPaused = false;
    this.#isStarted = true;
    this.#pauseIsOver();
    // Its thread may have ended at it since it was paused.
    this.#suspicion.drop();
    this.#changed('resumeQuery');
    this.#state.next('CREATED');
  }

  async close(options: { readonly cleanUp: boolean } = { cleanUp: false }): Promise<void> {
    this.#isClosed = true;
    this.#isLeaving = !options.cleanUp;
    this.#suspicion.drop();
    const { thread, query, closed } = this.#options;
    const call = { kind: 'closeQuery', query, cleanUp: options.cleanUp } as const;
    // One whose thread has ended is closed with it.
    if (options.cleanUp) await thread.callAgain(call);
    else await thread.call(call).catch(ignoreThreadEnded);
    closed();
    this.#state.next('CLOSED');
    this.#state.complete();
  }

  /** Makes it in the thread. */
  make(): void {
    const { thread, query, sent } = this.#options;
    thread.post({ kind: 'makeQuery', query, sent, change: this.#change });
  }

  /**
   * Called when its thread has ended.
   * @param options.isSuspect a row of it was being processed then: see {@link Suspicion}.
   */
  lost(error: OperationalError, { isSuspect = false }: { readonly isSuspect?: boolean } = {}): void {
    this.#suspicion.interrupt();
    this.#losses.addFailure(isSuspect ? this.#suspected(error.cause) : error);
    // As many as one thread remembers, which are of two sorts.
    this.#pastErrors = [...this.#pastErrors, ...this.#errors].slice(-2 * this.#errorsMax);
    this.#errors = [];
    this.#pauseIsOver();
    if (!this.#isClosed && !this.#isPaused) this.#state.next('ERROR');
  }

  /** Makes it in the thread that comes after one that has ended, and goes on there. */
  makeAgain(): void {
    // It has ended with its thread; one that is to end for good is ended by the next one.
    if (this.#isLeaving) return;
    this.make();
    if (this.#isPaused) return this.#changed('pauseQuery');
    if (!this.#isStarted) return;
    this.#suspicion.whenLet(() => void this.takeUp());
  }

  #suspected(cause: unknown): OperationalError {
    const seconds = Math.ceil(this.#suspicion.suspect(cause) / 1_000);
    return threadEnded(
      cause,
      `while a row of this query was being processed, which is taken up again ${seconds} s after the others`,
    );
  }

  take(event: QueryEvent): void {
    switch (event.kind) {
      case 'queryMade':
        this.#topology = event.topology;
        this.#hasTable = event.hasTable;
        this.#errors = event.errors;
        return;
      case 'queryErrors':
        this.#errors = event.errors;
        return;
      case 'queryState':
        this.#follow(event);
    }
  }

  #follow({ state, change }: Extract<QueryEvent, { readonly kind: 'queryState' }>): void {
    // That it is closed is told when the thread has nothing more to do with it.
    if (state === 'CLOSED' || change < this.#change) return;
    if (state === 'PAUSED') this.#pauseIsOver();
    // One that is started again is in ERROR until it runs.
    if (this.#state.value === 'ERROR' && (state === 'CREATED' || state === 'REBALANCING')) return;
    this.#state.next(state);
  }

  /** The thread need not end for it: it is held up, or is to go on. */
  #pauseIsOver(): void {
    const { thread, query } = this.#options;
    if (!this.#isClosed) thread.goesOnWith(query);
  }

  #changed(kind: 'pauseQuery' | 'resumeQuery'): void {
    const { thread, query } = this.#options;
    thread.post({ kind, query, change: ++this.#change });
  }
}
