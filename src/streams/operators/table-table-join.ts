import type { Erased } from '../erased.ts';
import type { ValueJoiner } from '../functions.ts';
import { TableForwarder } from './table-forwarder.ts';
import { StreamRecord } from '../record.ts';
import type { TableState } from '../state/states.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import { Change } from '../change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { type TableView, tableView, type TableViewSettings } from './table-view.ts';
import { settled } from './user-answers.ts';

export interface TableJoinSideSettings {
  readonly type: 'table-join-side';
  /** The side that changes; `view` is the other one. */
  readonly side: 'left' | 'right';
  readonly kind: 'inner' | 'left' | 'outer';
  readonly view: TableViewSettings;
  readonly joiner: Erased<ValueJoiner<unknown, unknown, unknown, unknown>>;
  /** The side is versioned: only what is the latest of its key counts. */
  readonly latestOnly: boolean;
  readonly sendOldValues: boolean;
}

/** One side of a table-table join: looks up the other side's row when a row of its own changes. */
export function joinTableSide(settings: TableJoinSideSettings): NodeFactory {
  return operatorNode<unknown, Change<unknown>, unknown, Change<unknown>>(
    (context) => new TableJoinSide(context, settings),
    { keepsKey: true },
  );
}

class TableJoinSide implements Operator<unknown, Change<unknown>> {
  readonly #context: OperatorContext<unknown, Change<unknown>>;
  readonly #joiner: (own: unknown, found: unknown, key: unknown) => unknown;
  readonly #sendOldValues: boolean;
  readonly #rows: TableView<unknown, unknown>;
  readonly #latestOnly: boolean;
  /** A result needs a row on the other side. */
  readonly #otherRequired: boolean;
  /** A result needs a value on this side. */
  readonly #ownRequired: boolean;

  constructor(context: OperatorContext<unknown, Change<unknown>>, settings: TableJoinSideSettings) {
    const { kind, side, joiner } = settings;
    this.#context = context;
    this.#joiner = side === 'left' ? joiner : (own, found, key) => joiner(found, own, key);
    this.#sendOldValues = settings.sendOldValues;
    this.#rows = tableView(settings.view, context);
    this.#latestOnly = settings.latestOnly;
    this.#otherRequired = kind === 'inner' || (kind === 'left' && side === 'right');
    this.#ownRequired = kind === 'inner' || (kind === 'left' && side === 'left');
  }

  prefetch(keyText: string): void {
    this.#rows.prefetch(keyText);
  }

  load(record: StreamRecord<unknown, Change<unknown>>): Promise<void> | undefined {
    return record.key == null ? undefined : this.#rows.load(record.key);
  }

  process(record: StreamRecord<unknown, Change<unknown>>): void {
    const { key, value: change } = record;
    if (key == null) {
      this.#context.dropped('null-key');
      return;
    }
    if (this.#latestOnly && !change.isLatest) {
      this.#context.dropped('expired-store');
      return;
    }
    const other = this.#rows.get(key);
    if (!other && (this.#otherRequired || (change.newValue == null && change.oldValue == null))) return;

    const newValue = this.#joined(key, change.newValue, other?.value ?? null);
    const oldValue = this.#sendOldValues ? this.#joined(key, change.oldValue, other?.value ?? null) : null;
    const timestamp = Math.max(record.timestamp, other?.timestamp ?? -1);
    this.#context.forward(
      new StreamRecord(key, new Change(newValue, oldValue, change.isLatest), timestamp, record.headers),
    );
  }

  #joined(key: unknown, own: unknown, found: unknown): unknown {
    if (own == null && (this.#ownRequired || found == null)) return null;
    return settled(this.#joiner(own ?? null, found, key), 'the joiner') ?? null;
  }
}

export interface TableJoinMergeSettings {
  readonly type: 'table-join-merge';
  /** Undefined where the result is not kept. */
  readonly storeName: string | undefined;
  readonly sendOldValues: boolean;
}

/** Where both sides of a table-table join meet; keeps the result where the user named a store for it. */
export function mergeTableJoins(settings: TableJoinMergeSettings): NodeFactory {
  return operatorNode<unknown, Change<unknown>, unknown, Change<unknown>>(
    (context) => new TableJoinMerger(context, settings),
    { keepsKey: true },
  );
}

class TableJoinMerger<K, V> implements Operator<K, Change<V>> {
  readonly #context: OperatorContext<K, Change<V>>;
  readonly #sendOldValues: boolean;
  readonly #store: TableState<K, V> | undefined;
  readonly #forwarder: TableForwarder<K, V> | undefined;

  constructor(
    context: OperatorContext<K, Change<V>>,
    { storeName, sendOldValues }: Omit<TableJoinMergeSettings, 'type'>,
  ) {
    this.#context = context;
    this.#sendOldValues = sendOldValues;
    this.#store = storeName === undefined ? undefined : context.store<TableState<K, V>>(storeName);
    this.#forwarder = this.#store && new TableForwarder(context, this.#store, sendOldValues);
  }

  prefetch(keyText: string): void {
    this.#store?.prefetch(keyText);
  }

  load(record: StreamRecord<K, Change<V>>): Promise<void> | undefined {
    return this.#store?.load(record.key);
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { value: change, timestamp } = record;
    if (this.#store && this.#forwarder) {
      const result = this.#store.put(record.key, change.newValue, timestamp);
      this.#forwarder.forward(record, change, { timestamp, result });
    } else if (this.#sendOldValues) {
      this.#context.forward(record);
    } else {
      this.#context.forward(record.withValue(new Change(change.newValue, null, change.isLatest)));
    }
  }
}
