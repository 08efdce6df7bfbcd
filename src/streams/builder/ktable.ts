import { tableToStream } from '../operators/table-to-stream.ts';
import { mapTableForGrouping } from '../operators/table-repartition-map.ts';
import { suppressRecords } from '../operators/suppress.ts';
import { callback } from '../../base/argument-checks.ts';
import {
  checkNamed,
  checkNamedPair,
  checkOptionalTableOptions,
  checkSuppressed,
  checkTableJoin,
} from './check-options.ts';
import type { TableDescriptor } from './dsl.ts';
import type { KeyValueMapper, PairMapper, Predicate, ValueJoiner, ValueMapper } from './functions.ts';
import { joinOnForeignKey } from './foreign-key-join.ts';
import { KGroupedTable } from './kgrouped-table.ts';
import type { KStream } from './kstream.ts';
import type { Grouped, Materialized, Named, TableJoined } from './options.ts';
import { suppressTable, type Suppressed } from './suppressed.ts';
import { filterTable, mapTableValues } from './table-transform.ts';
import { joinTables, type TableJoinKind } from './table-table-join.ts';

/** How a row finds its foreign key, and how the join's nodes and table are named and kept. */
export interface ForeignKeyJoin<K, V, KO, VR> extends Materialized<K, VR>, TableJoined {
  /** The key in the other table; null where the row refers to none. */
  readonly foreignKey: (value: V, key: K) => KO | null;
}

/** A table: for each key the latest value. Each change is passed on, as a new value and, where needed, the old one. */
export class KTable<K, V> {
  readonly #part: TableDescriptor<K, V>;

  /** Tables come from {@link StreamsBuilder.table} and from operators, not from here. */
  constructor(part: TableDescriptor<K, V>) {
    this.#part = part;
  }

  /** What the DSL itself knows of this table; not for applications. */
  get part(): TableDescriptor<K, V> {
    return this.#part;
  }

  /** Name under which the table can be queried, if it was given one. */
  get queryableStoreName(): string | undefined {
    return this.#part.queryableStoreName;
  }

  /** Keeps the rows for which `predicate` holds; a row that ceases to match is deleted. */
  filter(predicate: Predicate<K, V>, options?: Materialized<K, V> & Named): KTable<K, V> {
    callback(predicate, 'predicate');
    checkOptionalTableOptions(options, 'options');
    return filterTable(this.#part, { predicate, negate: false, options });
  }

  /** Keeps the rows for which `predicate` does not hold. */
  filterNot(predicate: Predicate<K, V>, options?: Materialized<K, V> & Named): KTable<K, V> {
    callback(predicate, 'predicate');
    checkOptionalTableOptions(options, 'options');
    return filterTable(this.#part, { predicate, negate: true, options });
  }

  /** A new value for each row; deletions pass unseen by the mapper. */
  mapValues<VR>(mapper: ValueMapper<K, V, VR>, options?: Materialized<K, VR> & Named): KTable<K, VR> {
    callback(mapper, 'mapper');
    checkOptionalTableOptions(options, 'options');
    return mapTableValues(this.#part, { mapper, options });
  }

  // The form that takes a function stands first: the compiler types a function's parameters by the first form that may
  // fit, and options without a function may look like one.
  /** The changes as a stream, with a key from `mapper`; a deletion is a null value. */
  toStream<KR>(mapper: KeyValueMapper<K, V, KR>, named?: Named): KStream<KR, V>;
  /** The changes as a stream; a deletion is a null value. */
  toStream(named?: Named): KStream<K, V>;
  toStream<KR>(
    first: Named | KeyValueMapper<K, V, KR> = {},
    named: Named = {},
  ): KStream<K, V> | KStream<KR, V> {
    const mapper = typeof first === 'function' ? (first as KeyValueMapper<K, V, KR>) : undefined;
    const given = mapper ? named : (first as Named);
    checkNamed(given, 'named');
    const { dsl, keySerde, valueSerde, sources, repartitions } = this.#part;
    const name = dsl.topology.nameOr(given.name, 'KTABLE-TOSTREAM-');
    dsl.topology.addProcessor({ name, parents: [this.#part.name], factory: tableToStream<K, V>() });
    const common = { dsl, name, node: name, sources, repartitions };
    const stream = dsl.stream<K, V>({ ...common, keySerde, valueSerde, repartitionRequired: false });
    return mapper ? stream.selectKey(mapper) : stream;
  }

  /** Holds changes back: until their window closes, or for a while. */
  suppress(suppressed: Suppressed): KTable<K, V> {
    checkSuppressed(suppressed, 'suppressed');
    return suppressTable(this.#part, suppressed, suppressRecords);
  }

  /** Groups rows by a new key, for aggregation; a row that changes its group leaves the old one first. */
  groupBy<KR, VR>(
    selector: PairMapper<K, V, KR | null, VR | null>,
    grouped: Grouped<KR, VR> = {},
  ): KGroupedTable<KR, VR> {
    callback(selector, 'selector');
    checkNamedPair(grouped, 'grouped');
    const { dsl, repartitions } = this.#part;
    const name = dsl.topology.nameOr(grouped.name, 'KTABLE-SELECT-');
    dsl.topology.addProcessor({
      name,
      parents: [this.#part.name],
      factory: mapTableForGrouping(selector, this.#part.versioned),
    });
    this.#part.enableSendingOldValues(true);
    return new KGroupedTable<KR, VR>({ dsl, node: name, repartitions, grouped });
  }

  /** Rows of this table with the row of the other that they refer to. */
  join<KO, VO, VR>(
    other: KTable<KO, VO>,
    joiner: ValueJoiner<K, V, VO, VR>,
    options: ForeignKeyJoin<K, V, KO, VR>,
  ): KTable<K, VR>;
  /** Rows of both tables with equal keys. */
  join<VO, VR>(
    other: KTable<K, VO>,
    joiner: ValueJoiner<K, V, VO, VR>,
    options?: Materialized<K, VR> & Named,
  ): KTable<K, VR>;
  join<KO, VO, VR>(
    other: KTable<K, VO> | KTable<KO, VO>,
    joiner: ValueJoiner<K, V, VO, VR>,
    options?: (Materialized<K, VR> & Named) | ForeignKeyJoin<K, V, KO, VR>,
  ): KTable<K, VR> {
    checkTableJoin({ other, joiner, options });
    if (options !== undefined && 'foreignKey' in options) {
      return joinOnForeignKey(this.#part, {
        other: (other as KTable<KO, VO>).part,
        joiner,
        options,
        left: false,
      });
    }
    return this.#joinTable(other as KTable<K, VO>, joiner, 'inner', options);
  }

  /** Like {@link KTable.join}, and every row of this table yields a result. */
  leftJoin<KO, VO, VR>(
    other: KTable<KO, VO>,
    joiner: ValueJoiner<K, V, VO | null, VR>,
    options: ForeignKeyJoin<K, V, KO, VR>,
  ): KTable<K, VR>;
  leftJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: ValueJoiner<K, V, VO | null, VR>,
    options?: Materialized<K, VR> & Named,
  ): KTable<K, VR>;
  leftJoin<KO, VO, VR>(
    other: KTable<K, VO> | KTable<KO, VO>,
    joiner: ValueJoiner<K, V, VO | null, VR>,
    options?: (Materialized<K, VR> & Named) | ForeignKeyJoin<K, V, KO, VR>,
  ): KTable<K, VR> {
    checkTableJoin({ other, joiner, options });
    if (options !== undefined && 'foreignKey' in options) {
      return joinOnForeignKey(this.#part, {
        other: (other as KTable<KO, VO>).part,
        joiner,
        options,
        left: true,
      });
    }
    return this.#joinTable(other as KTable<K, VO>, joiner, 'left', options);
  }

  /** Rows of either table. */
  outerJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: ValueJoiner<K, V | null, VO | null, VR>,
    options?: Materialized<K, VR> & Named,
  ): KTable<K, VR> {
    checkTableJoin({ other, joiner, options });
    return this.#joinTable(other, joiner, 'outer', options);
  }

  #joinTable<VO, VR>(
    other: KTable<K, VO>,
    joiner: ValueJoiner<K, V, VO, VR>,
    kind: TableJoinKind,
    options: (Materialized<K, VR> & Named) | undefined,
  ): KTable<K, VR> {
    return joinTables(this.#part, { other: other.part, joiner, kind, options });
  }
}
