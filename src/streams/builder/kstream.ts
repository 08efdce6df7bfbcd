import type { OperatorFunction } from 'rxjs';
import { callback } from '../../base/argument-checks.ts';
import type {
  ForeachAction,
  KeyValueMapper,
  PairMapper,
  Predicate,
  Present,
  TopicNameExtractor,
  ValueGuard,
  ValueJoiner,
  ValueMapper,
} from '../functions.ts';
import { filter } from '../logical/nodes/filter.ts';
import { flatMap } from '../logical/nodes/flat-map.ts';
import { flatMapValues } from '../logical/nodes/flat-map-values.ts';
import { map } from '../logical/nodes/map.ts';
import { mapValues } from '../logical/nodes/map-values.ts';
import { merge } from '../logical/nodes/merge.ts';
import type { StreamNode } from '../logical/nodes/node.ts';
import { foreach, peek } from '../logical/nodes/peek.ts';
import { pipe } from '../logical/nodes/pipe.ts';
import { print } from '../logical/nodes/print.ts';
import { process } from '../logical/nodes/process.ts';
import { repartition } from '../logical/nodes/repartition.ts';
import { selectKey } from '../logical/nodes/select-key.ts';
import { sink } from '../logical/nodes/sink.ts';
import { streamJoin, type StreamJoinKind } from '../logical/nodes/stream-join.ts';
import { streamTableJoin } from '../logical/nodes/stream-table-join.ts';
import { toTable } from '../logical/nodes/to-table.ts';
import type {
  Consumed,
  Grouped,
  Joined,
  Materialized,
  Named,
  Printed,
  Produced,
  Repartitioned,
  StreamJoined,
} from '../options.ts';
import { keyAndValue, writeToConsole } from '../operators/built-in-functions.ts';
import type { FixedKeyProcessorSupplier, ProcessorSupplier } from '../processor.ts';
import type { KeyValue, StreamRecord } from '../record.ts';
import type { KeyValueStoreDefinition } from '../state/store-definition.ts';
import type { JoinWindows } from '../windows/join-windows.ts';
import {
  checkLooking,
  checkLookup,
  checkMapping,
  checkNamed,
  checkNamedPair,
  checkPiped,
  checkPrinted,
  checkProcessing,
  checkProduced,
  checkRepartitioned,
  checkSinkTopic,
  checkStream,
  checkStreamJoin,
  checkTableOptions,
} from './check-options.ts';
import { BranchedKStream } from './branched-kstream.ts';
import type { StreamDescriptor } from './dsl.ts';
import { KGroupedStream } from './kgrouped-stream.ts';
import type { KTable } from './ktable.ts';

/** A named node's serde, where an operator changes the value's type and something downstream stores or sends it. */
interface NamedValue<V> extends Named {
  readonly valueSerde?: Consumed<unknown, V>['valueSerde'];
}

/** A named node's serdes, where an operator changes both types. */
interface NamedPair<K, V> extends NamedValue<V> {
  readonly keySerde?: Consumed<K, unknown>['keySerde'];
}

/** The stores that a processor may ask for, by their names or as they were added to the builder. */
interface ConnectedStores {
  readonly stores?: readonly (string | Pick<KeyValueStoreDefinition<unknown, unknown>, 'kind' | 'name'>)[];
}

function namesOf({ stores = [] }: ConnectedStores): readonly string[] {
  return stores.map((store) => (typeof store === 'string' ? store : store.name));
}

/**
 * A stream of records: each one a fact by itself. Operators answer a new stream and change nothing; what they do is
 * defined by Kafka Streams' operator of the same name.
 */
export class KStream<K, V> {
  readonly #part: StreamDescriptor<K, V>;

  /** Streams come from {@link StreamsBuilder.stream} and from operators, not from here. */
  constructor(part: StreamDescriptor<K, V>) {
    this.#part = part;
  }

  /** What the DSL itself knows of this stream; not for applications. */
  get part(): StreamDescriptor<K, V> {
    return this.#part;
  }

  /** Keeps the records that `predicate` answers true for. */
  filter<VR extends V>(predicate: ValueGuard<K, V, VR>, named?: Named): KStream<K, VR>;
  filter(predicate: Predicate<K, V>, named?: Named): KStream<K, V>;
  filter(predicate: Predicate<K, V>, named: Named = {}): KStream<K, V> {
    checkLooking({ predicate, named });
    return this.#stream(filter(this.#part.node, { predicate, negate: false, name: named.name }));
  }

  /** Keeps the records that `predicate` answers false for. */
  filterNot<VR extends V, VO extends Exclude<V, VR> = Exclude<V, VR>>(
    predicate: ValueGuard<K, V, VR>,
    named?: Named,
  ): KStream<K, VO>;
  filterNot(predicate: Predicate<K, V>, named?: Named): KStream<K, V>;
  filterNot(predicate: Predicate<K, V>, named: Named = {}): KStream<K, V> {
    checkLooking({ predicate, named });
    return this.#stream(filter(this.#part.node, { predicate, negate: true, name: named.name }));
  }

  /** A new key and value for each record. Marks the key as changed. */
  map<KR, VR>(mapper: PairMapper<K, V, KR, VR>, named: NamedPair<KR, VR> = {}): KStream<KR, VR> {
    checkMapping({ mapper, named });
    return this.#stream(map(this.#part.node, mapper, named));
  }

  /** A new value for each record; the key stays, so nothing is repartitioned. */
  mapValues<VR>(mapper: ValueMapper<K, V, VR>, named: NamedValue<VR> = {}): KStream<K, VR> {
    checkMapping({ mapper, named });
    return this.#stream(mapValues(this.#part.node, mapper, named));
  }

  /** Any number of records for each. Marks the key as changed. */
  flatMap<KR, VR>(
    mapper: KeyValueMapper<K, V, Iterable<KeyValue<KR, VR>>>,
    named: NamedPair<KR, VR> = {},
  ): KStream<KR, VR> {
    checkMapping({ mapper, named });
    return this.#stream(flatMap(this.#part.node, mapper, named));
  }

  /** Any number of values for each record, under its key. */
  flatMapValues<VR>(mapper: ValueMapper<K, V, Iterable<VR>>, named: NamedValue<VR> = {}): KStream<K, VR> {
    checkMapping({ mapper, named });
    return this.#stream(flatMapValues(this.#part.node, mapper, named));
  }

  /** A new key for each record. Marks the key as changed. */
  selectKey<KR>(mapper: KeyValueMapper<K, V, KR>, named: NamedPair<KR, V> = {}): KStream<KR, V> {
    checkMapping({ mapper, named });
    return this.#stream(selectKey(this.#part.node, mapper, named));
  }

  /** Looks at each record as it passes. */
  peek(action: ForeachAction<K, V>, named: Named = {}): KStream<K, V> {
    checkLooking({ action, named });
    return this.#stream(peek(this.#part.node, { action, name: named.name }));
  }

  /** Does something with each record, and ends there. */
  foreach(action: ForeachAction<K, V>, named: Named = {}): void {
    checkLooking({ action, named });
    const { dsl, node } = this.#part;
    dsl.plan.add(foreach(node, { action, name: named.name }));
  }

  /** Writes a line of text for each record, and ends there: Kafka Streams' `print(Printed)`, for a look at what comes. */
  print(printed: Printed<K, V> = {}): void {
    checkPrinted(printed, 'printed');
    const { name, label, mapper = keyAndValue, write = writeToConsole } = printed;
    const { dsl, node } = this.#part;
    dsl.plan.add(print(node, { name, label, mapper, write }));
  }

  /**
   * Puts synchronous RxJS operators into the chain. They see {@link StreamRecord}s and must emit, for each one that they
   * let through, a record during the call: operators with timers lose the record's place in the partition.
   * Marks the key as changed unless `keepsKey` says otherwise. An error in an operator starts its pipeline anew.
   */
  pipe<KR, VR>(
    operator: OperatorFunction<StreamRecord<K, V>, StreamRecord<KR, VR>>,
    named: NamedPair<KR, VR> & { readonly keepsKey?: boolean } = {},
  ): KStream<KR, VR> {
    callback(operator, 'operator');
    checkPiped(named, 'named');
    return this.#stream(pipe(this.#part.node, operator, named));
  }

  /** Splits the stream: each record goes to the first branch whose predicate holds. */
  split(named: Named = {}): BranchedKStream<K, V> {
    checkNamed(named, 'named');
    return new BranchedKStream(this.#part, named);
  }

  /** The records of both streams, interleaved as they come. */
  merge<KO, VO>(other: KStream<KO, VO>, named: Named = {}): KStream<K | KO, V | VO> {
    checkStream(other, 'other');
    checkNamed(named, 'named');
    return this.#stream(merge(this.#part.node, other.part.node, named.name));
  }

  /** Writes to an internal topic and reads it back, so that records of one key share a partition. */
  repartition(repartitioned: Repartitioned<K, V> = {}): KStream<K, V> {
    checkRepartitioned(repartitioned, 'repartitioned');
    return this.#stream(repartition(this.#part.node, repartitioned));
  }

  /** Writes to a topic, or to the one that a function picks for each record. */
  to(topic: string | TopicNameExtractor<K, V>, produced: Produced<K, V> = {}): void {
    checkSinkTopic(topic, 'topic');
    checkProduced(produced, 'produced');
    const { dsl, node } = this.#part;
    dsl.plan.add(sink(node, topic, produced));
  }

  /** A table whose rows are the latest value of each key; a null value deletes, records with a null key are dropped. */
  toTable(options: Materialized<Present<K>, Present<V>> & Named = {}): KTable<Present<K>, Present<V>> {
    checkTableOptions(options, 'options');
    const { dsl, node } = this.#part;
    return dsl.table(dsl.plan.add(toTable(node, options)));
  }

  /** Groups by a new key, for aggregation. The records are repartitioned; those with a null key are dropped. */
  groupBy<KR>(
    selector: KeyValueMapper<K, V, KR>,
    grouped: Grouped<Present<KR>, V> = {},
  ): KGroupedStream<Present<KR>, V> {
    callback(selector, 'selector');
    checkNamedPair(grouped, 'grouped');
    const selected = this.selectKey(selector, grouped.name === undefined ? {} : { name: grouped.name });
    const { dsl, node } = selected.part;
    return new KGroupedStream({ dsl, node }, grouped);
  }

  /** Groups by the key that the records have, for aggregation; those with a null key are dropped. */
  groupByKey(grouped: Grouped<Present<K>, V> = {}): KGroupedStream<Present<K>, V> {
    checkNamedPair(grouped, 'grouped');
    const { dsl, node } = this.#part;
    return new KGroupedStream({ dsl, node }, grouped);
  }

  /** Joins records of equal key that are close in time (see {@link JoinWindows}). */
  join<VO, VR>(
    other: KStream<K, VO>,
    joiner: ValueJoiner<K, V, VO, VR>,
    windows: JoinWindows,
    joined?: StreamJoined<K, V, VO>,
  ): KStream<K, VR>;
  /** Looks up each record in a table; records without a row are dropped. */
  join<VT, VR>(
    table: KTable<K, VT>,
    joiner: ValueJoiner<K, V, VT, VR>,
    joined?: Joined<K, V, VT>,
  ): KStream<K, VR>;
  join<VO, VR>(
    other: KStream<K, VO> | KTable<K, VO>,
    joiner: ValueJoiner<K, V, VO, VR>,
    third?: JoinWindows | Joined<K, V, VO>,
    joined?: StreamJoined<K, V, VO>,
  ): KStream<K, VR> {
    if (!(other instanceof KStream)) {
      const options = third as Joined<K, V, VO> | undefined;
      return this.#joinTable(other, joiner, options, { left: false });
    }
    return this.#joinStream(other, joiner, { windows: third as JoinWindows, joined, kind: 'inner' });
  }

  /** Like {@link KStream.join}, and every record of this stream yields a result: with null where nothing was found. */
  leftJoin<VO, VR>(
    other: KStream<K, VO>,
    joiner: ValueJoiner<K, V, VO | null, VR>,
    windows: JoinWindows,
    joined?: StreamJoined<K, V, VO>,
  ): KStream<K, VR>;
  leftJoin<VT, VR>(
    table: KTable<K, VT>,
    joiner: ValueJoiner<K, V, VT | null, VR>,
    joined?: Joined<K, V, VT>,
  ): KStream<K, VR>;
  leftJoin<VO, VR>(
    other: KStream<K, VO> | KTable<K, VO>,
    joiner: ValueJoiner<K, V, VO | null, VR>,
    third?: JoinWindows | Joined<K, V, VO>,
    joined?: StreamJoined<K, V, VO>,
  ): KStream<K, VR> {
    if (!(other instanceof KStream)) {
      const options = third as Joined<K, V, VO> | undefined;
      return this.#joinTable(other, joiner, options, { left: true });
    }
    return this.#joinStream(other, joiner, { windows: third as JoinWindows, joined, kind: 'left' });
  }

  /** Like {@link KStream.join}, and every record of either stream yields a result. */
  outerJoin<VO, VR>(
    other: KStream<K, VO>,
    joiner: ValueJoiner<K, V | null, VO | null, VR>,
    windows: JoinWindows,
    joined?: StreamJoined<K, V, VO>,
  ): KStream<K, VR> {
    return this.#joinStream(other, joiner, { windows, joined, kind: 'outer' });
  }

  /** Runs a processor of one's own, connected to stores by name. Marks the key as changed. */
  process<KR, VR>(
    supplier: ProcessorSupplier<K, V, KR, VR>,
    options: NamedPair<KR, VR> & ConnectedStores = {},
  ): KStream<KR, VR> {
    checkProcessing({ supplier, options });
    const stores = namesOf(options);
    return this.#stream(process(this.#part.node, supplier, { ...options, stores, keepsKey: false }));
  }

  /** Runs a processor of one's own that leaves keys as they are: it is given, and forwards, records of a fixed key. */
  processValues<VR>(
    supplier: FixedKeyProcessorSupplier<K, V, VR>,
    options: NamedValue<VR> & ConnectedStores = {},
  ): KStream<K, VR> {
    checkProcessing({ supplier, options });
    const stores = namesOf(options);
    return this.#stream(process(this.#part.node, supplier, { ...options, stores, keepsKey: true }));
  }

  #stream<KR, VR>(node: StreamNode): KStream<KR, VR> {
    const { dsl } = this.#part;
    return dsl.stream(dsl.plan.add(node));
  }

  #joinTable<VT, VR>(
    table: KTable<K, VT>,
    joiner: ValueJoiner<K, V, VT, VR>,
    joined: Joined<K, V, VT> = {},
    options: { readonly left: boolean },
  ): KStream<K, VR> {
    checkLookup({ table, joiner, joined });
    const { left } = options;
    return this.#stream(streamTableJoin(this.#part.node, table.part.node, { joiner, joined, left }));
  }

  #joinStream<VO, VR>(
    other: KStream<K, VO>,
    joiner: ValueJoiner<K, V, VO, VR>,
    options: {
      readonly windows: JoinWindows;
      readonly joined: StreamJoined<K, V, VO> | undefined;
      readonly kind: StreamJoinKind;
    },
  ): KStream<K, VR> {
    const { windows, joined = {}, kind } = options;
    checkStreamJoin({ other, joiner, windows, joined });
    return this.#stream(
      streamJoin(this.#part.node, other.part.node, { joiner, windows, joined, join: kind }),
    );
  }
}
