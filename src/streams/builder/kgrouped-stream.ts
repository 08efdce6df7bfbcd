import { callback } from '../../base/argument-checks.ts';
import type { Aggregator, Initializer, Present, Reducer } from '../functions.ts';
import { aggregate } from '../logical/nodes/aggregate.ts';
import type { Fold } from '../logical/nodes/fold.ts';
import { grouping, type Grouping } from '../logical/nodes/grouping.ts';
import type { Grouped, Materialized, Named } from '../options.ts';
import { SessionWindows } from '../windows/session-windows.ts';
import type { TimeWindows } from '../windows/time-windows.ts';
import { checkTableOptions, checkWindows } from './check-options.ts';
import type { Dsl, StreamDescriptor } from './dsl.ts';
import type { KTable } from './ktable.ts';
import { SessionWindowedKStream } from './session-windowed-kstream.ts';
import { TimeWindowedKStream } from './time-windowed-kstream.ts';

/** Records grouped by key, to be aggregated as a whole or by windows. Records with null key or value are dropped. */
export class KGroupedStream<K, V> {
  readonly #dsl: Dsl;
  readonly #group: Grouping;

  constructor(part: StreamDescriptor<K, V>, grouped: Grouped<K, V>) {
    this.#dsl = part.dsl;
    this.#group = part.dsl.plan.add(grouping(part.node, grouped));
  }

  /** How many records each key has had. */
  count(options: Materialized<K, number> & Named = {}): KTable<K, number> {
    checkTableOptions(options, 'options');
    return this.#aggregate({ type: 'count' }, options);
  }

  /** Combines the values of each key, two at a time; the first is kept as it is. */
  reduce(
    reducer: Reducer<Present<V>>,
    options: Materialized<K, Present<V>> & Named = {},
  ): KTable<K, Present<V>> {
    callback(reducer, 'reducer');
    checkTableOptions(options, 'options');
    return this.#aggregate({ type: 'reduce', reducer }, options);
  }

  /** Folds the values of each key into an aggregate of another type. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, Present<V>, VA>,
    options: Materialized<K, VA> & Named = {},
  ): KTable<K, VA> {
    callback(initializer, 'initializer');
    callback(aggregator, 'aggregator');
    checkTableOptions(options, 'options');
    return this.#aggregate({ type: 'aggregate', initializer, aggregator }, options);
  }

  /** Aggregates by windows of a fixed size, or by sessions. */
  windowedBy(windows: TimeWindows): TimeWindowedKStream<K, V>;
  windowedBy(windows: SessionWindows): SessionWindowedKStream<K, V>;
  windowedBy(
    windows: TimeWindows | SessionWindows,
  ): TimeWindowedKStream<K, V> | SessionWindowedKStream<K, V> {
    checkWindows(windows, 'windows');
    const windowed = { dsl: this.#dsl, group: this.#group, emit: 'on-window-update' } as const;
    if (windows instanceof SessionWindows) return new SessionWindowedKStream(windowed, windows);
    return new TimeWindowedKStream(windowed, windows);
  }

  #aggregate<VA>(fold: Fold, options: Materialized<K, VA> & Named): KTable<K, VA> {
    const { plan } = this.#dsl;
    const node = plan.add(aggregate({ inputs: [this.#group], name: options.name, fold, options }));
    return this.#dsl.table(node);
  }
}
