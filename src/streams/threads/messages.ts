import type { FailureKind, StreamThreadExceptionResponse } from '../runtime/failures.ts';
import type { StoreQueryOptions } from '../runtime/queryable-stores.ts';
import type { RestoreProgress } from '../runtime/restorer.ts';
import type { StateLocations, StoreLags } from '../runtime/state-locations.ts';
import type { StreamsAppOptions, StreamsCloseOptions } from '../runtime/streams-app-options.ts';
import type { StreamsHostOptions } from '../runtime/streams-host.ts';
import type { StreamsMetrics, StreamsState } from '../runtime/streams-metrics.ts';
import type { WindowScan } from '../state/store.ts';
import type { CopiedRange } from './copied-range.ts';
import type { ErrorRecord } from './error-record.ts';
import type { FromService, ToService } from './service-messages.ts';
import type { LogLine } from './thread-logger.ts';
import type { NamedTopology } from './thread-topology.ts';
import type { Turn } from './thread-watch.ts';

/**
 * What the thread that applications are used from and one of their stream threads tell each other. Applications have numbers, which the
 * former gives.
 */

/** Options of an application that can be copied, and are no matter of where it runs. */
export type CopiedOptions = Omit<
  StreamsAppOptions,
  'environment' | 'topology' | 'host' | 'logger' | 'onUncaught' | 'backPressure' | 'onFailure'
> & {
  readonly onFailure?: Partial<Record<FailureKind, 'fail' | 'continue'>>;
};

/** What the applications of a thread share. */
export type SharedOptions = Omit<StreamsHostOptions, 'environment' | 'logger'>;

/** What is not answered. */
export type ThreadCommand =
  /** Comes first. */
  | {
      readonly kind: 'open';
      /** Undefined: each application has all for itself. */
      readonly shared: SharedOptions | undefined;
      /** Seen by both threads: see `ThreadWatch`. */
      readonly turn: Turn;
    }
  /** What is done about the failure of this number. */
  | { readonly kind: 'respond'; readonly failure: number; readonly response: StreamThreadExceptionResponse }
  /** The processing loop is to fail with this. */
  | { readonly kind: 'fail'; readonly app: number; readonly error: ErrorRecord }
  | { readonly kind: 'closeScan'; readonly app: number; readonly scan: number }
  /** See `StreamsApp.pause`. */
  | { readonly kind: 'setPaused'; readonly app: number; readonly isPaused: boolean }
  /** All threads of the application have been given tasks, the last of them in this generation of its group. */
  | { readonly kind: 'companions'; readonly app: number; readonly generationId: number };

/** A store, and how it is asked. */
export interface AskedStore extends StoreQueryOptions {
  readonly method: 'keyValueStore' | 'windowStore';
  readonly name: string;
}

/** What a store is asked. */
export type StoreCall =
  | { readonly kind: 'get'; readonly store: AskedStore; readonly key: unknown }
  | { readonly kind: 'count'; readonly store: AskedStore }
  | {
      readonly kind: 'fetch';
      readonly store: AskedStore;
      readonly key: unknown;
      readonly range: { readonly fromMs: number; readonly toMs: number };
    }
  | PageCall;

/** The next rows of a scan, which begins with the first call of its number. */
export interface PageCall {
  readonly kind: 'nextPage';
  readonly scan: number;
  readonly store: AskedStore;
  /** Of a key-value store; absent: all rows. */
  readonly range?: CopiedRange | undefined;
  /** Of a window store; absent: all windows. */
  readonly windows?: WindowScan | undefined;
}

/** What an application is asked. */
type AppCall =
  | {
      /** Answered when the application has started. */
      readonly kind: 'startApp';
      /** From 1. */
      readonly thread: number;
      /** How many the application has. */
      readonly threads: number;
      /** Names the process, in one life of it. */
      readonly instance: string;
      readonly topology: NamedTopology;
      readonly options: CopiedOptions;
      readonly isPaused: boolean;
    }
  | { readonly kind: 'closeApp'; readonly options: StreamsCloseOptions }
  | { readonly kind: 'metrics' | 'locations' | 'lags' }
  | StoreCall;

/** What is answered, by {@link ThreadAnswers}. */
export type ThreadCall = AppCall & { readonly app: number };
export type StartCall = Extract<ThreadCall, { readonly kind: 'startApp' }>;

/** What a thread finds of a store. */
export interface Found<T> {
  /** The generation of the group that it has its tasks of. */
  readonly generationId: number;
  /** Undefined where it has no task of the store. */
  readonly part: { readonly found: T } | undefined;
}

/** Who has what, and in which generation of the group the thread was told. */
export interface ToldLocations {
  readonly generationId: number;
  readonly locations: StateLocations;
}

export interface ThreadAnswers {
  readonly startApp: undefined;
  readonly closeApp: undefined;
  readonly metrics: StreamsMetrics;
  readonly locations: ToldLocations;
  readonly lags: StoreLags;
  readonly get: Found<unknown>;
  readonly count: Found<number>;
  readonly fetch: Found<readonly unknown[]>;
  /** Undefined within: there are no more rows. */
  readonly nextPage: Found<readonly unknown[] | undefined>;
}

/** What a thread tells of an application of its own accord. */
export type AppEvent =
  | { readonly kind: 'state'; readonly state: StreamsState }
  /** The processing loop has failed; what is done about it is responded. */
  | { readonly kind: 'failed'; readonly failure: number; readonly error: ErrorRecord }
  | { readonly kind: 'restored'; readonly progress: RestoreProgress }
  /** The group has given it tasks, or left it those that it has. */
  | { readonly kind: 'assigned'; readonly generationId: number }
  /** The application has ended; comes last, but for the answers to its start and its closing. */
  | { readonly kind: 'ended'; readonly metrics: StreamsMetrics }
  | { readonly kind: 'line'; readonly line: LogLine };

export type ThreadEvent = AppEvent & { readonly app: number };

export type ToThread = ToService<ThreadCommand, ThreadCall>;
export type FromThread = FromService<ThreadEvent>;
