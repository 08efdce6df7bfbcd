import type { ValueAndTimestamp } from '../state/store.ts';
import type { OperatorContext } from './operator.ts';

/** The current rows of a table, for an operator that looks them up. */
export interface TableView<K, V> {
  readonly versioned: boolean;
  /** Brings the row of `key` into memory; undefined when it is there already. */
  load(key: K): Promise<void> | undefined;
  /** The row of a prepared key. */
  get(key: K): ValueAndTimestamp<V> | undefined;
  /** The row as it was at a time; only versioned views have a past. */
  getAsOf(key: K, timestamp: number): ValueAndTimestamp<V> | undefined;
  /** Asks for a row ahead of time, by the bytes of its key. */
  prefetch(keyBytes: Buffer): void;
}

/** Makes a {@link TableView} per task. */
export interface TableViewFactory<K, V> {
  /** The stores that an operator with this view must be connected to. */
  readonly storeNames: readonly string[];
  create(context: OperatorContext): TableView<K, V>;
}
