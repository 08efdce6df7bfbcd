import type { Observable } from 'rxjs';
import type { TopicFacts } from '../analysis/session.ts';
import type { SqlHost } from '../host/host.ts';
import type { QueryPlan } from '../physical/steps.ts';
import type { KafkaHostOptions } from './app-options.ts';

/** What the cluster has answered about topics: those of the names that exist. */
export interface TopicsAnswer {
  readonly names: readonly string[];
  readonly facts: ReadonlyMap<string, TopicFacts>;
}

/** What is known of a server when it listens. */
export type OpenedServer = Pick<KafkaHostOptions, 'applicationServer'>;

/** Where the queries of a host run: on the thread that statements come to, or on threads of their own. */
export interface QueryRuntime extends Pick<SqlHost, 'newQuery' | 'startPush'> {
  /** Starts what runs queries. Nothing of an earlier life is touched. */
  open(known?: OpenedServer): void;
  /** Has the state of queries come to where they run. Called once, when it is open and before there is any query. */
  placeState(): void;
  /**
   * Looks whether a query would begin, before it is recorded.
   * @throws {OperationalError} `STREAM_THREAD_SILENT` where another one holds up all that it could be on.
   */
  checkTakes(plan: QueryPlan): void;
  /** How many queries were restored that can be started, and how many of them have started. */
  readonly restored: { readonly started: number; readonly total: number };
  /** What keeps queries from going on though nothing has failed; undefined while nothing does. */
  readonly standstill: string | undefined;
  /**
   * Removes what a server that was killed has left. Called before the first push query starts, which need not wait.
   * @param endedQueries ids of the queries that were terminated, as far as none has taken their place.
   */
  removeLeftovers(endedQueries: readonly string[]): Promise<void>;
  /** What its queries have asked the cluster about topics, where they do not ask by way of the host. */
  readonly topics$: Observable<TopicsAnswer>;
  /** Called when all its queries are closed. */
  close(): Promise<void>;
}
