import type { OperatorFunction } from 'rxjs';
import { filterRecords } from '../operators/filter.ts';
import { flatMapRecords } from '../operators/flat-map.ts';
import { flatMapRecordValues } from '../operators/flat-map-values.ts';
import { mapRecords } from '../operators/map.ts';
import { mapRecordValues } from '../operators/map-values.ts';
import { passThrough } from '../operators/pass-through.ts';
import { peekRecords } from '../operators/peek.ts';
import { userPipe } from '../operators/rx-node.ts';
import { selectRecordKey } from '../operators/select-key.ts';
import { userProcessor } from '../operators/user-processor.ts';
import type { ProcessorSupplier } from '../processor.ts';
import type { KeyValue, StreamRecord } from '../record.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import type { JoinWindows } from '../windows/join-windows.ts';
import { callback } from '../../base/argument-checks.ts';
import {
  checkLooking,
  checkLookup,
  checkMapping,
  checkNamed,
  checkNamedPair,
  checkPiped,
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
import type {
  ForeachAction,
  KeyValueMapper,
  PairMapper,
  Predicate,
  TopicNameExtractor,
  ValueJoiner,
  ValueMapper,
} from './functions.ts';
import { KGroupedStream } from './kgrouped-stream.ts';
import type { KTable } from './ktable.ts';
import type {
  Consumed,
  Grouped,
  Joined,
  Materialized,
  Named,
  Produced,
  Repartitioned,
  StreamJoined,
} from './options.ts';
import { requireSerdes } from './require-serdes.ts';
import { repartition, type RepartitionRequest } from './repartition.ts';
import { joinStreams, type StreamJoinKind } from './stream-stream-join.ts';
import { joinStreamWithTable } from './stream-table-join.ts';
import { streamToTable } from './stream-to-table.ts';

/** A named node's serde, where an operator changes the value's type and something downstream stores or sends it. */
interface NamedValue<V> extends Named {
  readonly valueSerde?: Consumed<unknown, V>['valueSerde'];
}

/** A named node's serdes, where an operator changes both types. */
interface NamedPair<K, V> extends NamedValue<V> {
  readonly keySerde?: Consumed<K, unknown>['keySerde'];
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
  filter(predicate: Predicate<K, V>, named: Named = {}): KStream<K, V> {
    checkLooking({ predicate, named });
    return this.#stateless('KSTREAM-FILTER-', named, filterRecords(predicate, { negate: false }));
  }

  /** Keeps the records that `predicate` answers false for. */
  filterNot(predicate: Predicate<K, V>, named: Named = {}): KStream<K, V> {
    checkLooking({ predicate, named });
    return this.#stateless('KSTREAM-FILTER-', named, filterRecords(predicate, { negate: true }));
  }

  /** A new key and value for each record. Marks the key as changed. */
  map<KR, VR>(mapper: PairMapper<K, V, KR, VR>, named: NamedPair<KR, VR> = {}): KStream<KR, VR> {
    checkMapping({ mapper, named });
    return this.#keyChanging('KSTREAM-MAP-', named, mapRecords(mapper));
  }

  /** A new value for each record; the key stays, so nothing is repartitioned. */
  mapValues<VR>(mapper: ValueMapper<K, V, VR>, named: NamedValue<VR> = {}): KStream<K, VR> {
    checkMapping({ mapper, named });
    return this.#valueChanging('KSTREAM-MAPVALUES-', named, mapRecordValues(mapper));
  }

  /** Any number of records for each. Marks the key as changed. */
  flatMap<KR, VR>(
    mapper: KeyValueMapper<K, V, Iterable<KeyValue<KR, VR>>>,
    named: NamedPair<KR, VR> = {},
  ): KStream<KR, VR> {
    checkMapping({ mapper, named });
    return this.#keyChanging('KSTREAM-FLATMAP-', named, flatMapRecords(mapper));
  }

  /** Any number of values for each record, under its key. */
  flatMapValues<VR>(mapper: ValueMapper<K, V, Iterable<VR>>, named: NamedValue<VR> = {}): KStream<K, VR> {
    checkMapping({ mapper, named });
    return this.#valueChanging('KSTREAM-FLATMAPVALUES-', named, flatMapRecordValues(mapper));
  }

  /** A new key for each record. Marks the key as changed. */
  selectKey<KR>(mapper: KeyValueMapper<K, V, KR>, named: NamedPair<KR, V> = {}): KStream<KR, V> {
    checkMapping({ mapper, named });
    const { valueSerde = this.#part.valueSerde, ...rest } = named;
    const serdes = valueSerde ? { ...rest, valueSerde } : rest;
    return this.#keyChanging('KSTREAM-KEY-SELECT-', serdes, selectRecordKey(mapper));
  }

  /** Looks at each record as it passes. */
  peek(action: ForeachAction<K, V>, named: Named = {}): KStream<K, V> {
    checkLooking({ action, named });
    return this.#stateless('KSTREAM-PEEK-', named, peekRecords(action, { forward: true }));
  }

  /** Does something with each record, and ends there. */
  foreach(action: ForeachAction<K, V>, named: Named = {}): void {
    checkLooking({ action, named });
    this.#addNode('KSTREAM-FOREACH-', named, peekRecords(action, { forward: false }));
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
    const { keepsKey = false } = named;
    const node = this.#addNode('KSTREAM-PIPE-', named, userPipe(operator, { keepsKey }));
    return this.#derive<KR, VR>(node, {
      keySerde: named.keySerde,
      valueSerde: named.valueSerde,
      repartitionRequired: this.#part.repartitionRequired || !keepsKey,
    });
  }

  /** Splits the stream: each record goes to the first branch whose predicate holds. */
  split(named: Named = {}): BranchedKStream<K, V> {
    checkNamed(named, 'named');
    return new BranchedKStream(this.#part, named);
  }

  /** The records of both streams, interleaved as they come. */
  merge(other: KStream<K, V>, named: Named = {}): KStream<K, V> {
    checkStream(other, 'other');
    checkNamed(named, 'named');
    const left = this.#part;
    const right = other.part;
    const name = left.dsl.topology.nameOr(named.name, 'KSTREAM-MERGE-');
    const parents = left.node === right.node ? [left.node] : [left.node, right.node];
    left.dsl.topology.addProcessor({ name, parents, factory: passThrough() });
    return left.dsl.stream<K, V>({
      ...left,
      name,
      node: name,
      keySerde: left.keySerde === right.keySerde ? left.keySerde : undefined,
      valueSerde: left.valueSerde === right.valueSerde ? left.valueSerde : undefined,
      sources: [...new Set([...left.sources, ...right.sources])],
      repartitionRequired: left.repartitionRequired || right.repartitionRequired,
      repartitions: [...left.repartitions, ...right.repartitions],
    });
  }

  /** Writes to an internal topic and reads it back, so that records of one key share a partition. */
  repartition(repartitioned: Repartitioned<K, V> = {}): KStream<K, V> {
    checkRepartitioned(repartitioned, 'repartitioned');
    const part = this.#part;
    const { name } = repartitioned;
    const request: RepartitionRequest<K, V> = {
      ...repartitioned,
      topicName: name ?? part.dsl.topology.newProcessorName('KSTREAM-REPARTITION-'),
    };
    return part.dsl.stream(repartition(part, request));
  }

  /** Writes to a topic, or to the one that a function picks for each record. */
  to(topic: string | TopicNameExtractor<K, V>, produced: Produced<K, V> = {}): void {
    checkSinkTopic(topic, 'topic');
    checkProduced(produced, 'produced');
    const { dsl, node } = this.#part;
    const name = dsl.topology.nameOr(produced.name, 'KSTREAM-SINK-');
    const { keySerde, valueSerde } = requireSerdes(name, produced, this.#part);
    dsl.topology.addSink({
      name,
      parents: [node],
      topic,
      keySerde,
      valueSerde,
      partitioner: produced.partitioner,
    });
  }

  /** A table whose rows are the latest value of each key; a null value deletes. */
  toTable(options: Materialized<K, V> & Named = {}): KTable<K, V> {
    checkTableOptions(options, 'options');
    return streamToTable(this.#part, options);
  }

  /** Groups by a new key, for aggregation. The records are repartitioned. */
  groupBy<KR>(selector: KeyValueMapper<K, V, KR>, grouped: Grouped<KR, V> = {}): KGroupedStream<KR, V> {
    callback(selector, 'selector');
    checkNamedPair(grouped, 'grouped');
    const selected = this.selectKey(selector, grouped.name === undefined ? {} : { name: grouped.name });
    return new KGroupedStream(selected.part, grouped);
  }

  /** Groups by the key that the records have, for aggregation. */
  groupByKey(grouped: Grouped<K, V> = {}): KGroupedStream<K, V> {
    checkNamedPair(grouped, 'grouped');
    return new KGroupedStream(this.#part, grouped);
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
    options: NamedPair<KR, VR> & { readonly stores?: readonly string[] } = {},
  ): KStream<KR, VR> {
    checkProcessing({ supplier, options });
    const factory = userProcessor(supplier, { keepsKey: false });
    const node = this.#addNode('KSTREAM-PROCESSOR-', options, factory, options.stores);
    return this.#derive<KR, VR>(node, {
      keySerde: options.keySerde,
      valueSerde: options.valueSerde,
      repartitionRequired: true,
    });
  }

  /** Runs a processor of one's own that leaves keys as they are. */
  processValues<VR>(
    supplier: ProcessorSupplier<K, V, K, VR>,
    options: NamedValue<VR> & { readonly stores?: readonly string[] } = {},
  ): KStream<K, VR> {
    checkProcessing({ supplier, options });
    const factory = userProcessor(supplier, { keepsKey: true });
    const node = this.#addNode('KSTREAM-PROCESSVALUES-', options, factory, options.stores);
    return this.#derive<K, VR>(node, {
      keySerde: this.#part.keySerde,
      valueSerde: options.valueSerde,
      repartitionRequired: this.#part.repartitionRequired,
    });
  }

  /** A node that passes records on as they are, or not at all. */
  #stateless(prefix: string, named: Named, factory: NodeFactory): KStream<K, V> {
    const node = this.#addNode(prefix, named, factory);
    return this.#part.dsl.stream({ ...this.#part, name: node, node });
  }

  #valueChanging<VR>(prefix: string, named: NamedValue<VR>, factory: NodeFactory): KStream<K, VR> {
    const node = this.#addNode(prefix, named, factory);
    const { keySerde, repartitionRequired } = this.#part;
    return this.#derive(node, { keySerde, valueSerde: named.valueSerde, repartitionRequired });
  }

  #keyChanging<KR, VR>(prefix: string, named: NamedPair<KR, VR>, factory: NodeFactory): KStream<KR, VR> {
    const node = this.#addNode(prefix, named, factory);
    const { keySerde, valueSerde } = named;
    return this.#derive(node, { keySerde, valueSerde, repartitionRequired: true });
  }

  #addNode(prefix: string, named: Named, factory: NodeFactory, stores: readonly string[] = []): string {
    const { dsl, node } = this.#part;
    const name = dsl.topology.nameOr(named.name, prefix);
    dsl.topology.addProcessor({ name, parents: [node], factory, stores: () => stores });
    return name;
  }

  #derive<KR, VR>(
    node: string,
    change: Pick<StreamDescriptor<KR, VR>, 'keySerde' | 'valueSerde' | 'repartitionRequired'>,
  ): KStream<KR, VR> {
    const { dsl, sources, repartitions } = this.#part;
    return dsl.stream<KR, VR>({ dsl, sources, repartitions, name: node, node, ...change });
  }

  #joinTable<VT, VR>(
    table: KTable<K, VT>,
    joiner: ValueJoiner<K, V, VT, VR>,
    joined: Joined<K, V, VT> = {},
    options: { readonly left: boolean },
  ): KStream<K, VR> {
    checkLookup({ table, joiner, joined });
    return this.#part.dsl.stream(
      joinStreamWithTable(this.#part, { table: table.part, joiner, joined, ...options }),
    );
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
    return this.#part.dsl.stream(
      joinStreams(this.#part, { other: other.part, joiner, windows, joined, kind }),
    );
  }
}
