import { changeSerde } from '../operators/change-serde.ts';
import { aggregateChanges, type TableAggregation } from '../operators/table-aggregate.ts';
import { Serdes } from '../serdes.ts';
import { callback } from '../../base/argument-checks.ts';
import { checkTableOptions } from './check-options.ts';
import { aggregateTable } from './aggregate-table.ts';
import type { Dsl, RepartitionStep, StreamDescriptor } from './dsl.ts';
import type { Aggregator, Initializer, Reducer } from './functions.ts';
import type { KTable } from './ktable.ts';
import { tableStore } from './materialize.ts';
import type { Grouped, Materialized, Named } from './options.ts';
import { requireSerdes } from './require-serdes.ts';

/** Rows of a table grouped by a new key. Each change is taken away under its old value and added under its new one. */
export class KGroupedTable<K, V> {
  readonly #dsl: Dsl;
  readonly #node: string;
  readonly #repartitions: readonly RepartitionStep[];
  readonly #grouped: Grouped<K, V>;
  #shared: StreamDescriptor<K, V> | undefined;

  constructor(from: {
    readonly dsl: Dsl;
    readonly node: string;
    readonly repartitions: readonly RepartitionStep[];
    readonly grouped: Grouped<K, V>;
  }) {
    this.#dsl = from.dsl;
    this.#node = from.node;
    this.#repartitions = from.repartitions;
    this.#grouped = from.grouped;
  }

  /** How many rows each group has. */
  count(options: Materialized<K, number> & Named = {}): KTable<K, number> {
    checkTableOptions(options, 'options');
    return this.#aggregate(
      'KTABLE-AGGREGATE-',
      {
        initializer: () => 0,
        adder: (_key, _value, count) => count + 1,
        subtractor: (_key, _value, count) => count - 1,
      },
      { valueSerde: Serdes.long, ...options },
    );
  }

  /** Combines the values of each group; the first is kept as it is. */
  reduce(adder: Reducer<V>, subtractor: Reducer<V>, options: Materialized<K, V> & Named = {}): KTable<K, V> {
    callback(adder, 'adder');
    callback(subtractor, 'subtractor');
    checkTableOptions(options, 'options');
    const { valueSerde } = this.#grouped;
    return this.#aggregate<V>(
      'KTABLE-REDUCE-',
      {
        initializer: undefined,
        adder: (_key, value, aggregate) => adder(aggregate, value),
        subtractor: (_key, value, aggregate) => subtractor(aggregate, value),
      },
      valueSerde ? { valueSerde, ...options } : options,
    );
  }

  /** Folds the values of each group; `subtractor` undoes what `adder` did. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    adder: Aggregator<K, V, VA>,
    subtractor: Aggregator<K, V, VA>,
    options: Materialized<K, VA> & Named = {},
  ): KTable<K, VA> {
    callback(initializer, 'initializer');
    callback(adder, 'adder');
    callback(subtractor, 'subtractor');
    checkTableOptions(options, 'options');
    return this.#aggregate('KTABLE-AGGREGATE-', { initializer, adder, subtractor }, options);
  }

  #aggregate<VA>(
    functionPrefix: string,
    aggregation: TableAggregation<K, V, VA>,
    options: Materialized<K, VA> & Named,
  ): KTable<K, VA> {
    const { topology } = this.#dsl;
    const storeName = options.storeName ?? topology.newStoreName('KTABLE-AGGREGATE-');
    const sink = topology.suffixedNameOr(options.name, '-sink', 'KSTREAM-SINK-');
    const source = topology.suffixedNameOr(options.name, '-source', 'KSTREAM-SOURCE-');
    const name = topology.nameOr(options.name, functionPrefix);
    const serdes = requireSerdes<K, VA>(name, options, { keySerde: this.#grouped.keySerde });
    const topic = `${this.#grouped.name ?? storeName}-repartition`;
    return aggregateTable({
      name,
      storeName,
      store: tableStore(storeName, serdes, options),
      parent: this.#shared ?? this.#repartition({ sink, source, topic }),
      factory: (flags) => aggregateChanges(storeName, aggregation, flags),
      serdes,
      queryableStoreName: options.storeName,
    });
  }

  #repartition(names: {
    readonly sink: string;
    readonly source: string;
    readonly topic: string;
  }): StreamDescriptor<K, V> {
    const { topology } = this.#dsl;
    const { sink, source, topic } = names;
    const { keySerde, valueSerde: rowSerde } = requireSerdes<K, V>(sink, this.#grouped, {});
    const valueSerde = changeSerde(rowSerde);
    topology.addRepartitionTopic({ name: topic, partitions: undefined });
    topology.addSink({
      name: sink,
      parents: [this.#node],
      topic,
      keySerde,
      valueSerde,
      partitioner: undefined,
    });
    topology.addSource({
      name: source,
      topics: [topic],
      keySerde,
      valueSerde,
      timestampExtractor: undefined,
      offsetReset: 'earliest',
    });
    const part: StreamDescriptor<K, V> = {
      dsl: this.#dsl,
      name: source,
      node: source,
      keySerde,
      valueSerde: rowSerde,
      sources: [source],
      repartitionRequired: false,
      repartitions: this.#repartitions,
    };
    if (this.#grouped.name !== undefined) this.#shared = part;
    return part;
  }
}
