import { callback } from '../../base/argument-checks.ts';
import {
  checkNamed,
  checkNamedPair,
  checkOptionalTableOptions,
  checkSuppressed,
  checkTableJoin,
} from './check-options.ts';
import type { TableNode } from '../logical/nodes/node.ts';
import type { TableDescriptor } from './dsl.ts';
import type {
  KeyValueMapper,
  PairMapper,
  Predicate,
  ValueGuard,
  ValueJoiner,
  ValueMapper,
} from '../functions.ts';
import { foreignKeyJoin } from '../logical/nodes/foreign-key-join.ts';
import { groupTable } from '../logical/nodes/group-table.ts';
import { suppress } from '../logical/nodes/suppress.ts';
import { tableFilter } from '../logical/nodes/table-filter.ts';
import { tableJoin, type TableJoinKind } from '../logical/nodes/table-join.ts';
import { tableMapValues } from '../logical/nodes/table-map-values.ts';
import { toStream } from '../logical/nodes/to-stream.ts';
import { KGroupedTable } from './kgrouped-table.ts';
import type { KStream } from './kstream.ts';
import type { Grouped, Materialized, Named, Suppressed, TableJoined } from '../options.ts';

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
    const { dsl, node } = this.#part;
    return dsl.plan.namesOf(node).queryable;
  }

  /** Keeps the rows for which `predicate` holds; a row that ceases to match is deleted. */
  filter<VR extends V>(predicate: ValueGuard<K, V, VR>, options?: Materialized<K, VR> & Named): KTable<K, VR>;
  filter(predicate: Predicate<K, V>, options?: Materialized<K, V> & Named): KTable<K, V>;
  filter(predicate: Predicate<K, V>, options?: Materialized<K, V> & Named): KTable<K, V> {
    callback(predicate, 'predicate');
    checkOptionalTableOptions(options, 'options');
    return this.#table(tableFilter(this.#part.node, { predicate, negate: false }, options));
  }

  /** Keeps the rows for which `predicate` does not hold. */
  filterNot(predicate: Predicate<K, V>, options?: Materialized<K, V> & Named): KTable<K, V> {
    callback(predicate, 'predicate');
    checkOptionalTableOptions(options, 'options');
    return this.#table(tableFilter(this.#part.node, { predicate, negate: true }, options));
  }

  /** A new value for each row; deletions pass unseen by the mapper. */
  mapValues<VR>(mapper: ValueMapper<K, V, VR>, options?: Materialized<K, VR> & Named): KTable<K, VR> {
    callback(mapper, 'mapper');
    checkOptionalTableOptions(options, 'options');
    return this.#table(tableMapValues(this.#part.node, mapper, options));
  }

  // The form that takes a function stands first: the compiler types a function's parameters by the first form that may
  // fit, and options without a function may look like one.
  /** The changes as a stream, with a key from `mapper`; a deletion is a null value. */
  toStream<KR>(mapper: KeyValueMapper<K, V | null, KR>, named?: Named): KStream<KR, V | null>;
  /** The changes as a stream; a deletion is a null value. */
  toStream(named?: Named): KStream<K, V | null>;
  toStream<KR>(
    first: Named | KeyValueMapper<K, V | null, KR> = {},
    named: Named = {},
  ): KStream<K, V | null> | KStream<KR, V | null> {
    const mapper = typeof first === 'function' ? (first as KeyValueMapper<K, V | null, KR>) : undefined;
    const given = typeof first === 'function' ? named : first;
    checkNamed(given, 'named');
    const { dsl, node } = this.#part;
    const stream = dsl.stream<K, V | null>(dsl.plan.add(toStream(node, given.name)));
    return mapper ? stream.selectKey(mapper) : stream;
  }

  /** Holds changes back: until their window closes, or for a while. */
  suppress(suppressed: Suppressed): KTable<K, V> {
    checkSuppressed(suppressed, 'suppressed');
    const { name, buffer = {} } = suppressed;
    const waitMs = suppressed.until === 'time-limit' ? suppressed.waitMs : undefined;
    return this.#table(suppress(this.#part.node, { name, waitMs, buffer }));
  }

  /** Groups rows by a new key, for aggregation; a row that changes its group leaves the old one first. */
  groupBy<KR, VR>(
    selector: PairMapper<K, V, KR | null, VR | null>,
    grouped: Grouped<KR, VR> = {},
  ): KGroupedTable<KR, VR> {
    callback(selector, 'selector');
    checkNamedPair(grouped, 'grouped');
    const { dsl, node } = this.#part;
    return new KGroupedTable<KR, VR>({ dsl, group: dsl.plan.add(groupTable(node, selector, grouped)) });
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
    const { node } = other.part;
    return options !== undefined && 'foreignKey' in options
      ? this.#joinOnForeignKey(node, joiner, { ...options, left: false })
      : this.#joinTable(node, joiner, 'inner', options);
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
    const { node } = other.part;
    return options !== undefined && 'foreignKey' in options
      ? this.#joinOnForeignKey(node, joiner, { ...options, left: true })
      : this.#joinTable(node, joiner, 'left', options);
  }

  /** Rows of either table. */
  outerJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: ValueJoiner<K, V | null, VO | null, VR>,
    options?: Materialized<K, VR> & Named,
  ): KTable<K, VR> {
    checkTableJoin({ other, joiner, options });
    return this.#joinTable(other.part.node, joiner, 'outer', options);
  }

  #joinTable<VO, VR>(
    other: TableNode,
    joiner: ValueJoiner<K, V, VO, VR>,
    join: TableJoinKind,
    options: Materialized<K, VR> & Named = {},
  ): KTable<K, VR> {
    return this.#table(tableJoin(this.#part.node, other, { joiner, join, options }));
  }

  #joinOnForeignKey<KO, VO, VR>(
    other: TableNode,
    joiner: ValueJoiner<K, V, VO, VR>,
    given: ForeignKeyJoin<K, V, KO, VR> & { readonly left: boolean },
  ): KTable<K, VR> {
    const { foreignKey, left, ...options } = given;
    return this.#table(foreignKeyJoin(this.#part.node, other, { foreignKey, joiner, left, options }));
  }

  #table<VR>(node: TableNode): KTable<K, VR> {
    const { dsl } = this.#part;
    return dsl.table(dsl.plan.add(node));
  }
}
