import { callback } from '../../base/argument-checks.ts';
import type { Aggregator, Initializer, Reducer } from '../functions.ts';
import type { Fold } from '../logical/nodes/fold.ts';
import { windowedAggregate } from '../logical/nodes/windowed-aggregate.ts';
import type { Materialized, Named } from '../options.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { TimeWindows } from '../windows/time-windows.ts';
import type { Windowed } from '../windows/windowed.ts';
import { checkEmitStrategy, checkTableOptions } from './check-options.ts';
import type { KTable } from './ktable.ts';
import type { WindowedGrouping } from './windowed-grouping.ts';

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
    return this.#aggregate({ type: 'count' }, options);
  }

  /** Combines the values of a key within a window, two at a time. */
  reduce(reducer: Reducer<V>, options: Materialized<K, V> & Named = {}): KTable<Windowed<K>, V> {
    callback(reducer, 'reducer');
    checkTableOptions(options, 'options');
    return this.#aggregate({ type: 'reduce', reducer }, options);
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
    return this.#aggregate({ type: 'aggregate', initializer, aggregator }, options);
  }

  #aggregate<VA>(fold: Fold, options: Materialized<K, VA> & Named): KTable<Windowed<K>, VA> {
    const { dsl, group, emit } = this.#grouping;
    const windows = this.#windows;
    const { name } = options;
    const node = windowedAggregate({ inputs: [group], name, fold, options, windows, emit });
    return dsl.table(dsl.plan.add(node));
  }
}
