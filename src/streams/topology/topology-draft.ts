import type { DiagnosticError } from '../../base/errors.ts';
import { assert } from '../../base/assert.ts';
import { unknownName } from '../../base/unknown-name.ts';
import type { StoreDefinition } from '../state/store-definition.ts';
import { failOnInvalidTimestamp } from '../timestamp-extractor.ts';
import type { TopologyOptimization } from '../topology-optimization.ts';
import type { ProcessorNode, SinkNode, SourceNode, TopologyNode } from './nodes.ts';
import { Topology, type RepartitionTopic } from './topology.ts';

/** Some fields of `T` may be left out. */
type WithOptional<T, Key extends keyof T> = Omit<T, Key> & { readonly [K in Key]?: T[K] | undefined };

/** Collects the nodes, stores and internal topics of a topology, whose names have been given before. */
export class TopologyDraft {
  readonly #nodes = new Map<string, TopologyNode>();
  readonly #stores = new Map<string, StoreDefinition>();
  readonly #repartitionTopics = new Map<string, RepartitionTopic>();
  readonly #copartitionGroups: (readonly string[])[] = [];
  readonly #restoredFromSource = new Map<string, string>();

  has(node: string): boolean {
    return this.#nodes.has(node);
  }

  addSource(source: WithOptional<Omit<SourceNode, 'kind'>, 'timestampExtractor' | 'offsetReset'>): void {
    const { name, topics, keySerde, valueSerde, offsetReset } = source;
    const timestampExtractor = source.timestampExtractor ?? failOnInvalidTimestamp;
    this.#add({ kind: 'source', name, topics, keySerde, valueSerde, timestampExtractor, offsetReset });
  }

  addProcessor(processor: WithOptional<Omit<ProcessorNode, 'kind'>, 'stores'>): void {
    const { name, parents, operator, stores = [] } = processor;
    this.#add({ kind: 'processor', name, parents, stores, operator });
  }

  addSink(sink: WithOptional<Omit<SinkNode, 'kind'>, 'partitioner'>): void {
    const { name, parents, topic, keySerde, valueSerde, partitioner } = sink;
    this.#add({ kind: 'sink', name, parents, topic, keySerde, valueSerde, partitioner });
  }

  addStore(store: StoreDefinition): void {
    assert(!this.#stores.has(store.name), `two stores are named ${store.name}`);
    this.#stores.set(store.name, store);
  }

  /** What the store holds is in this topic, which a source of the topology reads. */
  restoreFromSource(store: string, topic: string): void {
    this.#restoredFromSource.set(store, topic);
  }

  addRepartitionTopic(topic: RepartitionTopic): void {
    this.#repartitionTopics.set(topic.name, topic);
  }

  /** Topics of these sources must have equally many partitions. */
  addCopartitionGroup(sources: readonly string[]): void {
    this.#copartitionGroups.push(sources);
  }

  /** @throws {DiagnosticError} where a processor names a store that is not there. */
  build(optimizations: readonly TopologyOptimization[] = []): Topology {
    for (const node of this.#nodes.values()) {
      if (node.kind !== 'processor') continue;
      for (const store of node.stores)
        if (!this.#stores.has(store)) throw unknownStore(node.name, store, this.#stores.keys());
    }
    return new Topology({
      nodes: this.#nodes,
      stores: this.#stores,
      repartitionTopics: this.#repartitionTopics,
      copartitionGroups: this.#copartitionGroups,
      restoredFromSource: this.#restoredFromSource,
      optimizations,
    });
  }

  #add(node: TopologyNode): void {
    assert(!this.#nodes.has(node.name), `two nodes are named ${node.name}`);
    this.#nodes.set(node.name, Object.freeze(node));
  }
}

/** The stores of the DSL's own operators are there: only a processor can name one that is not. */
function unknownStore(node: string, store: string, known: Iterable<string>): DiagnosticError {
  return unknownName(`${node} is connected to a store ${store} that the topology does not have`, {
    name: store,
    known,
    hint: 'add it with addStateStore, or name the table that it is of by storeName',
  });
}
