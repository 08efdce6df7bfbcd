import { merge, type Observable } from 'rxjs';
import { assert } from '../../../base/assert.ts';
import { childPath } from '../../../base/child-path.ts';
import type { Threads } from '../../../base/environment.ts';
import { messageOf } from '../../../base/errors.ts';
import { partitionOfKey } from '../../../base/murmur2.ts';
import { silentLogger } from '../../../base/logger.ts';
import type { AnalysisContext } from '../../analysis/session.ts';
import type { PushOptions, PushRun, RunningQuery } from '../../host/host.ts';
import { type QueryPlan, sourceSteps } from '../../physical/steps.ts';
import { type KafkaHostOptions, queryApplicationId } from '../app-options.ts';
import type { OpenedServer, QueryRuntime, TopicsAnswer } from '../query-runtime.ts';
import { RestoredQueries } from '../restored-queries.ts';
import { noteCount, type PlannedMoves, planMoves } from './query-moves.ts';
import { QueryThread } from './query-thread.ts';
import { ignoreThreadEnded } from '../../../streams/threads/thread-ended.ts';
import { shareOf, threadFolder } from '../../../streams/threads/thread-folders.ts';

interface ThreadParts {
  readonly threads: Threads;
  /** How many, at least one. */
  readonly count: number;
  /** How long they may take to let go of what their queries have shared, before they are ended wherever they are. */
  readonly closeMsMax?: number;
  /** How long they may take to answer before they are told to be silent; 15 s by default. */
  readonly silentMsMax?: number;
}

interface Place {
  readonly thread: QueryThread;
  readonly stateDir: string;
}

/**
 * Runs queries on stream threads, so that processing has no part of the event loop that statements, and a broker, run on. Each
 * query is on one of them, as long as its state is there; a new one is on the thread that has the fewest. Where there are more
 * threads than in the last life of the server, or fewer, queries move before they start, and their state with them.
 */
export class ThreadedQueries implements QueryRuntime {
  readonly #options: KafkaHostOptions;
  readonly #closeMsMax: number | undefined;
  readonly #places: readonly Place[];
  readonly #restored: RestoredQueries;
  /** State folders that applications come to, by their ids. */
  #moving: ReadonlyMap<string, string> = new Map();
  #isOpen = false;
  #isPlaced = false;
  #isClosed = false;

  constructor(host: KafkaHostOptions, parts: ThreadParts) {
    const { threads, count, closeMsMax, silentMsMax } = parts;
    this.#options = host;
    this.#closeMsMax = closeMsMax;
    this.#restored = new RestoredQueries(host.environment.timers);
    const sharedCacheBytesMax = shareOf(host.sharedCacheBytesMax, count);
    const sharedBlockCacheBytes = shareOf(host.sharedBlockCacheBytes, count);
    this.#places = Array.from({ length: count }, (_, index) => {
      const stateDir = threadFolder(host, index);
      const options = { ...host, sharedCacheBytesMax, sharedBlockCacheBytes, stateDir };
      return { stateDir, thread: new QueryThread({ number: index + 1, threads, options, silentMsMax }) };
    });
  }

  open(known: OpenedServer = {}): void {
    this.#isOpen = true;
    for (const { thread } of this.#places) thread.start(known);
  }

  placeState(): void {
    this.#isPlaced = true;
    const count = this.#places.length;
    const planned = planMoves(this.#options, count);
    this.#moving = new Map(planned.moves.map(({ applicationId, to }) => [applicationId, to]));
    if (planned.moves.length + planned.emptied.length === 0) noteCount(this.#options, count);
    else this.#move(planned);
  }

  newQuery(plan: QueryPlan, context: AnalysisContext): RunningQuery {
    assert(this.#isPlaced, 'the state of queries is where it belongs before there are any');
    return this.#threadOf(plan).newQuery(plan, context, {
      startInTurn: (query) => this.#restored.add(query),
    });
  }

  checkTakes(plan: QueryPlan): void {
    this.#threadOf(plan).checkTakes(plan.queryId);
  }

  startPush(plan: QueryPlan, context: AnalysisContext, options: PushOptions = {}): Promise<PushRun> {
    const thread = plan.isShared === true ? this.#readerOf(plan) : this.#leastLoaded();
    return thread.startPush(plan, context, options);
  }

  get topics$(): Observable<TopicsAnswer> {
    return merge(...this.#places.map(({ thread }) => thread.topics$));
  }

  get restored(): QueryRuntime['restored'] {
    return this.#restored.progress;
  }

  get standstill(): string | undefined {
    const threads = this.#places.map(({ thread }) => thread);
    if (this.#isOpen && threads.every(({ isRunning }) => !isRunning)) {
      return 'no stream thread is there: all queries wait for the next one';
    }
    return threads.find(({ standstill }) => standstill !== undefined)?.standstill;
  }

  async removeLeftovers(endedQueries: readonly string[]): Promise<void> {
    const call = { kind: 'removeLeftovers', endedQueries } as const;
    const removed = this.#places.map(({ thread }) => thread.callAgain(call));
    // They are found again by the next start, of a thread or of the server.
    await Promise.all(removed).catch(ignoreThreadEnded);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isOpen = false;
    const timeoutMs = this.#closeMsMax;
    await Promise.all(this.#places.map(({ thread }) => thread.close({ timeoutMs })));
  }

  /** No thread opens its state before all of it is where it belongs. */
  #move({ moves, emptied }: PlannedMoves): void {
    const { logger = silentLogger } = this.#options;
    const threads = this.#places.map(({ thread }) => thread);
    logger.info('queries move to other stream threads, of which there are more or fewer than before', {
      ...{ threads: threads.length, queries: moves.length },
    });
    const moving = threads
      .slice(0, 1)
      .map((first) => first.callAgain({ kind: 'moveQueries', moves, emptied }));
    const moved = Promise.all(moving).then(
      () => {
        // Where the threads have ended meanwhile some may be where they were: the next start moves them.
        if (!this.#isClosed) noteCount(this.#options, threads.length);
      },
      (error: unknown) =>
        logger.warn('queries could not be moved: those without their state restore it', {
          error: messageOf(error),
        }),
    );
    for (const thread of threads) thread.hold(moved);
  }

  /** The thread that has the state of a query, or that a new one comes to. */
  #threadOf({ queryId }: QueryPlan): QueryThread {
    const { disk } = this.#options.environment;
    const applicationId = queryApplicationId(this.#options, queryId);
    const moving = this.#moving.get(applicationId);
    const known = this.#places.find(({ stateDir, thread }) =>
      moving === undefined
        ? thread.has(queryId) || disk.exists(childPath(stateDir, applicationId))
        : stateDir === moving,
    );
    return known?.thread ?? this.#leastLoaded();
  }

  /** All queries that share a topic are on one thread, as long as it answers. */
  #readerOf({ root }: QueryPlan): QueryThread {
    const [{ topic } = { topic: '' }] = sourceSteps(root);
    const thread = this.#places[partitionOfKey(Buffer.from(topic), this.#places.length)]?.thread;
    return thread?.answers === true ? thread : this.#leastLoaded();
  }

  /** Of the threads that answer, as far as there are any. */
  #leastLoaded(): QueryThread {
    const threads = this.#places.map(({ thread }) => thread);
    const answering = threads.filter((thread) => thread.answers);
    return (answering.length === 0 ? threads : answering).reduce((best, each) =>
      each.load < best.load ? each : best,
    );
  }
}
