import type { StreamAggregation } from '../operators/stream-aggregate.ts';
import { aggregateTimeWindows } from '../operators/time-window-aggregate.ts';
import { Serdes } from '../serdes.ts';
import type { WindowStoreDefinition } from '../state/store-definition.ts';
import type { TimeWindows } from '../windows/time-windows.ts';
import type { Windowed } from '../windows/windowed.ts';
import { timeWindowedSerde } from '../windows/windowed-serdes.ts';
import { aggregateTable } from './aggregate-table.ts';
import type { StreamPart } from './dsl.ts';
import type { Aggregator, Initializer, Reducer } from './functions.ts';
import type { GroupedSource } from './grouped-source.ts';
import type { KTable } from './ktable.ts';
import { burnStoreName, retentionOf, storeBasics } from './materialize.ts';
import type { Materialized, Named } from './options.ts';
import { requireSerdes } from './require-serdes.ts';

/** When a windowed aggregation emits: after every update, or once per window, when it has closed (KIP-825). */
export type EmitStrategy = 'on-window-update' | 'on-window-close';

/** Records grouped by key and by windows of a fixed size. Records with a null key are dropped. */
export class TimeWindowedKStream<K, V> {
  readonly #part: StreamPart<K, V>;
  readonly #source: GroupedSource<K, V>;
  readonly #windows: TimeWindows;
  readonly #emit: EmitStrategy;

  constructor(
    part: StreamPart<K, V>,
    source: GroupedSource<K, V>,
    windows: TimeWindows,
    emit: EmitStrategy = 'on-window-update',
  ) {
    this.#part = part;
    this.#source = source;
    this.#windows = windows;
    this.#emit = emit;
  }

  emitStrategy(emit: EmitStrategy): TimeWindowedKStream<K, V> {
    return new TimeWindowedKStream(this.#part, this.#source, this.#windows, emit);
  }

  /** How many records each key has in each window. */
  count(options: Materialized<K, number> & Named = {}): KTable<Windowed<K>, number> {
    burnStoreName(this.#part.dsl.topology, 'KSTREAM-AGGREGATE-', options as Materialized<never, never>);
    return this.#aggregate(
      'KSTREAM-AGGREGATE-',
      { initializer: () => 0, aggregator: (_key, _value, count) => count + 1 },
      { valueSerde: Serdes.long, ...options },
    );
  }

  /** Combines the values of a key within a window, two at a time. */
  reduce(reducer: Reducer<V>, options: Materialized<K, V> & Named = {}): KTable<Windowed<K>, V> {
    const { valueSerde } = this.#source;
    return this.#aggregate<V>(
      'KSTREAM-REDUCE-',
      { initializer: undefined, aggregator: (_key, value, aggregate) => reducer(aggregate, value) },
      valueSerde ? { valueSerde, ...options } : options,
    );
  }

  /** Folds the values of a key within a window into an aggregate of another type. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    options: Materialized<K, VA> & Named = {},
  ): KTable<Windowed<K>, VA> {
    return this.#aggregate('KSTREAM-AGGREGATE-', { initializer, aggregator }, options);
  }

  #aggregate<VA>(
    prefix: string,
    aggregation: StreamAggregation<K, V, VA>,
    options: Materialized<K, VA> & Named,
  ): KTable<Windowed<K>, VA> {
    const windows = this.#windows;
    const { topology } = this.#part.dsl;
    const storeName = options.storeName ?? topology.newStoreName(prefix);
    const name = topology.nameOr(options.name, prefix);
    const serdes = requireSerdes<K, VA>(name, options, { keySerde: this.#source.keySerde });
    const store: WindowStoreDefinition<K, VA> = {
      kind: 'window',
      ...storeBasics(storeName, options as Materialized<never, never>),
      ...serdes,
      windowSizeMs: windows.sizeMs,
      advanceMs: windows.advanceMs,
      retentionMs: retentionOf(options, windows.sizeMs + windows.gracePeriodMs),
    };
    const emit = this.#emit;
    return aggregateTable<K, V, Windowed<K>, VA>({
      name,
      storeName,
      store: { ...store, cachingEnabled: store.cachingEnabled && emit === 'on-window-update' },
      parent: this.#source.repartitioned({ storeName }),
      behaviour: (flags) => aggregateTimeWindows({ storeName, windows, emit }, aggregation, flags),
      serdes: { keySerde: timeWindowedSerde(serdes.keySerde, windows.sizeMs), valueSerde: serdes.valueSerde },
      queryableStoreName: options.storeName,
      gracePeriodMs: windows.gracePeriodMs,
      windowCloseOf: (key) => key.window.endMs,
    });
  }
}
