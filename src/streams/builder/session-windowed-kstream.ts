import { aggregateSessions } from '../operators/session-window-aggregate.ts';
import type { StreamAggregation } from '../operators/stream-aggregate.ts';
import { Serdes } from '../serdes.ts';
import type { SessionStoreDefinition } from '../state/store-definition.ts';
import type { SessionWindows } from '../windows/session-windows.ts';
import type { Windowed } from '../windows/windowed.ts';
import { sessionWindowedSerde } from '../windows/windowed-serdes.ts';
import { aggregateTable } from './aggregate-table.ts';
import type { StreamPart } from './dsl.ts';
import type { Aggregator, Initializer, Merger, Reducer } from './functions.ts';
import type { GroupedSource } from './grouped-source.ts';
import type { KTable } from './ktable.ts';
import { burnStoreName, retentionOf, storeBasics } from './materialize.ts';
import type { Materialized, Named } from './options.ts';
import { requireSerdes } from './require-serdes.ts';
import type { EmitStrategy } from './time-windowed-kstream.ts';

/** Records grouped by key and by sessions of activity. Records with a null key are dropped. */
export class SessionWindowedKStream<K, V> {
  readonly #part: StreamPart<K, V>;
  readonly #source: GroupedSource<K, V>;
  readonly #windows: SessionWindows;
  readonly #emit: EmitStrategy;

  constructor(
    part: StreamPart<K, V>,
    source: GroupedSource<K, V>,
    windows: SessionWindows,
    emit: EmitStrategy = 'on-window-update',
  ) {
    this.#part = part;
    this.#source = source;
    this.#windows = windows;
    this.#emit = emit;
  }

  emitStrategy(emit: EmitStrategy): SessionWindowedKStream<K, V> {
    return new SessionWindowedKStream(this.#part, this.#source, this.#windows, emit);
  }

  /** How many records each session has. */
  count(options: Materialized<K, number> & Named = {}): KTable<Windowed<K>, number> {
    burnStoreName(this.#part.dsl.topology, 'KSTREAM-AGGREGATE-', options as Materialized<never, never>);
    return this.#aggregate(
      'KSTREAM-AGGREGATE-',
      { initializer: () => 0, aggregator: (_key, _value, count) => count + 1 },
      (_key, left, right) => left + right,
      { valueSerde: Serdes.long, ...options },
    );
  }

  /** Combines the values of a session, two at a time. */
  reduce(reducer: Reducer<V>, options: Materialized<K, V> & Named = {}): KTable<Windowed<K>, V> {
    const { valueSerde } = this.#source;
    return this.#aggregate<V>(
      'KSTREAM-REDUCE-',
      { initializer: undefined, aggregator: (_key, value, aggregate) => reducer(aggregate, value) },
      (_key, left, right) => reducer(left, right) ?? right,
      valueSerde ? { valueSerde, ...options } : options,
    );
  }

  /** Folds the values of a session; `merger` joins the aggregates of sessions that have become one. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    merger: Merger<K, VA>,
    options: Materialized<K, VA> & Named = {},
  ): KTable<Windowed<K>, VA> {
    return this.#aggregate('KSTREAM-AGGREGATE-', { initializer, aggregator }, merger, options);
  }

  #aggregate<VA>(
    prefix: string,
    aggregation: StreamAggregation<K, V, VA>,
    merger: Merger<K, VA>,
    options: Materialized<K, VA> & Named,
  ): KTable<Windowed<K>, VA> {
    const windows = this.#windows;
    const { topology } = this.#part.dsl;
    const storeName = options.storeName ?? topology.newStoreName(prefix);
    const name = topology.nameOr(options.name, prefix);
    const serdes = requireSerdes<K, VA>(name, options, { keySerde: this.#source.keySerde });
    const store: SessionStoreDefinition<K, VA> = {
      kind: 'session',
      ...storeBasics(storeName, options as Materialized<never, never>),
      ...serdes,
      retentionMs: retentionOf(options, windows.inactivityGapMs + windows.gracePeriodMs),
    };
    const emit = this.#emit;
    return aggregateTable<K, V, Windowed<K>, VA>({
      name,
      storeName,
      store: { ...store, cachingEnabled: store.cachingEnabled && emit === 'on-window-update' },
      parent: this.#source.repartitioned({ storeName }),
      behaviour: (flags) =>
        aggregateSessions({ storeName, windows, emit }, { ...aggregation, merger }, flags),
      serdes: { keySerde: sessionWindowedSerde(serdes.keySerde), valueSerde: serdes.valueSerde },
      queryableStoreName: options.storeName,
      gracePeriodMs: windows.gracePeriodMs + windows.inactivityGapMs,
      windowCloseOf: (key) => key.window.endMs,
    });
  }
}
