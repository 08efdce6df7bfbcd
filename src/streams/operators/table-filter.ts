import type { TableFlags } from '../builder/aggregate-table.ts';
import type { Predicate } from '../builder/functions.ts';
import { StreamRecord } from '../record.ts';
import type { TableState } from '../state/states.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { Change } from './change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { operatorNode } from './operator-node.ts';
import { TableForwarder } from './table-forwarder.ts';

interface FilterSettings<K, V> {
  readonly predicate: Predicate<K, V>;
  readonly negate: boolean;
  readonly storeName: string | undefined;
  readonly versioned: () => boolean;
}

/**
 * Passes the rows for which the predicate holds; a row that ceases to match becomes a deletion. Where old values are
 * known, a row that matched neither before nor now is not mentioned.
 */
export function filterTableRows<K, V>(settings: FilterSettings<K, V>, flags: TableFlags): NodeFactory {
  return operatorNode<K, Change<V>, K, Change<V>>((context) => new TableFilter(context, settings, flags), {
    keepsKey: true,
  });
}

class TableFilter<K, V> implements Operator<K, Change<V>> {
  readonly #context: OperatorContext<K, Change<V>>;
  readonly #settings: FilterSettings<K, V>;
  readonly #flags: TableFlags;
  readonly #versioned: boolean;
  readonly #store: TableState<K, V> | undefined;
  readonly #forwarder: TableForwarder<K, V> | undefined;

  constructor(context: OperatorContext<K, Change<V>>, settings: FilterSettings<K, V>, flags: TableFlags) {
    this.#context = context;
    this.#settings = settings;
    this.#flags = flags;
    this.#versioned = settings.versioned();
    this.#store =
      settings.storeName === undefined ? undefined : context.store<TableState<K, V>>(settings.storeName);
    this.#forwarder = this.#store && new TableForwarder(context, this.#store, flags);
  }

  prefetch(keyBytes: Buffer): void {
    this.#store?.prefetch(keyBytes);
  }

  load(record: StreamRecord<K, Change<V>>): Promise<void> | undefined {
    return this.#store?.load(record.key);
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { key, value: change, timestamp } = record;
    const newValue = this.#matching(key, change.newValue);
    const oldValue = this.#oldValue(key, change);
    if (!this.#versioned && this.#flags.sendOldValues && oldValue === null && newValue === null) return;
    if (this.#store && this.#forwarder) {
      const result = this.#store.put(key, newValue, timestamp);
      this.#forwarder.forward(record, { newValue, oldValue }, { timestamp, result });
    } else {
      const passed = new Change(newValue, oldValue, change.isLatest);
      this.#context.forward(new StreamRecord(key, passed, timestamp, record.headers));
    }
  }

  #oldValue(key: K, change: Change<V>): V | null {
    if (!this.#flags.sendOldValues) return null;
    return this.#store ? (this.#store.get(key)?.value ?? null) : this.#matching(key, change.oldValue);
  }

  #matching(key: K, value: V | null): V | null {
    if (value == null) return null;
    return this.#settings.predicate(key, value, this.#context.record) !== this.#settings.negate
      ? value
      : null;
  }
}
