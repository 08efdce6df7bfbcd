import { aggregateSessions } from '../operators/session-window-aggregate.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { SessionWindows } from '../windows/session-windows.ts';
import type { Windowed } from '../windows/windowed.ts';
import { sessionWindowedSerde } from '../windows/windowed-serdes.ts';
import { callback } from '../../base/argument-checks.ts';
import { checkEmitStrategy, checkTableOptions } from './check-options.ts';
import type { Aggregator, Initializer, Merger, Reducer } from './functions.ts';
import type { KTable } from './ktable.ts';
import type { Materialized, Named } from './options.ts';
import { counting, folding, type NamedAggregation, reducing } from './stream-aggregations.ts';
import { type WindowedGrouping, windowedTable } from './windowed-table.ts';

/** Records grouped by key and by sessions of activity. Records with a null key are dropped. */
export class SessionWindowedKStream<K, V> {
  readonly #grouping: WindowedGrouping<K, V>;
  readonly #windows: SessionWindows;

  constructor(grouping: WindowedGrouping<K, V>, windows: SessionWindows) {
    this.#grouping = grouping;
    this.#windows = windows;
  }

  emitStrategy(emit: EmitStrategy): SessionWindowedKStream<K, V> {
    checkEmitStrategy(emit, 'emit');
    return new SessionWindowedKStream({ ...this.#grouping, emit }, this.#windows);
  }

  /** How many records each session has. */
  count(options: Materialized<K, number> & Named = {}): KTable<Windowed<K>, number> {
    checkTableOptions(options, 'options');
    const aggregation = counting<K, V>(this.#grouping.part.dsl.topology, options);
    return this.#aggregate(aggregation, (_key, left, right) => left + right);
  }

  /** Combines the values of a session, two at a time. */
  reduce(reducer: Reducer<V>, options: Materialized<K, V> & Named = {}): KTable<Windowed<K>, V> {
    callback(reducer, 'reducer');
    checkTableOptions(options, 'options');
    const aggregation = reducing(this.#grouping.source, reducer, options);
    return this.#aggregate(aggregation, (_key, left, right) => reducer(left, right) ?? right);
  }

  /** Folds the values of a session; `merger` joins the aggregates of sessions that have become one. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    merger: Merger<K, VA>,
    options: Materialized<K, VA> & Named = {},
  ): KTable<Windowed<K>, VA> {
    callback(initializer, 'initializer');
    callback(aggregator, 'aggregator');
    callback(merger, 'merger');
    checkTableOptions(options, 'options');
    return this.#aggregate(folding(initializer, aggregator, options), merger);
  }

  #aggregate<VA>(aggregation: NamedAggregation<K, V, VA>, merger: Merger<K, VA>): KTable<Windowed<K>, VA> {
    const windows = this.#windows;
    const { inactivityGapMs, gracePeriodMs } = windows;
    const { emit } = this.#grouping;
    return windowedTable(this.#grouping, aggregation, {
      lengthMs: inactivityGapMs,
      gracePeriodMs,
      closeAfterMs: gracePeriodMs + inactivityGapMs,
      store: (settings) => ({ kind: 'session', ...settings }),
      factory: (storeName, flags) =>
        aggregateSessions({ storeName, windows, emit }, { ...aggregation, merger }, flags),
      keySerde: sessionWindowedSerde,
    });
  }
}
