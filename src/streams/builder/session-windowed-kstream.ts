import { callback } from '../../base/argument-checks.ts';
import type { Aggregator, Initializer, Merger, Reducer } from '../functions.ts';
import type { Fold } from '../logical/nodes/fold.ts';
import { sessionAggregate } from '../logical/nodes/session-aggregate.ts';
import type { Materialized, Named } from '../options.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { SessionWindows } from '../windows/session-windows.ts';
import type { Windowed } from '../windows/windowed.ts';
import { checkEmitStrategy, checkTableOptions } from './check-options.ts';
import type { KTable } from './ktable.ts';
import type { WindowedGrouping } from './windowed-grouping.ts';

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
    return this.#aggregate({ type: 'count' }, undefined, options);
  }

  /** Combines the values of a session, two at a time. */
  reduce(reducer: Reducer<V>, options: Materialized<K, V> & Named = {}): KTable<Windowed<K>, V> {
    callback(reducer, 'reducer');
    checkTableOptions(options, 'options');
    return this.#aggregate({ type: 'reduce', reducer }, undefined, options);
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
    return this.#aggregate({ type: 'aggregate', initializer, aggregator }, merger, options);
  }

  #aggregate<VA>(
    fold: Fold,
    merger: Merger<K, VA> | undefined,
    options: Materialized<K, VA> & Named,
  ): KTable<Windowed<K>, VA> {
    const { dsl, group, emit } = this.#grouping;
    const windows = this.#windows;
    const { name } = options;
    const node = sessionAggregate({ inputs: [group], name, fold, merger, options, windows, emit });
    return dsl.table(dsl.plan.add(node));
  }
}
