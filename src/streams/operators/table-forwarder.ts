import { StreamRecord } from '../record.ts';
import type { PutResult, TableState } from '../state/states.ts';
import { Change } from '../change.ts';
import type { OperatorContext } from './operator.ts';

/**
 * Forwards the changes of a stored table: at once, or, where the store is cached, when it is flushed. A cached change
 * from nothing to nothing is not worth telling.
 */
export class TableForwarder<K, V> {
  readonly #context: OperatorContext<K, Change<V>>;
  readonly #cached: boolean;
  readonly #sendOldValues: boolean;

  constructor(context: OperatorContext<K, Change<V>>, store: TableState<K, V>, sendOldValues: boolean) {
    this.#context = context;
    this.#cached = store.cached;
    this.#sendOldValues = sendOldValues;
    store.onFlush(({ key, newValue, oldValue, timestamp, headers }) => {
      if (newValue == null && oldValue == null) return;
      const change = new Change(newValue, sendOldValues ? oldValue : null);
      context.forward(new StreamRecord(key, change, timestamp, headers));
    });
  }

  forward(
    record: StreamRecord<K, unknown>,
    change: { readonly newValue: V | null; readonly oldValue: V | null },
    written: { readonly timestamp: number; readonly result: PutResult },
  ): void {
    if (this.#cached || written.result === 'rejected') return;
    const oldValue = this.#sendOldValues ? change.oldValue : null;
    const isLatest = written.result === 'latest';
    this.#context.forward(
      new StreamRecord(
        record.key,
        new Change(change.newValue, oldValue, isLatest),
        written.timestamp,
        record.headers,
      ),
    );
  }
}
