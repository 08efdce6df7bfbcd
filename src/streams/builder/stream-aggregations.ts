import type { StreamAggregation } from '../operators/stream-aggregate.ts';
import { Serdes } from '../serdes.ts';
import type { TopologyBuilder } from '../topology/topology-builder.ts';
import type { Aggregator, Initializer, Reducer } from './functions.ts';
import type { GroupedSource } from './grouped-source.ts';
import { burnStoreName } from './materialize.ts';
import type { Materialized, Named } from './options.ts';

/** An aggregation of a grouped stream, windowed or not, as the DSL has been asked for it. */
export interface NamedAggregation<K, V, VA> extends StreamAggregation<K, V, VA> {
  /** What generated names of its node and its store begin with. */
  readonly prefix: 'KSTREAM-AGGREGATE-' | 'KSTREAM-REDUCE-';
  readonly options: Materialized<K, VA> & Named;
}

export function counting<K, V>(
  topology: TopologyBuilder,
  options: Materialized<K, number> & Named,
): NamedAggregation<K, V, number> {
  burnStoreName(topology, 'KSTREAM-AGGREGATE-', options as Materialized<never, never>);
  return {
    prefix: 'KSTREAM-AGGREGATE-',
    initializer: () => 0,
    aggregator: (_key, _value, count) => count + 1,
    options: { valueSerde: Serdes.long, ...options },
  };
}

/** The first value of a key is kept as it is, so a reduction has no initializer, and the stream's serde will do. */
export function reducing<K, V>(
  source: GroupedSource<K, V>,
  reducer: Reducer<V>,
  options: Materialized<K, V> & Named,
): NamedAggregation<K, V, V> {
  const { valueSerde } = source;
  return {
    prefix: 'KSTREAM-REDUCE-',
    initializer: undefined,
    aggregator: (_key, value, aggregate) => reducer(aggregate, value),
    options: valueSerde ? { valueSerde, ...options } : options,
  };
}

export function folding<K, V, VA>(
  initializer: Initializer<VA>,
  aggregator: Aggregator<K, V, VA>,
  options: Materialized<K, VA> & Named,
): NamedAggregation<K, V, VA> {
  return { prefix: 'KSTREAM-AGGREGATE-', initializer, aggregator, options };
}
