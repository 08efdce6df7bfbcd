import type { TableFlags } from '../builder/aggregate-table.ts';
import { StreamRecord } from '../record.ts';
import type { TableState } from '../state/states.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { Change } from './change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { operatorNode } from './operator-node.ts';
import { TableForwarder } from './table-forwarder.ts';
import type { TableView, TableViewFactory } from './table-view.ts';
import { settled } from './user-answers.ts';

interface JoinSideSettings<K> {
  /** The side that changes; `view` is the other one. */
  readonly side: 'left' | 'right';
  readonly kind: 'inner' | 'left' | 'outer';
  readonly view: TableViewFactory<K, unknown>;
  readonly joiner: (own: unknown, found: unknown, key: K) => unknown;
  readonly versioned: () => boolean;
}

/** One side of a table-table join: looks up the other side's row when a row of its own changes. */
export function joinTableSide<K>(settings: JoinSideSettings<K>, flags: TableFlags): NodeFactory {
  return operatorNode<K, Change<unknown>, K, Change<unknown>>(
    (context) => new TableJoinSide(context, settings, flags),
    { keepsKey: true },
  );
}

class TableJoinSide<K> implements Operator<K, Change<unknown>> {
  readonly #context: OperatorContext<K, Change<unknown>>;
  readonly #settings: JoinSideSettings<K>;
  readonly #flags: TableFlags;
  readonly #rows: TableView<K, unknown>;
  readonly #latestOnly: boolean;
  /** A result needs a row on the other side. */
  readonly #otherRequired: boolean;
  /** A result needs a value on this side. */
  readonly #ownRequired: boolean;

  constructor(
    context: OperatorContext<K, Change<unknown>>,
    settings: JoinSideSettings<K>,
    flags: TableFlags,
  ) {
    this.#context = context;
    this.#settings = settings;
    this.#flags = flags;
    this.#rows = settings.view.create(context);
    this.#latestOnly = settings.versioned();
    const { kind, side } = settings;
    this.#otherRequired = kind === 'inner' || (kind === 'left' && side === 'right');
    this.#ownRequired = kind === 'inner' || (kind === 'left' && side === 'left');
  }

  prefetch(keyBytes: Buffer): void {
    this.#rows.prefetch(keyBytes);
  }

  load(record: StreamRecord<K, Change<unknown>>): Promise<void> | undefined {
    return record.key == null ? undefined : this.#rows.load(record.key);
  }

  process(record: StreamRecord<K, Change<unknown>>): void {
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
    const oldValue = this.#flags.sendOldValues
      ? this.#joined(key, change.oldValue, other?.value ?? null)
      : null;
    const timestamp = Math.max(record.timestamp, other?.timestamp ?? -1);
    this.#context.forward(
      new StreamRecord(key, new Change(newValue, oldValue, change.isLatest), timestamp, record.headers),
    );
  }

  #joined(key: K, own: unknown, found: unknown): unknown {
    if (own == null && (this.#ownRequired || found == null)) return null;
    return settled(this.#settings.joiner(own ?? null, found, key), 'the joiner') ?? null;
  }
}

/** Where both sides of a table-table join meet; keeps the result where the user named a store for it. */
export function mergeTableJoins<K, V>(storeName: string | undefined, flags: TableFlags): NodeFactory {
  return operatorNode<K, Change<V>, K, Change<V>>(
    (context) => new TableJoinMerger(context, storeName, flags),
    {
      keepsKey: true,
    },
  );
}

class TableJoinMerger<K, V> implements Operator<K, Change<V>> {
  readonly #context: OperatorContext<K, Change<V>>;
  readonly #flags: TableFlags;
  readonly #store: TableState<K, V> | undefined;
  readonly #forwarder: TableForwarder<K, V> | undefined;

  constructor(context: OperatorContext<K, Change<V>>, storeName: string | undefined, flags: TableFlags) {
    this.#context = context;
    this.#flags = flags;
    this.#store = storeName === undefined ? undefined : context.store<TableState<K, V>>(storeName);
    this.#forwarder = this.#store && new TableForwarder(context, this.#store, flags);
  }

  prefetch(keyBytes: Buffer): void {
    this.#store?.prefetch(keyBytes);
  }

  load(record: StreamRecord<K, Change<V>>): Promise<void> | undefined {
    return this.#store?.load(record.key);
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { value: change, timestamp } = record;
    if (this.#store && this.#forwarder) {
      const result = this.#store.put(record.key, change.newValue, timestamp);
      this.#forwarder.forward(record, change, { timestamp, result });
    } else if (this.#flags.sendOldValues) {
      this.#context.forward(record);
    } else {
      this.#context.forward(record.withValue(new Change(change.newValue, null, change.isLatest)));
    }
  }
}
