import type { Observable } from 'rxjs';
import type { Row } from '../../serde/model/sql-value.ts';
import type { SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';
import type { AnalysisContext, TopicFacts } from '../analysis/session.ts';
import type { StoreQueryOptions } from '../../streams/runtime/queryable-stores.ts';
import type { StoreLags, StreamsMetadata } from '../../streams/runtime/state-locations.ts';
import type { TaskStatus } from '../../streams/runtime/streams-metrics.ts';
import type { TaskInput } from '../../streams/runtime/task-inputs.ts';
import type { ThreadCounts } from '../../streams/runtime/thread-metrics.ts';
import type { QueryPlan } from '../physical/steps.ts';
import type { TopicRequest } from '../physical/topic-request.ts';

/** What a statement needs of the cluster: a topic to be made, a query to be run. */
export interface ClusterNeeds {
  readonly topic?: TopicRequest;
  readonly query?: QueryPlan;
}

/** Topics as statements that are still to run will leave them: null for those that they delete. */
export type TopicChanges = ReadonlyMap<string, TopicFacts | null>;

/**
 * What the engine needs of the world outside: topics, and somewhere to run queries. `src/sql/runtime/` has the one that
 * works on a Kafka cluster; the conformance runner has one over the test driver.
 */
export interface SqlHost {
  /** Where schemas are registered. */
  readonly registry: SchemaRegistryClient;
  /**
   * Facts about those of the topics that exist. With `orKnown`, what was last known of them where the cluster does not
   * answer at once.
   */
  describeTopics(
    names: readonly string[],
    options?: { readonly orKnown?: boolean },
  ): Promise<ReadonlyMap<string, TopicFacts>>;
  /** Names of all topics, for SHOW TOPICS. */
  listTopics(): Promise<ReadonlyMap<string, TopicFacts>>;
  /**
   * Tries what a plan needs without doing it, before it is recorded.
   * @param context with the catalog as it will be.
   * @param changes what was checked before, and has not been done yet, makes of the topics.
   * @throws {DiagnosticError} for what cannot be done; {OperationalError} where the cluster does not say.
   */
  check(needs: ClusterNeeds, context: AnalysisContext, changes?: TopicChanges): Promise<void>;
  /** Makes a topic; no error where it exists. @returns whether it was made now. */
  createTopic(request: TopicRequest): Promise<boolean>;
  /**
   * Deletes a topic; no error where there is none.
   * @returns whether it was deleted now: of the servers that carry a statement out one finds it.
   * @param options.topicId the topic that is meant: one of the same name that has come in its place stays.
   */
  deleteTopic(name: string, options?: { readonly topicId?: string | undefined }): Promise<boolean>;
  /** Writes a record and waits until it is acknowledged. */
  produce(record: ProducedRecord): Promise<void>;
  /**
   * Takes up a query that writes a topic or keeps a table, and that was recorded; it is to be started. Never throws: a
   * query that cannot be made is in ERROR.
   */
  newQuery(plan: QueryPlan, context: AnalysisContext): RunningQuery;
  /** Starts a query whose results go to the caller, from the earliest or latest records as the session says. */
  startPush(plan: QueryPlan, context: AnalysisContext, options: PushOptions): Promise<PushRun>;
}

interface StartOptions {
  /** The server starts: the attempt is not waited for, so that no query keeps the others from starting. */
  readonly isRestored: boolean;
}

export interface PushOptions {
  /** Reads the topics from their beginnings to where they end now, and completes. */
  readonly untilEnd?: boolean;
  /** Where a query goes on whose plan is shared; absent: from now on. */
  readonly continues?: ContinuationPoint | undefined;
}

/** Where a push query goes on: the topic that it reads, and the offset of the next record of each partition. */
export interface ContinuationPoint {
  readonly topic: string;
  /** Tells the topic from another one that has come in its place; absent where the cluster gives none. */
  readonly topicId?: string | undefined;
  readonly offsets: readonly number[];
}

export interface ProducedRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Milliseconds since the epoch; absent: now. */
  readonly timestamp?: number;
  readonly partition?: number;
}

export type QueryState = 'CREATED' | 'RUNNING' | 'REBALANCING' | 'PAUSED' | 'ERROR' | 'CLOSED';

/** Whose error it is, by the names of ksqlDB. */
export type QueryErrorKind = 'USER' | 'SYSTEM' | 'UNKNOWN';

/** Something that went wrong in a query. */
export interface QueryError {
  readonly timestampMs: number;
  readonly message: string;
  readonly kind: QueryErrorKind;
}

/** How far a query has got in a partition that it reads: where its task is, or what was last committed. */
export interface QueryInput extends TaskInput {
  readonly taskId: string;
}

/** What a persistent query has done since this process runs it. */
export interface QueryStatistics {
  /** Its consumer group, which is also what its internal topics begin with. */
  readonly groupId: string;
  /** Rows that it has read from its sources and processed. */
  readonly rowsIn: number;
  /** Rows that it has written to its result. */
  readonly rowsOut: number;
  /** Means over the last half minute. */
  readonly rowsInPerSecond: number;
  readonly rowsOutPerSecond: number;
  /** Rows that it passed over: they could not be read, had no time, came too late, or were refused by the broker. */
  readonly rowsDropped: number;
  /** The same by reason, in the words of the metrics. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Errors that stopped it, or that a row met which went on without what failed. */
  readonly errors: number;
  /** How often it was started again after a failure. */
  readonly restarts: number;
  /** When rows last came, in milliseconds since the epoch; undefined before the first. */
  readonly lastRowMs: number | undefined;
  /** All partitions that it reads, on whatever server: those that the cluster could not be asked for are left out. */
  readonly inputs: readonly QueryInput[];
  /** The sum over its inputs; undefined while that of one is not known. */
  readonly lag: number | undefined;
  /** Bytes of its state on disk; undefined while it does not run, and where RocksDB cannot say. */
  readonly stateBytes: number | undefined;
  /** By task id: those that run in this process. */
  readonly tasks: Readonly<Record<string, TaskStatus>>;
  readonly threads: readonly ThreadCounts[];
}

/** A persistent query while it runs. */
export interface RunningQuery {
  readonly plan: QueryPlan;
  readonly state$: Observable<QueryState>;
  state(): QueryState;
  /** What keeps it from going on though it has not failed, and what to do about it; undefined while nothing does. */
  readonly standstill?: string | undefined;
  /**
   * Never rejects: a query that does not start, or fails later, is in ERROR and is started again. Resolves when the first
   * attempt is over, or when the query was closed.
   */
  start(options?: StartOptions): Promise<void>;
  /** Errors that stopped it or that it skipped a record for, newest last; a bounded list. */
  errors(): readonly QueryError[];
  statistics(): Promise<QueryStatistics>;
  pause(): void;
  resume(): void;
  /** What it is made of, as Kafka Streams prints a topology. */
  describeTopology(): string;
  /** Who has what of its state, on all servers of the service that tell where they can be asked. */
  clients(): Promise<readonly StreamsMetadata[]>;
  /** How far the state that this server has is behind its changelogs; nothing where its thread does not answer. */
  lags(): Promise<StoreLags>;
  /** Reads the table that the query keeps, for pull queries; undefined where it keeps none. */
  readonly table: MaterializedTable | undefined;
  /** Stops it; `cleanUp` also removes its internal topics and its state. */
  close(options?: { readonly cleanUp: boolean }): Promise<void>;
}

export interface MaterializedRow {
  readonly key: Row;
  readonly value: Row;
  readonly window?: { readonly startMs: number; readonly endMs: number };
  /** Time of the row's last change. */
  readonly timestamp: number;
}

/** Bounds of each column of a key, both ends included; null where there is none. */
export interface KeyBounds {
  readonly from: Row;
  readonly to: Row;
}

/** Which servers have a partition of a table, by their names (`host:port`). */
export interface PartPlace {
  readonly partition: number;
  /** The one that runs its task; undefined while nobody does that tells where it is. */
  readonly active: string | undefined;
  readonly standbys: readonly string[];
}

/** The rows of a query's result, as they are now. */
export interface MaterializedTable {
  readonly isWindowed: boolean;
  /** Name of the store that its rows are in. */
  readonly store: string;
  /**
   * The row of a key; of a windowed table those whose window begins in the range.
   * @throws {OperationalError} `STORE_NOT_AVAILABLE` where this server does not have all partitions that the key may be in.
   */
  get(key: Row, range: TimeRange, options?: StoreQueryOptions): Promise<readonly MaterializedRow[]>;
  /**
   * All rows, some at a time; other work of the process has its turn in between. With bounds of keys, rows that are within none of them
   * may be left out. Throws as {@link MaterializedTable.get}.
   */
  scan(keys?: readonly KeyBounds[], options?: StoreQueryOptions): AsyncIterable<readonly MaterializedRow[]>;
  /**
   * Who has the partitions that the row of a key may be in, or all of them; nothing where servers do not tell where they can be asked.
   * A key whose bytes hold the id of a registered schema may be in any: who wrote it decided.
   */
  places(key?: Row): Promise<readonly PartPlace[]>;
}

/** Bounds of window starts and ends, inclusive, in milliseconds. */
export interface TimeRange {
  readonly startMin: number;
  readonly startMax: number;
  readonly endMin: number;
  readonly endMax: number;
}

/** A result of a push query: the row of the last projection, null for a deletion. */
export interface PushRecord {
  /** Of a deletion; rows hold the columns of their key that were asked for. */
  readonly key: Row | null;
  readonly row: Row | null;
  /** Of a deletion from a windowed table. */
  readonly window?: { readonly startMs: number; readonly endMs: number };
  /** By which the query is continued behind this result, and all before it. */
  readonly token?: string;
}

export interface PushRun {
  /** By which the query is continued where it begins; absent where it has no tokens. */
  readonly token?: string | undefined;
  /** Errors when the query fails; completes when it has read to the end, where it was asked to. */
  readonly records$: Observable<PushRecord>;
  /** Holds up the processing before its next record, and lets it go on. */
  pause(): void;
  resume(): void;
  /** Releases all that the query has: its group, topics and state. At any time, also before it has started. */
  close(): Promise<void>;
}
