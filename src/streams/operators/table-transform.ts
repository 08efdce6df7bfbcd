import { TableForwarder } from './table-forwarder.ts';
import type { Erased } from '../erased.ts';
import type { Predicate, ValueMapper } from '../functions.ts';
import { StreamRecord } from '../record.ts';
import type { TableState } from '../state/states.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import { Change } from '../change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { decided, settled } from './user-answers.ts';

interface TransformSettings {
  /** Undefined where the rows are not kept. */
  readonly storeName: string | undefined;
  readonly sendOldValues: boolean;
}

export interface TableFilterSettings extends TransformSettings {
  readonly type: 'table-filter';
  readonly predicate: Erased<Predicate<unknown, unknown>>;
  readonly negate: boolean;
  /** Whether a row that the new table had neither before nor has now is not mentioned, where old values are known. */
  readonly skipsAbsent: boolean;
}

export interface TableMapValuesSettings extends TransformSettings {
  readonly type: 'table-map-values';
  readonly mapper: Erased<ValueMapper<unknown, unknown, unknown>>;
}

/** Makes rows of a table from rows of another with the same keys. */
interface TableTransform<K, V, VR> extends TransformSettings {
  /** What becomes of a row; null where the new table has none. Deletions pass without it. */
  readonly rowOf: (key: K, value: V, context: OperatorContext<K, Change<VR>>) => VR | null;
  readonly skipsAbsent: boolean;
}

/** The rows for which the predicate holds; a row that ceases to match becomes a deletion. */
export function filterTableRows(settings: TableFilterSettings): NodeFactory {
  const { predicate, negate, storeName, sendOldValues, skipsAbsent } = settings;
  return transformRows({
    rowOf: (key, value, context) =>
      decided(predicate(key, value, context.record)) !== negate ? value : null,
    storeName,
    sendOldValues,
    skipsAbsent,
  });
}

/** A new value for each row. */
export function mapTableRows({ mapper, storeName, sendOldValues }: TableMapValuesSettings): NodeFactory {
  return transformRows({
    rowOf: (key, value, context) => settled(mapper(value, key, context.record), 'the mapper'),
    storeName,
    sendOldValues,
    skipsAbsent: false,
  });
}

function transformRows(transform: TableTransform<unknown, unknown, unknown>): NodeFactory {
  return operatorNode<unknown, Change<unknown>, unknown, Change<unknown>>(
    (context) => new TableTransformer(context, transform),
    { keepsKey: true },
  );
}

class TableTransformer<K, V, VR> implements Operator<K, Change<V>> {
  readonly #context: OperatorContext<K, Change<VR>>;
  readonly #transform: TableTransform<K, V, VR>;
  readonly #sendOldValues: boolean;
  readonly #skipsAbsent: boolean;
  readonly #store: TableState<K, VR> | undefined;
  readonly #forwarder: TableForwarder<K, VR> | undefined;

  constructor(context: OperatorContext<K, Change<VR>>, transform: TableTransform<K, V, VR>) {
    const { storeName, sendOldValues } = transform;
    this.#context = context;
    this.#transform = transform;
    this.#sendOldValues = sendOldValues;
    this.#skipsAbsent = transform.skipsAbsent && sendOldValues;
    this.#store = storeName === undefined ? undefined : context.store<TableState<K, VR>>(storeName);
    this.#forwarder = this.#store && new TableForwarder(context, this.#store, sendOldValues);
  }

  prefetch(keyText: string): void {
    this.#store?.prefetch(keyText);
  }

  load(record: StreamRecord<K, Change<V>>): Promise<void> | undefined {
    return this.#store?.load(record.key);
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { key, value: change, timestamp } = record;
    const newValue = this.#rowOf(key, change.newValue);
    const oldValue = this.#oldValue(key, change);
    if (this.#skipsAbsent && oldValue === null && newValue === null) return;
    if (this.#store && this.#forwarder) {
      const result = this.#store.put(key, newValue, timestamp);
      this.#forwarder.forward(record, { newValue, oldValue }, { timestamp, result });
    } else {
      const passed = new Change(newValue, oldValue, change.isLatest);
      this.#context.forward(new StreamRecord(key, passed, timestamp, record.headers));
    }
  }

  #oldValue(key: K, change: Change<V>): VR | null {
    if (!this.#sendOldValues) return null;
    return this.#store ? (this.#store.get(key)?.value ?? null) : this.#rowOf(key, change.oldValue);
  }

  #rowOf(key: K, value: V | null): VR | null {
    return value == null ? null : this.#transform.rowOf(key, value, this.#context);
  }
}
