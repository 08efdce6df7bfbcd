import { merge, type Observable } from 'rxjs';
import { childPath } from '../../../base/child-path.ts';
import type { Threads } from '../../../base/environment.ts';
import type { AnalysisContext } from '../../analysis/session.ts';
import type { PushOptions, PushRun, RunningQuery } from '../../host/host.ts';
import type { QueryPlan } from '../../physical/steps.ts';
import { type KafkaHostOptions, queryApplicationId } from '../app-options.ts';
import type { QueryRuntime, TopicsAnswer } from '../query-runtime.ts';
import { RestoredQueries } from '../restored-queries.ts';
import { QueryThread } from './query-thread.ts';
import { ignoreThreadEnded } from '../../../streams/threads/thread-ended.ts';

interface Place {
  readonly thread: QueryThread;
  readonly stateDir: string;
}

/** Its part of what all queries may hold in memory together. */
function memoryOfEach(
  { sharedCacheBytesMax, sharedBlockCacheBytes }: KafkaHostOptions,
  count: number,
): Pick<KafkaHostOptions, 'sharedCacheBytesMax' | 'sharedBlockCacheBytes'> {
  return {
    ...(sharedCacheBytesMax === undefined
      ? {}
      : { sharedCacheBytesMax: Math.floor(sharedCacheBytesMax / count) }),
    ...(sharedBlockCacheBytes === undefined
      ? {}
      : { sharedBlockCacheBytes: Math.floor(sharedBlockCacheBytes / count) }),
  };
}

const folderOf = ({ stateDir }: KafkaHostOptions, index: number): string =>
  childPath(stateDir, `thread-${index}`);

/** Those of an earlier life that had more threads, whose members the groups may still wait for. */
function formerFolders(host: KafkaHostOptions, count: number): readonly string[] {
  const { disk } = host.environment;
  if (!disk.exists(host.stateDir)) return [];
  return disk
    .list(host.stateDir)
    .map((name) => Number(/^thread-(\d+)$/.exec(name)?.[1] ?? 0))
    .filter((index) => index >= count)
    .map((index) => folderOf(host, index));
}

/**
 * Runs queries on stream threads, so that processing has no part of the event loop that statements, and a broker, run on. Each
 * query is on one of them, as long as its state is there; a new one is on the thread that has the fewest.
 */
export class ThreadedQueries implements QueryRuntime {
  readonly #options: KafkaHostOptions;
  readonly #places: readonly Place[];
  readonly #restored: RestoredQueries;

  /** @param options.count how many threads, at least one; they start at once. */
  constructor(
    host: KafkaHostOptions,
    { threads, count }: { readonly threads: Threads; readonly count: number },
  ) {
    this.#options = host;
    this.#restored = new RestoredQueries(host.environment.timers);
    const formerStateDirs = formerFolders(host, count);
    this.#places = Array.from({ length: count }, (_, index) => {
      const stateDir = index === 0 ? host.stateDir : folderOf(host, index);
      return {
        stateDir,
        thread: new QueryThread(threads, {
          ...host,
          ...memoryOfEach(host, count),
          ...{ stateDir, formerStateDirs },
        }),
      };
    });
  }

  newQuery(plan: QueryPlan, context: AnalysisContext): RunningQuery {
    const { disk } = this.#options.environment;
    const applicationId = queryApplicationId(this.#options, plan.queryId);
    const known = this.#places.find(({ stateDir }) => disk.exists(childPath(stateDir, applicationId)));
    const thread = known?.thread ?? this.#leastLoaded();
    return thread.newQuery(plan, context, { startInTurn: (query) => this.#restored.add(query) });
  }

  startPush(plan: QueryPlan, context: AnalysisContext, options: PushOptions = {}): Promise<PushRun> {
    return this.#leastLoaded().startPush(plan, context, options);
  }

  get topics$(): Observable<TopicsAnswer> {
    return merge(...this.#places.map(({ thread }) => thread.topics$));
  }

  get restored(): QueryRuntime['restored'] {
    return this.#restored.progress;
  }

  get standstill(): string | undefined {
    return this.#places.find(({ thread }) => thread.standstill !== undefined)?.thread.standstill;
  }

  async removeLeftovers(endedQueries: readonly string[]): Promise<void> {
    const call = { kind: 'removeLeftovers', endedQueries } as const;
    const removed = this.#places.map(({ thread }) => thread.callAgain(call));
    // They are found again by the next start, of a thread or of the server.
    await Promise.all(removed).catch(ignoreThreadEnded);
  }

  async close(): Promise<void> {
    await Promise.all(this.#places.map(({ thread }) => thread.close()));
  }

  #leastLoaded(): QueryThread {
    const threads = this.#places.map(({ thread }) => thread);
    return threads.reduce((best, each) => (each.load < best.load ? each : best));
  }
}
