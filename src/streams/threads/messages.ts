import type { FailureKind, StreamThreadExceptionResponse } from '../runtime/failures.ts';
import type { StoreQueryOptions } from '../runtime/queryable-stores.ts';
import type { RestoreProgress } from '../runtime/restorer.ts';
import type { StreamsAppOptions, StreamsCloseOptions } from '../runtime/streams-app-options.ts';
import type { StreamsMetrics, StreamsState } from '../runtime/streams-metrics.ts';
import type { ErrorRecord } from './error-record.ts';
import type { LogLine } from './thread-logger.ts';
import type { NamedTopology } from './thread-topology.ts';

/**
 * What the thread that an application is used from and one of its stream threads tell each other. Everything here is copied as a
 * structured clone; what one side posts, the other one hears in that order.
 */

/** Options of an application that can be copied, and are no matter of where it runs. */
export type CopiedOptions = Omit<
  StreamsAppOptions,
  'environment' | 'topology' | 'host' | 'logger' | 'onUncaught' | 'backPressure' | 'onFailure'
> & {
  readonly onFailure?: Partial<Record<FailureKind, 'fail' | 'continue'>>;
};

/** A store, and how it is asked. */
export interface AskedStore extends StoreQueryOptions {
  readonly method: 'keyValueStore' | 'windowStore';
  readonly name: string;
}

/** What a store is asked. */
export type StoreCall =
  | { readonly kind: 'get'; readonly store: AskedStore; readonly key: unknown }
  | {
      readonly kind: 'fetch';
      readonly store: AskedStore;
      readonly key: unknown;
      readonly range: { readonly fromMs: number; readonly toMs: number };
    }
  /** The next rows of a scan, which begins with the first call of its number. */
  | { readonly kind: 'nextPage'; readonly scan: number; readonly store: AskedStore };

/** What is answered, by {@link ThreadAnswers}. */
export type ThreadCall =
  /** Comes first. Answered when the application has started. */
  | {
      readonly kind: 'start';
      /** From 1. */
      readonly thread: number;
      readonly threads: number;
      readonly topology: NamedTopology;
      readonly options: CopiedOptions;
    }
  | { readonly kind: 'close'; readonly options: StreamsCloseOptions }
  | { readonly kind: 'metrics' }
  | StoreCall;

/** What a thread finds in its part of a store; undefined where it has no task of the store. */
export type Found<T> = { readonly found: T } | undefined;

export interface ThreadAnswers {
  readonly start: undefined;
  readonly close: undefined;
  readonly metrics: StreamsMetrics;
  readonly get: Found<unknown>;
  readonly fetch: Found<readonly unknown[]>;
  /** Undefined within: there are no more rows. */
  readonly nextPage: Found<readonly unknown[] | undefined>;
}

export type ToThread =
  | { readonly kind: 'call'; readonly id: number; readonly call: ThreadCall }
  /** What is done about the failure of this number. */
  | { readonly kind: 'respond'; readonly failure: number; readonly response: StreamThreadExceptionResponse }
  /** The processing loop is to fail with this. */
  | { readonly kind: 'fail'; readonly error: ErrorRecord }
  | { readonly kind: 'closeScan'; readonly scan: number };

export type FromThread =
  | { readonly kind: 'answer'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: ErrorRecord }
  | { readonly kind: 'state'; readonly state: StreamsState }
  /** The processing loop has failed; what is done about it is responded. */
  | { readonly kind: 'failed'; readonly failure: number; readonly error: ErrorRecord }
  | { readonly kind: 'restored'; readonly progress: RestoreProgress }
  /** The application has ended; comes last, but for the answer of its closing. */
  | { readonly kind: 'ended'; readonly metrics: StreamsMetrics }
  | LogLine;
