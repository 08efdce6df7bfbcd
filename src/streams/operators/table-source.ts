import { StreamRecord } from '../record.ts';
import type { TableState } from '../state/states.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import { Change } from '../change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { TableForwarder } from './table-forwarder.ts';

export interface TableSourceSettings {
  readonly type: 'table-source';
  /** Undefined: the table is not kept, since the user named no store and nothing downstream looks rows up. */
  readonly storeName: string | undefined;
  readonly sendOldValues: boolean;
}

/** Reads records as updates of a table, kept or not. Updates apply in the order of offsets, whatever their times say. */
export function tableSource({ storeName, sendOldValues }: TableSourceSettings): NodeFactory {
  return operatorNode<unknown, unknown, unknown, Change<unknown>>(
    (context) =>
      storeName === undefined
        ? new PassingTableSource(context)
        : new StoredTableSource(context, { storeName, sendOldValues }),
    { keepsKey: true },
  );
}

class PassingTableSource<K, V> implements Operator<K, V | null> {
  readonly #context: OperatorContext<K, Change<V>>;

  constructor(context: OperatorContext<K, Change<V>>) {
    this.#context = context;
  }

  process(record: StreamRecord<K, V | null>): void {
    if (record.key == null) {
      this.#context.dropped('null-key');
      return;
    }
    const change = new Change(record.value, null);
    this.#context.forward(new StreamRecord(record.key, change, record.timestamp, record.headers));
  }
}

class StoredTableSource<K, V> implements Operator<K, V | null> {
  readonly #context: OperatorContext<K, Change<V>>;
  readonly #store: TableState<K, V>;
  readonly #forwarder: TableForwarder<K, V>;

  constructor(
    context: OperatorContext<K, Change<V>>,
    settings: { readonly storeName: string; readonly sendOldValues: boolean },
  ) {
    this.#context = context;
    this.#store = context.store<TableState<K, V>>(settings.storeName);
    this.#forwarder = new TableForwarder(context, this.#store, settings.sendOldValues);
  }

  prefetch(keyText: string): void {
    this.#store.prefetch(keyText);
  }

  load(record: StreamRecord<K, V | null>): Promise<void> | undefined {
    return record.key == null ? undefined : this.#store.load(record.key);
  }

  process(record: StreamRecord<K, V | null>): void {
    const { key, timestamp } = record;
    if (key == null) {
      this.#context.dropped('null-key');
      return;
    }
    const oldValue = this.#store.get(key)?.value ?? null;
    const newValue = record.value ?? null;
    const result = this.#store.put(key, newValue, timestamp);
    if (result === 'rejected') this.#context.dropped('expired-store');
    this.#forwarder.forward(record, { newValue, oldValue }, { timestamp, result });
  }
}
