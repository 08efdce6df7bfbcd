import type { Header, RecordContext, StreamRecord } from './record.ts';
import type { KeyValueStoreDefinition } from './state/store-definition.ts';
import type { KeyValueStore } from './state/store.ts';

/**
 * Runs when time has passed; `timestamp` is the stream time or the wall-clock time now, by the schedule's type. It may answer
 * a promise, which is waited for before anything else happens on the task.
 */
export type Punctuator = (timestamp: number) => void | Promise<void>;

export type PunctuationType = 'stream-time' | 'wall-clock-time';

export interface Cancellable {
  cancel(): void;
}

/** What a processor may do besides receiving records. */
export interface ProcessorContext<KOut, VOut> {
  readonly applicationId: string;
  /** `subtopology_partition`. */
  readonly taskId: string;
  /**
   * Runs a record through all children, or the one named, before it returns: they see stores as they are now, and what
   * they throw is thrown here. Answers a promise when one of them has to wait; the task waits for it, whether or not the
   * processor does.
   */
  forward(record: StreamRecord<KOut, VOut>, childName?: string): void | Promise<void>;
  /** Where the record in flight came from; undefined in punctuators. */
  recordMetadata(): RecordContext | undefined;
  /** A connected store, as it was added to the builder: with the types of its keys and values. */
  getStateStore<K, V>(store: KeyValueStoreDefinition<K, V>): KeyValueStore<K, V>;
  /** A connected store, by its name alone, which says nothing of its types. */
  getStateStore(name: string): KeyValueStore<unknown, unknown>;
  schedule(options: {
    readonly intervalMs: number;
    readonly type: PunctuationType;
    readonly callback: Punctuator;
  }): Cancellable;
  /** Asks for a commit as soon as possible. */
  commit(): void;
  currentStreamTimeMs(): number;
  currentSystemTimeMs(): number;
}

/**
 * A user's processor. `process` may answer a promise, for which the task waits before it takes the next record; it
 * should do so only when it must, since a promise per record is slow. `init` and `close` are over when they return: one
 * that is async is refused.
 */
export interface Processor<KIn, VIn, KOut, VOut> {
  init?(context: ProcessorContext<KOut, VOut>): void;
  process(record: StreamRecord<KIn, VIn>): void | Promise<void>;
  close?(): void;
}

/** Makes one processor per task. */
export type ProcessorSupplier<KIn, VIn, KOut, VOut> = () => Processor<KIn, VIn, KOut, VOut>;

/** A record whose key stays: only those that a processor was given, and what it makes of them, are such records. */
export interface FixedKeyRecord<K, V> extends StreamRecord<K, V> {
  /** Never there: tells the type apart from one that anybody can make, with any key. */
  readonly fixedKey: never;
  withValue<V2>(value: V2): FixedKeyRecord<K, V2>;
  withTimestamp(timestamp: number): FixedKeyRecord<K, V>;
  withHeaders(headers: readonly Header[]): FixedKeyRecord<K, V>;
}

/** Like {@link ProcessorContext}, where keys stay. */
export interface FixedKeyProcessorContext<K, VOut> extends Omit<ProcessorContext<K, VOut>, 'forward'> {
  /** See {@link ProcessorContext.forward}. */
  forward(record: FixedKeyRecord<K, VOut>, childName?: string): void | Promise<void>;
}

/** Like {@link Processor}, where keys stay. */
export interface FixedKeyProcessor<K, VIn, VOut> {
  init?(context: FixedKeyProcessorContext<K, VOut>): void;
  process(record: FixedKeyRecord<K, VIn>): void | Promise<void>;
  close?(): void;
}

/** Makes one processor per task. */
export type FixedKeyProcessorSupplier<K, VIn, VOut> = () => FixedKeyProcessor<K, VIn, VOut>;
