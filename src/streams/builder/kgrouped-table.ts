import { callback } from '../../base/argument-checks.ts';
import type { Aggregator, Initializer, Reducer } from '../functions.ts';
import type { GroupTable } from '../logical/nodes/group-table.ts';
import { tableAggregate, type TableAggregate } from '../logical/nodes/table-aggregate.ts';
import type { Materialized, Named } from '../options.ts';
import type { StreamRecord } from '../record.ts';
import { checkTableOptions } from './check-options.ts';
import type { Dsl } from './dsl.ts';
import type { KTable } from './ktable.ts';

/** Rows of a table grouped by a new key. Each change is taken away under its old value and added under its new one. */
export class KGroupedTable<K, V> {
  readonly #dsl: Dsl;
  readonly #group: GroupTable;

  constructor(from: {
    readonly dsl: Dsl;
    readonly group: GroupTable;
    readonly record?: StreamRecord<K, V>;
  }) {
    this.#dsl = from.dsl;
    this.#group = from.group;
  }

  /** How many rows each group has. */
  count(options: Materialized<K, number> & Named = {}): KTable<K, number> {
    checkTableOptions(options, 'options');
    return this.#aggregate({ type: 'count' }, options);
  }

  /** Combines the values of each group; the first is kept as it is. */
  reduce(adder: Reducer<V>, subtractor: Reducer<V>, options: Materialized<K, V> & Named = {}): KTable<K, V> {
    callback(adder, 'adder');
    callback(subtractor, 'subtractor');
    checkTableOptions(options, 'options');
    return this.#aggregate({ type: 'reduce', adder, subtractor }, options);
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
    return this.#aggregate({ type: 'aggregate', initializer, adder, subtractor }, options);
  }

  #aggregate<VA>(fold: TableAggregate['fold'], options: Materialized<K, VA> & Named): KTable<K, VA> {
    const node = this.#dsl.plan.add(tableAggregate(this.#group, fold, options));
    return this.#dsl.table(node);
  }
}
