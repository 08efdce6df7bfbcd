import { ArgumentError, DiagnosticError } from '../../base/errors.ts';
import type { KeyValueStoreDefinition } from '../state/store-definition.ts';
import { TopologyBuilder } from '../topology/topology-builder.ts';
import type { Topology } from '../topology/topology.ts';
import {
  checkConsumed,
  checkMaterialized,
  checkNameCount,
  checkStore,
  checkTopic,
  checkTopics,
} from './check-options.ts';
import type { Dsl, StreamDescriptor, TableDescriptor } from './dsl.ts';
import { KStream } from './kstream.ts';
import { KTable } from './ktable.ts';
import type { Consumed, Materialized } from './options.ts';
import { sourceTable } from './source-table.ts';

/**
 * Where a topology begins.
 *
 * @example
 * const builder = new StreamsBuilder();
 * builder
 *   .stream('words', { keySerde: Serdes.string, valueSerde: Serdes.string })
 *   .groupBy((_key, word) => word, { keySerde: Serdes.string })
 *   .count()
 *   .toStream()
 *   .to('counts');
 * console.log(builder.build().describe());
 */
export class StreamsBuilder {
  readonly #topology = new TopologyBuilder();
  readonly #dsl: Dsl = {
    topology: this.#topology,
    stream: <K, V>(part: StreamDescriptor<K, V>) => new KStream(part),
    table: <K, V>(part: TableDescriptor<K, V>) => new KTable(part),
  };

  /** Reads topics as a stream. The same topics may be read twice; the second stream then shares the first one's source. */
  stream<K, V>(topic: string | readonly string[], consumed: Consumed<K, V>): KStream<K, V> {
    checkTopics(topic, 'topic');
    checkConsumed(consumed, 'consumed');
    const topics = typeof topic === 'string' ? [topic] : [...topic];
    if (topics.length === 0) throw new DiagnosticError({ message: 'a stream needs at least one topic' });
    const { keySerde, valueSerde } = consumed;
    const name = this.#topology.nameOr(consumed.name, 'KSTREAM-SOURCE-');
    const shared = this.#topology.existingSource(topics);
    if (!shared) this.#topology.addSource({ ...consumed, name, topics, ...sourceSettings(consumed) });
    return this.#dsl.stream({
      dsl: this.#dsl,
      name,
      node: shared?.name ?? name,
      keySerde,
      valueSerde,
      sources: [shared?.name ?? name],
      repartitionRequired: false,
      repartitions: [],
    });
  }

  /** Reads a topic as a table: each record is the new value of its key, null deletes. Null keys are dropped. */
  table<K, V>(topic: string, consumed: Consumed<K, V>, materialized: Materialized<K, V> = {}): KTable<K, V> {
    checkTopic(topic, 'topic');
    checkConsumed(consumed, 'consumed');
    checkMaterialized(materialized, 'materialized');
    if ('storeName' in consumed && materialized.storeName === undefined) {
      throw new ArgumentError('consumed', {
        message: 'a storeName in consumed is not the name of the store',
        hint: 'it belongs to the third argument: table(topic, consumed, { storeName })',
      });
    }
    const storeName = materialized.storeName ?? this.#topology.newStoreName(`${topic}-`);
    const source = this.#topology.suffixedNameOr(consumed.name, '-source', 'KSTREAM-SOURCE-');
    const name = this.#topology.nameOr(consumed.name, 'KTABLE-SOURCE-');
    this.#topology.addSource({ ...consumed, name: source, topics: [topic], ...sourceSettings(consumed) });
    const serdes = {
      keySerde: materialized.keySerde ?? consumed.keySerde,
      valueSerde: materialized.valueSerde ?? consumed.valueSerde,
    };
    return sourceTable({
      dsl: this.#dsl,
      name,
      parent: source,
      storeName,
      serdes,
      requireSerdes: () => serdes,
      options: materialized,
      sources: [source],
      repartitions: [],
    });
  }

  /** Adds a store (see {@link keyValueStore}) that processors connect to by its name. */
  addStateStore<K, V>(store: KeyValueStoreDefinition<K, V>): this {
    checkStore(store, 'store');
    this.#topology.addStore(store.name, () => store);
    return this;
  }

  /**
   * Takes names from the counter that generated names come from, and adds nothing: a topology keeps the numbering, and
   * with it the topics and stores, of one that has nodes there.
   */
  skipNames(count: number): void {
    checkNameCount(count, 'count');
    for (let taken = 0; taken < count; taken++) this.#topology.newProcessorName('');
  }

  /** The finished, immutable topology. */
  build(): Topology {
    return this.#topology.build();
  }
}

function sourceSettings<K, V>(
  consumed: Consumed<K, V>,
): Pick<Parameters<TopologyBuilder['addSource']>[0], 'offsetReset'> & {
  readonly timestampExtractor: Consumed<K, V>['timestampExtractor'] | undefined;
} {
  return { timestampExtractor: consumed.timestampExtractor, offsetReset: consumed.offsetReset };
}
