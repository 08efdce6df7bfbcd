import { aggregateRecords } from '../operators/stream-aggregate.ts';
import { SessionWindows } from '../windows/session-windows.ts';
import type { TimeWindows } from '../windows/time-windows.ts';
import { callback } from '../../base/argument-checks.ts';
import { checkTableOptions, checkWindows } from './check-options.ts';
import { aggregateTable } from './aggregate-table.ts';
import type { StreamDescriptor } from './dsl.ts';
import type { Aggregator, Initializer, Reducer } from './functions.ts';
import { GroupedSource } from './grouped-source.ts';
import type { KTable } from './ktable.ts';
import { tableStore } from './materialize.ts';
import type { Grouped, Materialized, Named } from './options.ts';
import { requireSerdes } from './require-serdes.ts';
import { SessionWindowedKStream } from './session-windowed-kstream.ts';
import { counting, folding, type NamedAggregation, reducing } from './stream-aggregations.ts';
import { TimeWindowedKStream } from './time-windowed-kstream.ts';

/** Records grouped by key, to be aggregated as a whole or by windows. Records with null key or value are dropped. */
export class KGroupedStream<K, V> {
  readonly #part: StreamDescriptor<K, V>;
  readonly #source: GroupedSource<K, V>;

  constructor(part: StreamDescriptor<K, V>, grouped: Grouped<K, V>) {
    this.#part = part;
    this.#source = new GroupedSource(part, grouped);
  }

  /** How many records each key has had. */
  count(options: Materialized<K, number> & Named = {}): KTable<K, number> {
    checkTableOptions(options, 'options');
    return this.#aggregate(counting(this.#part.dsl.topology, options));
  }

  /** Combines the values of each key, two at a time; the first is kept as it is. */
  reduce(reducer: Reducer<V>, options: Materialized<K, V> & Named = {}): KTable<K, V> {
    callback(reducer, 'reducer');
    checkTableOptions(options, 'options');
    return this.#aggregate(reducing(this.#source, reducer, options));
  }

  /** Folds the values of each key into an aggregate of another type. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    options: Materialized<K, VA> & Named = {},
  ): KTable<K, VA> {
    callback(initializer, 'initializer');
    callback(aggregator, 'aggregator');
    checkTableOptions(options, 'options');
    return this.#aggregate(folding(initializer, aggregator, options));
  }

  /** Aggregates by windows of a fixed size, or by sessions. */
  windowedBy(windows: TimeWindows): TimeWindowedKStream<K, V>;
  windowedBy(windows: SessionWindows): SessionWindowedKStream<K, V>;
  windowedBy(
    windows: TimeWindows | SessionWindows,
  ): TimeWindowedKStream<K, V> | SessionWindowedKStream<K, V> {
    checkWindows(windows, 'windows');
    const grouping = { part: this.#part, source: this.#source, emit: 'on-window-update' } as const;
    if (windows instanceof SessionWindows) return new SessionWindowedKStream(grouping, windows);
    return new TimeWindowedKStream(grouping, windows);
  }

  #aggregate<VA>(aggregation: NamedAggregation<K, V, VA>): KTable<K, VA> {
    const { prefix, options } = aggregation;
    const { topology } = this.#part.dsl;
    const storeName = options.storeName ?? topology.newStoreName(prefix);
    const name = topology.nameOr(options.name, prefix);
    const { keySerde } = this.#source;
    const serdes = requireSerdes<K, VA>(name, options, { keySerde });
    return aggregateTable({
      name,
      storeName,
      store: tableStore(storeName, serdes, options),
      parent: this.#source.repartitioned({ storeName }),
      factory: (flags) => aggregateRecords(storeName, aggregation, flags),
      serdes,
      queryableStoreName: options.storeName,
    });
  }
}
