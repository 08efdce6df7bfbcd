import { NO_HEADERS, type Header } from '../record.ts';
import type { IsolationLevel } from '../../client/types.ts';
import type { CacheBudget } from './cache-budget.ts';
import type { StoreEngine, WriteBatch } from './engine.ts';
import type { RowBlock } from './row-block.ts';
import type { StoreHandle } from './store-handle.ts';

/** A record of a store's changelog. */
export interface ChangelogRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: readonly Header[];
}

/** A record of a store's changelog as it lies among others; a reader of a batch is one, from record to record. */
export interface ChangelogBytes {
  readonly bytes: Buffer;
  readonly keyStart: number;
  readonly keyLength: number;
  readonly valueStart: number;
  /** -1: the key is deleted. */
  readonly valueLength: number;
  readonly timestamp: number;
}

/** A record that lies by itself, as {@link ChangelogBytes}. */
export function changelogBytes({ key, value, timestamp }: ChangelogRecord): ChangelogBytes {
  const bytes = value === null ? key : Buffer.concat([key, value]);
  const valueLength = value === null ? -1 : value.length;
  return { bytes, keyStart: 0, keyLength: key.length, valueStart: key.length, valueLength, timestamp };
}

/** What a {@link RecordContext} says, to be kept. */
export interface RecordOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly headers: readonly Header[];
}

export const NO_ORIGIN: RecordOrigin = Object.freeze({
  topic: '',
  partition: -1,
  offset: -1,
  headers: NO_HEADERS,
});

/** Changes that a cached store has held back, the oldest first. */
export interface PendingChanges {
  readonly count: number;
  forward(index: number): void;
}

/** A value that a store was given, and that its serde cannot write. */
export interface UnwritableValue {
  readonly key: unknown;
  readonly value: unknown;
  readonly timestamp: number;
  /** Where the record came from that put it there; {@link NO_ORIGIN} where that is not kept. */
  readonly origin: RecordOrigin;
  readonly error: unknown;
}

export type ChangeLog = (record: ChangelogRecord) => void;

/** What a store needs from the task that it lives in. */
export interface StoreEnvironment {
  readonly engine: StoreEngine;
  /** Begins all keys of the store in the engine. */
  readonly prefix: string;
  readonly budget: CacheBudget;
  /** The topic that the store's serdes are told. */
  readonly changelogTopic: string;
  /** Where the record in flight came from, which a cached change is forwarded with. */
  readonly origin: () => RecordOrigin;
  /** Makes an origin that of the record in flight again, before a cached change is forwarded. */
  readonly resume: (origin: RecordOrigin) => void;
  /** The time of the record in flight. */
  readonly timestamp: () => number;
  /**
   * The highest time of what the store was given, -1 before: what has expired by it is late. It is committed with the offsets,
   * and found again in the changelog.
   */
  readonly storeTime: { value: number };
  /**
   * Windows that have left the retention are not shown to the operator that has still to tell them: so Kafka Streams without
   * a cache loses final results.
   */
  readonly hidesExpired: boolean;
  /** What interactive queries see: what is committed, or all that was written. */
  readonly queryIsolation: IsolationLevel;
}

/** Restores records of a changelog as rows, past the memory, where nothing is uncommitted meanwhile. */
export interface DirectRestore {
  /** Rows of the store, about so many. */
  block(capacity: number): RowBlock;
  /** Adds the row of a record. Checks its format. @throws {OperationalError} `STATE_FORMAT_UNKNOWN`. */
  add(rows: RowBlock, record: ChangelogBytes): void;
  /** The rows are written: what a query has read before is forgotten. */
  written(rows: RowBlock): void;
}

/** A store as the task runs it: prefetch, flush, commit, restore. The order of a commit is told at {@link CommitProtocol}. */
export interface ManagedStore extends StoreHandle {
  /** Reads into memory what the store always keeps there. */
  open(): void | Promise<void>;
  /** Fetches what was asked for by prefetches; undefined when there is nothing to fetch. */
  loadPrefetched(): Promise<void> | undefined;
  /** Hands over the changes that it has held back; they are forwarded one by one. Of stores that hold any back. */
  takePending?(): PendingChanges;
  /**
   * Tells of each change since the last commit that cannot be written, and then makes its row what it was at that commit; a promise
   * where rows have to be read for that. What `onFound` throws ends it. Of stores that can.
   */
  takeBackUnwritable?(onFound: (value: UnwritableValue) => void): void | Promise<void>;
  /** Hands out the changelog records of all changes since the last commit. */
  logChanges(log: ChangeLog): void;
  writeTo(batch: WriteBatch): void;
  committed(): void;
  evict(): void;
  /** Deletes what has fallen out of the retention; called between commits. */
  expire(): void | Promise<void>;
  /**
   * Checks the format of a changelog record, and asks for what {@link ManagedStore.restore} will have to read. Called for all
   * records of a batch before the first one is applied. @throws {OperationalError} `STATE_FORMAT_UNKNOWN`.
   */
  prefetchForRestore(record: ChangelogRecord): void;
  /** Applies a record of the changelog, as a change that is not logged again. */
  restore(record: ChangelogRecord): void;
  /**
   * How records are restored past the memory. Of stores whose rows are one changelog record each, which need not be read to be
   * kept.
   */
  readonly direct?: DirectRestore;
  close(): void;
}
