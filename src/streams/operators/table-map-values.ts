import type { TableFlags } from '../builder/aggregate-table.ts';
import type { ValueMapper } from '../builder/functions.ts';
import { StreamRecord } from '../record.ts';
import type { TableState } from '../state/states.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { Change } from './change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { operatorNode } from './operator-node.ts';
import { TableForwarder } from './table-forwarder.ts';

interface MapSettings<K, V, VR> {
  readonly mapper: ValueMapper<K, V, VR>;
  readonly storeName: string | undefined;
}

/** Gives each row a new value. Deletions pass without the mapper being asked. */
export function mapTableRows<K, V, VR>(settings: MapSettings<K, V, VR>, flags: TableFlags): NodeFactory {
  return operatorNode<K, Change<V>, K, Change<VR>>(
    (context) => new TableMapValues(context, settings, flags),
    {
      keepsKey: true,
    },
  );
}

class TableMapValues<K, V, VR> implements Operator<K, Change<V>> {
  readonly #context: OperatorContext<K, Change<VR>>;
  readonly #mapper: ValueMapper<K, V, VR>;
  readonly #flags: TableFlags;
  readonly #store: TableState<K, VR> | undefined;
  readonly #forwarder: TableForwarder<K, VR> | undefined;

  constructor(context: OperatorContext<K, Change<VR>>, settings: MapSettings<K, V, VR>, flags: TableFlags) {
    this.#context = context;
    this.#mapper = settings.mapper;
    this.#flags = flags;
    this.#store =
      settings.storeName === undefined ? undefined : context.store<TableState<K, VR>>(settings.storeName);
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
    const newValue = this.#mapped(key, change.newValue);
    const oldValue = this.#oldValue(key, change);
    if (this.#store && this.#forwarder) {
      const result = this.#store.put(key, newValue, timestamp);
      this.#forwarder.forward(record, { newValue, oldValue }, { timestamp, result });
    } else {
      const passed = new Change(newValue, oldValue, change.isLatest);
      this.#context.forward(new StreamRecord(key, passed, timestamp, record.headers));
    }
  }

  #oldValue(key: K, change: Change<V>): VR | null {
    if (!this.#flags.sendOldValues) return null;
    return this.#store ? (this.#store.get(key)?.value ?? null) : this.#mapped(key, change.oldValue);
  }

  #mapped(key: K, value: V | null): VR | null {
    return value == null ? null : this.#mapper(value, key, this.#context.record);
  }
}
