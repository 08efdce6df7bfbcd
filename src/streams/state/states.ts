import type { Header } from '../record.ts';
import type { RowPages } from './pages.ts';
import type { ValueAndTimestamp } from './store.ts';
import type { StoreHandle } from './store-handle.ts';
import type { ValueCopies } from './value-copies.ts';

/** What became of a write: the key's newest value, an older version, or too old to be kept. */
export type PutResult = 'latest' | 'not-latest' | 'rejected';

/** Called for each row when a cached store is flushed: what it is now, and what it was when it was last forwarded. */
export type FlushListener<K, V> = (flushed: {
  readonly key: K;
  readonly newValue: V | null;
  readonly oldValue: V | null;
  readonly timestamp: number;
  readonly headers: readonly Header[];
}) => void;

/** A table's store: one row per key, with versions of it where the table is versioned. */
export interface TableState<K, V> extends StoreHandle {
  readonly versioned: boolean;
  /** Updates are forwarded by the flush listener, not by the operator. */
  readonly cached: boolean;
  load(key: K): Promise<void> | undefined;
  prefetch(keyText: string): void;
  get(key: K): ValueAndTimestamp<V> | undefined;
  /** Like {@link TableState.get}, for an aggregation that keeps nothing of what it reads but what it writes. */
  peek(key: K): ValueAndTimestamp<V> | undefined;
  /** Returns the value of a row to be changed in place: what was forwarded or shown of the row stays as it is. */
  apart(key: K, value: V): V;
  readonly copies: ValueCopies<V>;
  getAsOf(key: K, timestamp: number): ValueAndTimestamp<V> | undefined;
  put(key: K, value: V | null, timestamp: number): PutResult;
  onFlush(listener: FlushListener<K, V>): void;
}

export interface WindowRow<K, V> {
  readonly key: K;
  readonly startMs: number;
  readonly value: V;
  readonly timestamp: number;
}

/** The store of a time-windowed table: one row per key and window start. */
export interface WindowState<K, V> extends StoreHandle {
  readonly cached: boolean;
  load(key: K, startMs: number): Promise<void> | undefined;
  prefetch(keyText: string, startMs: number): void;
  get(key: K, startMs: number): ValueAndTimestamp<V> | undefined;
  /** See {@link TableState.peek}. */
  peek(key: K, startMs: number): ValueAndTimestamp<V> | undefined;
  /** See {@link TableState.apart}. */
  apart(key: K, startMs: number, value: V): V;
  readonly copies: ValueCopies<V>;
  put(key: K, startMs: number, value: V | null, timestamp: number): void;
  /**
   * Rows whose window begins within `[fromMs, toMs]`, by start and then by key bytes, also those that have left the
   * retention and are still there. To be read before anything is written.
   */
  read(range: { readonly fromMs: number; readonly toMs: number }): RowPages<WindowRow<K, V>>;
  /** Keeps windows that begin at or after this time beyond the retention: their results are still to be emitted. */
  keepFrom(startMs: () => number): void;
  onFlush(listener: FlushListener<{ readonly key: K; readonly startMs: number }, V>): void;
}

export interface Session<V> {
  readonly startMs: number;
  readonly endMs: number;
  readonly value: V;
}

export interface SessionRow<K, V> extends Session<V> {
  readonly key: K;
}

/** The store of a session-windowed table: all sessions of a key together. */
export interface SessionState<K, V> extends StoreHandle {
  readonly copies: ValueCopies<V>;
  readonly cached: boolean;
  load(key: K): Promise<void> | undefined;
  prefetch(keyText: string): void;
  /** Sessions that end at or after `fromMs` and begin at or before `toMs`, in order. */
  find(key: K, range: { readonly fromMs: number; readonly toMs: number }): readonly Session<V>[];
  put(key: K, session: Session<V | null>): void;
  remove(key: K, span: { readonly startMs: number; readonly endMs: number }): void;
  /**
   * Sessions of all keys that end within `[fromMs, toMs]`, by end, start and key bytes, also those that have left the
   * retention and are still there.
   */
  readEnds(range: { readonly fromMs: number; readonly toMs: number }): RowPages<SessionRow<K, V>>;
  /** Keeps sessions that end at or after this time beyond the retention: their results are still to be emitted. */
  keepFrom(endMs: () => number): void;
  onFlush(
    listener: FlushListener<{ readonly key: K; readonly startMs: number; readonly endMs: number }, V>,
  ): void;
}

export interface JoinRow<V> {
  readonly timestamp: number;
  readonly value: V;
}

/** One side's records of a stream-stream join. */
export interface JoinState<K, V> extends StoreHandle {
  load(key: K, range: { readonly fromMs: number; readonly toMs: number }): Promise<void> | undefined;
  prefetch(keyText: string, range: { readonly fromMs: number; readonly toMs: number }): void;
  /** Records of `key` within `[fromMs, toMs]`, by time and then in the order they came. */
  fetch(key: K, range: { readonly fromMs: number; readonly toMs: number }): readonly JoinRow<V>[];
  /** Answers false for a record older than the retention, which is not kept. */
  put(key: K, value: V, timestamp: number): boolean;
}

export type JoinSide = 'left' | 'right';

export interface Unmatched<K> {
  readonly key: K;
  readonly timestamp: number;
  readonly side: JoinSide;
  readonly values: readonly unknown[];
}

/** Which of the unmatched records of a join. */
export type UnmatchedId<K> = Pick<Unmatched<K>, 'key' | 'timestamp' | 'side'>;

/** The unmatched records of a left or outer stream-stream join, by time, side (left after right) and key bytes. */
export interface OuterJoinState<K> extends StoreHandle {
  /** Entries may be on the disk only: they are to be loaded before they are added to or removed. */
  readonly hasSpilled: boolean;
  /** No entry has an earlier time; infinity when there is none. */
  readonly timeMin: number;
  /** Brings an entry into memory; undefined where it is there, or nowhere. */
  load(entry: UnmatchedId<K>): Promise<void> | undefined;
  add(entry: UnmatchedId<K>, value: unknown): void;
  remove(entry: UnmatchedId<K>): void;
  /** Brings the first entries of both sides into memory, with others behind them; undefined where they are there. */
  loadFirst(): Promise<void> | undefined;
  /** The first entry of a side, which was loaded. */
  first(side: JoinSide): Unmatched<K> | undefined;
  /**
   * The time of the entry behind the first ones of both sides, or, where none is behind them or a side has none, of the last
   * entry; undefined where there is none.
   */
  timeBehindFirsts(): number | undefined | Promise<number | undefined>;
}

export interface Buffered<K, V> {
  readonly key: K;
  readonly value: V;
  /** The time that the buffer is ordered by. */
  readonly time: number;
  readonly timestamp: number;
  readonly headers: readonly Header[];
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Records that wait, ordered by a time and then by key bytes. */
export interface BufferState<K, V> extends StoreHandle {
  readonly recordCount: number;
  readonly sizeBytes: number;
  /**
   * No entry has an earlier time; infinity when it is empty. After {@link BufferState.loadFirst} it is that of the first entry, before it
   * may be that of one that is gone.
   */
  readonly timeMin: number;
  /** Brings the entry of a key into memory, where keys are unique; undefined where it is there, or nowhere. */
  load(key: K): Promise<void> | undefined;
  /** The entry of a key that was loaded. */
  get(key: K): Buffered<K, V> | undefined;
  /** Adds an entry; one with the same key and time is replaced. */
  put(entry: Buffered<K, V>): void;
  /** Brings the first entry into memory, with others behind it; undefined where it is there. */
  loadFirst(): Promise<void> | undefined;
  /** Removes and answers the first entry, which was loaded. */
  take(): Buffered<K, V> | undefined;
}

export interface Subscription<KO, K> {
  readonly foreignKey: KO;
  readonly primaryKey: K;
  readonly hash: Buffer | null;
  readonly primaryPartition: number;
  readonly timestamp: number;
}

/** Who is interested in which row of the other table of a foreign-key join. */
export interface SubscriptionState<KO, K> extends StoreHandle {
  put(subscription: Subscription<KO, K>): void;
  remove(subscription: { readonly foreignKey: KO; readonly primaryKey: K }): void;
  /** All subscriptions of a foreign key, by the bytes of the primary key. To be read before anything is written. */
  subscribers(foreignKey: KO): RowPages<Subscription<KO, K>>;
}
