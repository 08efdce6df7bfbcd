import type { SqlType } from '../../../serde/model/sql-type.ts';
import type { RegisteredSchema, SchemaText } from '../../../serde/schemas/registered-schema.ts';
import type { SessionProperties } from '../../analysis/session.ts';
import type {
  PartPlace,
  PushOptions,
  QueryError,
  QueryState,
  QueryStatistics,
  TimeRange,
} from '../../host/host.ts';
import type { QueryPlan } from '../../physical/steps.ts';
import type { KafkaHostOptions } from '../app-options.ts';
import type { QueryMove } from '../moved-queries.ts';
import type { TopicsAnswer } from '../query-runtime.ts';
import type { StoreQueryOptions } from '../../../streams/runtime/queryable-stores.ts';
import type { StoreLags, StreamsMetadata } from '../../../streams/runtime/state-locations.ts';
import type { ErrorRecord } from '../../../streams/threads/error-record.ts';
import type { FromService, ToService } from '../../../streams/threads/service-messages.ts';
import type { Turn } from '../../../streams/threads/thread-watch.ts';
import type { SentPushRecord, SentRow, SentTableRow, SentKeyBounds } from './sent-rows.ts';

/**
 * What the thread that statements come to and a stream thread tell each other. Queries, push queries, scans and calls have
 * numbers, which the one gives that the statements come to. Everything here is copied as a structured clone: plain data, bytes,
 * maps. The order of what one side posts is the order in which the other one hears it.
 */

/** Settings of the host but for what a thread has of its own. */
type ThreadOptions = Omit<KafkaHostOptions, 'environment' | 'logger' | 'registry'>;

/** A query with as much of its session and of the catalog as running it takes. */
export interface SentQuery {
  readonly plan: QueryPlan;
  readonly properties: SessionProperties;
  /** Custom types by name, which plans of older versions name. */
  readonly types: ReadonlyMap<string, SqlType>;
}

/** What a stream thread asks of the schema registry. */
export interface RegistryQuestion {
  readonly kind: 'registryAsked';
  readonly question: number;
  readonly of:
    | { readonly method: 'byId'; readonly id: number }
    | { readonly method: 'register'; readonly subject: string; readonly schema: SchemaText };
}

export interface RegistryAnswer {
  readonly kind: 'registryAnswered';
  readonly question: number;
  readonly schema: RegisteredSchema | undefined;
  readonly error?: { readonly code: number; readonly message: string; readonly retriable: boolean };
}

/** What is not answered. */
export type ThreadCommand =
  /** Comes first. */
  | {
      readonly kind: 'open';
      readonly options: ThreadOptions;
      /** Seen by both threads: see `ThreadWatch`. */
      readonly turn: Turn;
    }
  | { readonly kind: 'makeQuery'; readonly query: number; readonly sent: SentQuery; readonly change: number }
  /** Changes of a query are counted: what the thread tells of its state says which one it knew of. */
  | { readonly kind: 'pauseQuery' | 'resumeQuery'; readonly query: number; readonly change: number }
  | {
      readonly kind: 'openScan';
      readonly query: number;
      readonly scan: number;
      readonly keys: readonly SentKeyBounds[] | undefined;
      readonly options: StoreQueryOptions | undefined;
    }
  | { readonly kind: 'closeScan'; readonly scan: number }
  /** Somebody listens to a push query: it begins to run. */
  | { readonly kind: 'readPush'; readonly push: number }
  /** So many of its rows are not waiting any more: as many others may come. */
  | { readonly kind: 'takeRows'; readonly push: number; readonly rows: number }
  | RegistryAnswer;

/** A key whose rows are asked for. */
export interface SentLookup {
  readonly key: SentRow;
  readonly range: TimeRange;
  readonly options: StoreQueryOptions | undefined;
}

/** The rows of a key, or what keeps them from being read. */
export type FoundRows = { readonly rows: readonly SentTableRow[] } | { readonly error: ErrorRecord };

/** What is answered, by {@link ThreadAnswers}. */
export type ThreadCall =
  | { readonly kind: 'startQuery'; readonly query: number }
  | { readonly kind: 'closeQuery'; readonly query: number; readonly cleanUp: boolean }
  | { readonly kind: 'statistics' | 'clients' | 'lags'; readonly query: number }
  | { readonly kind: 'get'; readonly query: number; readonly lookups: readonly SentLookup[] }
  | { readonly kind: 'places'; readonly query: number; readonly key?: SentRow }
  | { readonly kind: 'nextPage'; readonly scan: number }
  | {
      readonly kind: 'startPush';
      readonly push: number;
      readonly sent: SentQuery;
      readonly options: PushOptions;
    }
  | { readonly kind: 'closePush'; readonly push: number }
  | { readonly kind: 'removeLeftovers'; readonly endedQueries: readonly string[] }
  /** Comes before any query of any thread has started: see `MovedQueries`. */
  | {
      readonly kind: 'moveQueries';
      readonly moves: readonly QueryMove[];
      readonly emptied: readonly string[];
    };

export interface ThreadAnswers {
  readonly startQuery: undefined;
  readonly closeQuery: undefined;
  readonly statistics: QueryStatistics;
  readonly clients: readonly StreamsMetadata[];
  readonly lags: StoreLags;
  readonly get: readonly FoundRows[];
  readonly places: readonly PartPlace[];
  /** Undefined after the last page. */
  readonly nextPage: readonly SentTableRow[] | undefined;
  /** By what the query is continued where it begins. */
  readonly startPush: { readonly token: string | undefined };
  readonly closePush: undefined;
  readonly removeLeftovers: undefined;
  readonly moveQueries: undefined;
}

export type ToThread = ToService<ThreadCommand, ThreadCall>;

/** Results of a push query in their order. */
export interface SentBatch {
  readonly records: readonly SentPushRecord[];
  /** Places after the last result of a record of the sources; what comes after the last place has not come to its end. */
  readonly ends: readonly number[];
}

/** What a thread tells of its own accord. */
export type ThreadEvent =
  /** `hasTable` is false where the plan keeps a table, and the query cannot be made. */
  | {
      readonly kind: 'queryMade';
      readonly query: number;
      readonly topology: string;
      readonly hasTable: boolean;
      readonly errors: readonly QueryError[];
    }
  /** `change` is the last one that the thread had been told of. */
  | {
      readonly kind: 'queryState';
      readonly query: number;
      readonly state: QueryState;
      readonly change: number;
    }
  | { readonly kind: 'queryErrors'; readonly query: number; readonly errors: readonly QueryError[] }
  | ({ readonly kind: 'topics' } & TopicsAnswer)
  | RegistryQuestion
  | { readonly kind: 'pushRows'; readonly push: number; readonly batch: SentBatch }
  | { readonly kind: 'pushEnded'; readonly push: number; readonly error?: ErrorRecord };

export type FromThread = FromService<ThreadEvent>;
