import type { TableFlags } from '../builder/aggregate-table.ts';
import type { Predicate, ValueMapper } from '../builder/functions.ts';
import { StreamRecord } from '../record.ts';
import type { TableState } from '../state/states.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { Change } from './change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { operatorNode } from './operator-node.ts';
import { TableForwarder } from './table-forwarder.ts';
import { decided, settled } from './user-answers.ts';

/** Makes rows of a table from rows of another with the same keys. */
export interface TableTransform<K, V, VR> {
  /** What becomes of a row; null where the new table has none. Deletions pass without it. */
  readonly rowOf: (key: K, value: V, context: OperatorContext<K, Change<VR>>) => VR | null;
  readonly storeName: string | undefined;
  /** Whether a row that the new table had neither before nor has now is not mentioned, where old values are known. */
  readonly skipsAbsent: () => boolean;
}

export function transformTableRows<K, V, VR>(
  transform: TableTransform<K, V, VR>,
  flags: TableFlags,
): NodeFactory {
  return operatorNode<K, Change<V>, K, Change<VR>>(
    (context) => new TableTransformer(context, transform, flags),
    {
      keepsKey: true,
    },
  );
}

/** The rows for which the predicate holds; a row that ceases to match becomes a deletion. */
export function matchingRows<K, V>(
  predicate: Predicate<K, V>,
  negate: boolean,
): TableTransform<K, V, V>['rowOf'] {
  return (key, value, context) => (decided(predicate(key, value, context.record)) !== negate ? value : null);
}

export function mappedRows<K, V, VR>(mapper: ValueMapper<K, V, VR>): TableTransform<K, V, VR>['rowOf'] {
  return (key, value, context) => settled(mapper(value, key, context.record), 'the mapper');
}

class TableTransformer<K, V, VR> implements Operator<K, Change<V>> {
  readonly #context: OperatorContext<K, Change<VR>>;
  readonly #transform: TableTransform<K, V, VR>;
  readonly #flags: TableFlags;
  readonly #skipsAbsent: boolean;
  readonly #store: TableState<K, VR> | undefined;
  readonly #forwarder: TableForwarder<K, VR> | undefined;

  constructor(
    context: OperatorContext<K, Change<VR>>,
    transform: TableTransform<K, V, VR>,
    flags: TableFlags,
  ) {
    const { storeName } = transform;
    this.#context = context;
    this.#transform = transform;
    this.#flags = flags;
    this.#skipsAbsent = transform.skipsAbsent();
    this.#store = storeName === undefined ? undefined : context.store<TableState<K, VR>>(storeName);
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
    const newValue = this.#rowOf(key, change.newValue);
    const oldValue = this.#oldValue(key, change);
    if (this.#skipsAbsent && this.#flags.sendOldValues && oldValue === null && newValue === null) return;
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
    return this.#store ? (this.#store.get(key)?.value ?? null) : this.#rowOf(key, change.oldValue);
  }

  #rowOf(key: K, value: V | null): VR | null {
    return value == null ? null : this.#transform.rowOf(key, value, this.#context);
  }
}
