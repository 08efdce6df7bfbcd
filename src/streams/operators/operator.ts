import type { Cancellable, PunctuationType, Punctuator } from '../processor.ts';
import type { RecordContext, StreamRecord } from '../record.ts';
import type { StoreHandle } from '../state/store-handle.ts';

/** One number that a processor wants to find again after a restart; it may only grow. -1 while there is none. */
export interface ProcessorMetadataEntry {
  value: number;
}

/**
 * A stream time of its own: of one operator, or of several that share it. It is committed with the offsets, so that what was
 * late stays late over a restart.
 */
export interface StreamClock {
  /** The highest time that it has observed, -1 before the first. */
  readonly nowMs: number;
  /** Moves it on, never back; returns the time that it shows then. */
  observe(timestamp: number): number;
}

/** An operator that does something when time has passed. Only asked where sources may be idle (`idle.source.ms`). */
export interface TimedOperator {
  /** The stream time at which something is to be done next; Infinity while nothing waits for it. */
  dueMs(): number;
  /** Called when stream time has moved on to there, or beyond, without a record. */
  onTime(timeMs: number): void | Promise<void>;
  /** Whether what it tells then is told as final: the windows above it that it told must not change any more. */
  readonly tellsFinal?: boolean;
}

/** An operator with windows, some of which may have been told as final further down, before its own time got there. */
export interface WindowCloser {
  /** From now on, what comes for a window that stream time `timeMs` closes is late. */
  closeWindows(timeMs: number): void;
}

/**
 * The contract of every node with state. The executor calls `load` (where there is one), waits if it answers a
 * promise, and then calls `process`; nothing else runs on the task in between. `process` forwards through its
 * {@link OperatorContext}; what it forwards runs at once, so stores are written before.
 */
export interface Operator<K = unknown, V = unknown> extends Partial<TimedOperator & WindowCloser> {
  /**
   * Asks the operator's stores for what a record with this key and time will need. Called for a whole batch before it
   * runs, with the bytes of the source's key, as a text of latin1, where they still are those of the record here.
   */
  prefetch?(keyText: string, timestamp: number): void;
  /**
   * Brings into memory what `process` will read. It answers undefined when everything is there, which is the common
   * case, since the keys of a whole batch are fetched before its first record runs.
   */
  load?(record: StreamRecord<K, V>): Promise<void> | undefined;
  /** Answers a promise where it has to wait: a processor of the user's, or windows that close and must be scanned for. */
  process(record: StreamRecord<K, V>): void | Promise<void>;
  close?(): void;
}

/** Why a record was dropped; the names of the counters in the metrics. */
export type DropReason =
  | 'null-key'
  | 'null-value'
  | 'null-join-key'
  | 'stale-response'
  | 'expired-window'
  | 'expired-store'
  | 'invalid-timestamp'
  | 'deserialization'
  | 'processing'
  | 'production';

/** What an operator gets from the task that it lives in. */
export interface OperatorContext<KOut = unknown, VOut = unknown> {
  readonly nodeName: string;
  readonly applicationId: string;
  readonly taskId: string;
  /** The origin of the record in flight. */
  readonly record: RecordContext;
  /** Runs a record through all children, and throws what they throw. */
  forward(record: StreamRecord<KOut, VOut>): void;
  /** Forwards to the child at `index` in the order of the topology. */
  forwardTo(index: number, record: StreamRecord<KOut, VOut>): void;
  /** Where a child has to wait: the end of all that was forwarded. The task waits for it, an operator need not. */
  unfinished(): Promise<void> | undefined;
  childIndex(name: string): number;
  store<S extends StoreHandle>(name: string): S;
  /** An object that several operators of one task share, made by the first that asks. */
  shared<T>(name: string, create: () => T): T;
  /** The clock of that name, the same one for all who ask; see {@link StreamClock}. */
  clock(name: string): StreamClock;
  /** A number that is committed with the offsets and restored with them; changed by writing its `value`. */
  processorMetadata(key: string): ProcessorMetadataEntry;
  dropped(reason: DropReason): void;
  schedule(options: {
    readonly intervalMs: number;
    readonly type: PunctuationType;
    readonly callback: Punctuator;
  }): Cancellable;
  requestCommit(): void;
  streamTimeMs(): number;
  wallClockMs(): number;
  /** A setting of the application, under the name that Kafka Streams or ksqlDB gives it. */
  config(name: string): string | number | boolean | undefined;
}
