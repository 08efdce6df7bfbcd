import { DiagnosticError } from '../../base/errors.ts';
import { unknownName } from '../../base/unknown-name.ts';
import type { StreamPartitioner, TopicNameExtractor } from '../builder/functions.ts';
import type { Serde } from '../serde.ts';
import { failOnInvalidTimestamp, type TimestampExtractor } from '../timestamp-extractor.ts';
import type { StoreDefinition } from '../state/store-definition.ts';
import type { NodeFactory, SinkNode, SourceNode, TopologyNode } from './nodes.ts';
import { Topology, type RepartitionTopic } from './topology.ts';

interface DraftProcessor {
  readonly kind: 'processor';
  readonly name: string;
  readonly parents: readonly string[];
  /** Asked when the topology is complete: only then is it known which tables must be kept. */
  readonly stores: () => readonly string[];
  readonly factory: NodeFactory;
}

/**
 * Collects nodes, stores and internal topics while the DSL is being called, and hands out the names that Kafka Streams
 * would: one counter for processors and stores, advanced in the order of the calls.
 */
export class TopologyBuilder {
  #index = 0;
  readonly #nodes = new Map<string, SourceNode | SinkNode | DraftProcessor>();
  readonly #stores = new Map<string, () => StoreDefinition | undefined>();
  readonly #repartitionTopics = new Map<string, RepartitionTopic>();
  readonly #copartitionGroups: (readonly string[])[] = [];
  readonly #sourceOfTopic = new Map<string, SourceNode>();

  newProcessorName(prefix: string): string {
    return `${prefix}${String(this.#index++).padStart(10, '0')}`;
  }

  /** The name that was given, or a generated one. A number is used up either way, as in Kafka Streams. */
  nameOr(given: string | undefined, prefix: string): string {
    const generated = this.newProcessorName(prefix);
    return given ?? generated;
  }

  /** The name that was given with a suffix, or a generated one. A number is used up either way. */
  suffixedNameOr(given: string | undefined, suffix: string, prefix: string): string {
    const generated = this.newProcessorName(prefix);
    return given === undefined ? generated : `${given}${suffix}`;
  }

  newStoreName(prefix: string): string {
    return this.newProcessorName(`${prefix}STATE-STORE-`);
  }

  /** The source that reads exactly these topics already, if there is one. */
  existingSource(topics: readonly string[]): SourceNode | undefined {
    const source = topics.length > 0 ? this.#sourceOfTopic.get(topics[0] ?? '') : undefined;
    return source && sameNames(source.topics, topics) ? source : undefined;
  }

  addSource<K, V>(definition: {
    readonly name: string;
    readonly topics: readonly string[];
    readonly keySerde: Serde<K>;
    readonly valueSerde: Serde<V>;
    readonly timestampExtractor: TimestampExtractor<K, V> | undefined;
    readonly offsetReset: 'earliest' | 'latest' | undefined;
  }): void {
    const timestampExtractor = definition.timestampExtractor ?? failOnInvalidTimestamp;
    const source = { kind: 'source', ...definition, timestampExtractor } as SourceNode;
    this.#checkName(source.name);
    for (const topic of source.topics) {
      const other = this.#sourceOfTopic.get(topic);
      if (other) {
        throw new DiagnosticError({
          message: `topic ${topic} has already been registered by another source`,
          detail: `${other.name} reads ${other.topics.join(', ')}`,
          hint: 'read the topic once and use the stream or table twice',
        });
      }
      this.#sourceOfTopic.set(topic, source);
    }
    this.#nodes.set(source.name, source);
  }

  addProcessor(processor: {
    readonly name: string;
    readonly parents: readonly string[];
    readonly stores?: () => readonly string[];
    readonly factory: NodeFactory;
  }): void {
    this.#checkName(processor.name);
    const { name, parents, factory, stores = () => [] } = processor;
    this.#nodes.set(name, { kind: 'processor', name, parents, stores, factory });
  }

  addSink<K, V>(sink: {
    readonly name: string;
    readonly parents: readonly string[];
    readonly topic: string | TopicNameExtractor<K, V>;
    readonly keySerde: Serde<K>;
    readonly valueSerde: Serde<V>;
    readonly partitioner: StreamPartitioner<K, V> | undefined;
  }): void {
    this.#checkName(sink.name);
    // The graph holds nodes of all types; the signatures of the DSL are what keeps neighbours compatible.
    this.#nodes.set(sink.name, { kind: 'sink', ...sink } as SinkNode);
  }

  /** `definition` answers undefined where, in the end, nobody needs the store. */
  addStore(name: string, definition: () => StoreDefinition | undefined): void {
    if (this.#stores.has(name)) {
      throw new DiagnosticError({ message: `a state store named ${name} has already been added` });
    }
    this.#stores.set(name, definition);
  }

  addRepartitionTopic(topic: RepartitionTopic): void {
    this.#repartitionTopics.set(topic.name, topic);
  }

  addCopartitionGroup(sources: readonly string[]): void {
    this.#copartitionGroups.push(sources);
  }

  build(): Topology {
    const stores = new Map<string, StoreDefinition>();
    for (const [name, definition] of this.#stores) {
      const defined = definition();
      if (defined) stores.set(name, defined);
    }
    const nodes = new Map<string, TopologyNode>();
    for (const [name, draft] of this.#nodes) {
      const node = draft.kind === 'processor' ? { ...draft, stores: draft.stores() } : draft;
      if (node.kind === 'processor') {
        for (const store of node.stores)
          if (!stores.has(store)) throw unknownStore(name, store, stores.keys());
      }
      nodes.set(name, Object.freeze(node));
    }
    return new Topology({
      nodes,
      stores,
      repartitionTopics: new Map(this.#repartitionTopics),
      copartitionGroups: [...this.#copartitionGroups],
    });
  }

  #checkName(name: string): void {
    if (this.#nodes.has(name)) {
      throw new DiagnosticError({
        message: `a processor named ${name} has already been added`,
        hint: 'names given to operators must be unique within a topology',
      });
    }
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

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}
