import { TableForwarder } from './table-forwarder.ts';
import type { Erased } from '../erased.ts';
import type { Aggregator, Initializer } from '../functions.ts';
import type { StreamRecord } from '../record.ts';
import type { TableState } from '../state/states.ts';
import { AggregateGuard } from './aggregate-guard.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import type { Change } from '../change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { initialValue } from './stream-aggregate.ts';
import { settled } from './user-answers.ts';

/** How changes of rows are folded. A reduction has no initializer: its first value is the aggregate. */
export interface TableAggregation<K, V, VA> {
  readonly initializer: Initializer<VA> | undefined;
  readonly adder: Erased<Aggregator<K, V, VA>>;
  readonly subtractor: Erased<Aggregator<K, V, VA>>;
}

export interface TableAggregateSettings extends TableAggregation<unknown, unknown, unknown> {
  readonly type: 'table-aggregate';
  readonly storeName: string;
  readonly sendOldValues: boolean;
}

/** Aggregates a table: takes the old value away, adds the new one, and writes once. */
export function aggregateChanges(settings: TableAggregateSettings): NodeFactory {
  return operatorNode<unknown, Change<unknown>, unknown, Change<unknown>>(
    (context) => new TableAggregate(context, settings),
    { keepsKey: true },
  );
}

class TableAggregate<K, V, VA> implements Operator<K, Change<V>> {
  readonly #context: OperatorContext<K, Change<VA>>;
  readonly #store: TableState<K, VA>;
  readonly #forwarder: TableForwarder<K, VA>;
  readonly #aggregation: TableAggregation<K, V, VA>;
  readonly #guard: AggregateGuard<VA>;

  constructor(
    context: OperatorContext<K, Change<VA>>,
    settings: TableAggregation<K, V, VA> & Pick<TableAggregateSettings, 'storeName' | 'sendOldValues'>,
  ) {
    this.#context = context;
    this.#store = context.store<TableState<K, VA>>(settings.storeName);
    this.#forwarder = new TableForwarder(context, this.#store, settings.sendOldValues);
    this.#aggregation = settings;
    this.#guard = new AggregateGuard(this.#store.copies);
  }

  prefetch(keyText: string): void {
    this.#store.prefetch(keyText);
  }

  load(record: StreamRecord<K, Change<V>>): Promise<void> | undefined {
    return record.key == null ? undefined : this.#store.load(record.key);
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { key, value: change } = record;
    // A group may be read as null that was none when it was written: the empty text of DELIMITED.
    if (key == null) {
      this.#context.dropped('null-key');
      return;
    }
    const { initializer, adder, subtractor } = this.#aggregation;
    const context = this.#context.record;
    const stored = this.#store.peek(key);
    const oldValue = stored?.value ?? null;
    const later = stored === undefined ? record.timestamp : Math.max(record.timestamp, stored.timestamp);

    let timestamp = record.timestamp;
    const given = this.#guard.isNeeded(oldValue) ? this.#store.apart(key, oldValue) : oldValue;
    let aggregate = given;
    if (change.oldValue != null && aggregate !== null) {
      aggregate = settled(subtractor(key, change.oldValue, aggregate, context), 'the subtractor');
      timestamp = later;
    }
    if (change.newValue != null) {
      if (initializer === undefined && aggregate === null) {
        aggregate = change.newValue as unknown as VA;
      } else {
        const before = aggregate ?? (initialValue(this.#aggregation) as VA);
        aggregate = settled(adder(key, change.newValue, before, context), 'the adder');
        timestamp = later;
      }
    }
    if (given !== oldValue) this.#guard.learn(oldValue, given);
    const result = this.#store.put(key, aggregate, timestamp);
    this.#forwarder.forward(record, { newValue: aggregate, oldValue }, { timestamp, result });
  }
}
