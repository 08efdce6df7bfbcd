import { TableForwarder } from './table-forwarder.ts';
import type { Erased } from '../erased.ts';
import type { Aggregator, Initializer } from '../functions.ts';
import type { RecordContext, StreamRecord } from '../record.ts';
import type { TableState } from '../state/states.ts';
import { AggregateGuard } from './aggregate-guard.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import type { Change } from '../change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { settled } from './user-answers.ts';

/** How records are folded. A reduction has no initializer: its first value is the aggregate. */
export interface StreamAggregation<K, V, VA> {
  readonly initializer: Initializer<VA> | undefined;
  readonly aggregator: Erased<Aggregator<K, V, VA>>;
}

/** Returns the aggregate before the first record, null for a reduction. */
export function initialValue<VA>({
  initializer,
}: {
  readonly initializer: Initializer<VA> | undefined;
}): VA | null {
  return settled(initializer?.(), 'the initializer') ?? null;
}

/** Adds a record to an aggregate; null is the one before the first record of a reduction. */
export function foldRecord<K, V, VA>(
  aggregation: StreamAggregation<K, V, VA>,
  record: StreamRecord<K, V>,
  aggregate: VA | null,
  origin: RecordContext,
): VA | null {
  const { key, value } = record;
  const isReduction = aggregation.initializer === undefined;
  return aggregate === null && isReduction
    ? (value as unknown as VA)
    : settled(
        aggregation.aggregator(key, value, aggregate as VA, origin),
        isReduction ? 'the reducer' : 'the aggregator',
      );
}

export interface AggregateSettings extends StreamAggregation<unknown, unknown, unknown> {
  readonly type: 'aggregate';
  readonly storeName: string;
  readonly sendOldValues: boolean;
}

/** Aggregates a stream by key. The result's time is the highest that went into it; order does not matter. */
export function aggregateRecords(settings: AggregateSettings): NodeFactory {
  return operatorNode<unknown, unknown, unknown, Change<unknown>>(
    (context) => new StreamAggregate(context, settings),
    { keepsKey: true },
  );
}

class StreamAggregate<K, V, VA> implements Operator<K, V> {
  readonly #context: OperatorContext<K, Change<VA>>;
  readonly #store: TableState<K, VA>;
  readonly #forwarder: TableForwarder<K, VA>;
  readonly #aggregation: StreamAggregation<K, V, VA>;
  readonly #guard: AggregateGuard<VA>;

  constructor(
    context: OperatorContext<K, Change<VA>>,
    settings: StreamAggregation<K, V, VA> & Pick<AggregateSettings, 'storeName' | 'sendOldValues'>,
  ) {
    this.#context = context;
    this.#store = context.store<TableState<K, VA>>(settings.storeName);
    this.#forwarder = new TableForwarder(context, this.#store, settings.sendOldValues);
    this.#aggregation = settings;
    this.#guard = new AggregateGuard(this.#store.copies, settings.aggregator);
  }

  prefetch(keyText: string): void {
    this.#store.prefetch(keyText);
  }

  load(record: StreamRecord<K, V>): Promise<void> | undefined {
    return record.key == null || record.value == null ? undefined : this.#store.load(record.key);
  }

  process(record: StreamRecord<K, V>): void {
    const { key, value } = record;
    if (key == null || value == null) {
      this.#context.dropped(key == null ? 'null-key' : 'null-value');
      return;
    }
    const stored = this.#store.peek(key);
    const timestamp = stored === undefined ? record.timestamp : Math.max(record.timestamp, stored.timestamp);
    const oldValue = stored === undefined ? initialValue(this.#aggregation) : stored.value;
    const given =
      stored !== undefined && this.#guard.isNeeded(oldValue) ? this.#store.apart(key, oldValue) : oldValue;
    const newValue = foldRecord(this.#aggregation, record, given, this.#context.record);
    if (given !== oldValue) this.#guard.learn(oldValue, given);
    const result = this.#store.put(key, newValue, timestamp);
    this.#forwarder.forward(record, { newValue, oldValue }, { timestamp, result });
  }
}
