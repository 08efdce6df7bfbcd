import { aggregateTimeWindows } from '../operators/time-window-aggregate.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { TimeWindows } from '../windows/time-windows.ts';
import type { Windowed } from '../windows/windowed.ts';
import { timeWindowedSerde } from '../windows/windowed-serdes.ts';
import { callback } from '../../base/argument-checks.ts';
import { checkEmitStrategy, checkTableOptions } from './check-options.ts';
import type { Aggregator, Initializer, Reducer } from './functions.ts';
import type { KTable } from './ktable.ts';
import type { Materialized, Named } from './options.ts';
import { counting, folding, type NamedAggregation, reducing } from './stream-aggregations.ts';
import { type WindowedGrouping, windowedTable } from './windowed-table.ts';

/** Records grouped by key and by windows of a fixed size. Records with a null key are dropped. */
export class TimeWindowedKStream<K, V> {
  readonly #grouping: WindowedGrouping<K, V>;
  readonly #windows: TimeWindows;

  constructor(grouping: WindowedGrouping<K, V>, windows: TimeWindows) {
    this.#grouping = grouping;
    this.#windows = windows;
  }

  emitStrategy(emit: EmitStrategy): TimeWindowedKStream<K, V> {
    checkEmitStrategy(emit, 'emit');
    return new TimeWindowedKStream({ ...this.#grouping, emit }, this.#windows);
  }

  /** How many records each key has in each window. */
  count(options: Materialized<K, number> & Named = {}): KTable<Windowed<K>, number> {
    checkTableOptions(options, 'options');
    return this.#aggregate(counting(this.#grouping.part.dsl.topology, options));
  }

  /** Combines the values of a key within a window, two at a time. */
  reduce(reducer: Reducer<V>, options: Materialized<K, V> & Named = {}): KTable<Windowed<K>, V> {
    callback(reducer, 'reducer');
    checkTableOptions(options, 'options');
    return this.#aggregate(reducing(this.#grouping.source, reducer, options));
  }

  /** Folds the values of a key within a window into an aggregate of another type. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    options: Materialized<K, VA> & Named = {},
  ): KTable<Windowed<K>, VA> {
    callback(initializer, 'initializer');
    callback(aggregator, 'aggregator');
    checkTableOptions(options, 'options');
    return this.#aggregate(folding(initializer, aggregator, options));
  }

  #aggregate<VA>(aggregation: NamedAggregation<K, V, VA>): KTable<Windowed<K>, VA> {
    const windows = this.#windows;
    const { sizeMs, advanceMs, gracePeriodMs } = windows;
    const { emit } = this.#grouping;
    return windowedTable(this.#grouping, aggregation, {
      lengthMs: sizeMs,
      gracePeriodMs,
      closeAfterMs: gracePeriodMs,
      store: (settings) => ({ kind: 'window', ...settings, windowSizeMs: sizeMs, advanceMs }),
      factory: (storeName, flags) => aggregateTimeWindows({ storeName, windows, emit }, aggregation, flags),
      keySerde: (serde) => timeWindowedSerde(serde, sizeMs),
    });
  }
}
