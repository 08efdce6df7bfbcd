import { ArgumentError, DiagnosticError } from '../../base/errors.ts';
import { explain, lower } from '../logical/lower.ts';
import { skippedNames } from '../logical/nodes/skipped-names.ts';
import { source, type SourceFields } from '../logical/nodes/source.ts';
import { stateStore } from '../logical/nodes/state-store.ts';
import type { StreamNode, TableNode } from '../logical/nodes/node.ts';
import { tableSource } from '../logical/nodes/table-source.ts';
import { PlanRecorder } from '../logical/plan-recorder.ts';
import type { KeyValueStoreDefinition } from '../state/store-definition.ts';
import type { BuildOptions } from '../topology-optimization.ts';
import type { Topology } from '../topology/topology.ts';
import {
  checkBuildOptions,
  checkConsumed,
  checkMaterialized,
  checkNameCount,
  checkStore,
  checkTopic,
  checkTopics,
} from './check-options.ts';
import type { Dsl } from './dsl.ts';
import { KStream } from './kstream.ts';
import { KTable } from './ktable.ts';
import type { Consumed, Materialized } from '../options.ts';

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
  readonly #plan = new PlanRecorder();
  readonly #dsl: Dsl = {
    plan: this.#plan,
    stream: <K, V>(node: StreamNode) => new KStream<K, V>({ dsl: this.#dsl, node }),
    table: <K, V>(node: TableNode) => new KTable<K, V>({ dsl: this.#dsl, node }),
  };

  /** Reads topics as a stream. The same topics may be read twice; the second stream then shares the first one's source. */
  stream<K, V>(topic: string | readonly string[], consumed: Consumed<K, V>): KStream<K, V> {
    checkTopics(topic, 'topic');
    checkConsumed(consumed, 'consumed');
    const topics = typeof topic === 'string' ? [topic] : [...topic];
    if (topics.length === 0) throw new DiagnosticError({ message: 'a stream needs at least one topic' });
    const node = source({ name: consumed.name, ...sourceFields(topics, consumed) });
    return this.#dsl.stream(this.#plan.add(node));
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
    const { name } = consumed;
    const node = tableSource({ name, source: sourceFields([topic], consumed), options: materialized });
    return this.#dsl.table(this.#plan.add(node));
  }

  /** Adds a store (see {@link keyValueStore}) that processors connect to by its name. */
  addStateStore<K, V>(store: KeyValueStoreDefinition<K, V>): this {
    checkStore(store, 'store');
    this.#plan.add(stateStore(store));
    return this;
  }

  /**
   * Takes names from the counter that generated names come from, and adds nothing: a topology keeps the numbering, and
   * with it the topics and stores, of one that has nodes there.
   */
  skipNames(count: number): void {
    checkNameCount(count, 'count');
    this.#plan.add(skippedNames(count));
  }

  /**
   * The finished, immutable topology: Kafka Streams' `build(Properties)`, of which `topology.optimization` counts.
   * @throws {DiagnosticError} where `optimization` names what there is not
   * @example
   * const topology = builder.build({ optimization: 'all' });
   */
  build(options: BuildOptions = {}): Topology {
    return lower(this.#plan.plan(), checkedBuildOptions(options));
  }

  /**
   * What has been asked for so far, and how it will be done: a line for each call, with the internal topics that records
   * will pass, the tables that will be kept in stores, and those that will tell old values.
   */
  explain(options: BuildOptions = {}): string {
    return explain(this.#plan.plan(), checkedBuildOptions(options));
  }
}

function checkedBuildOptions(options: BuildOptions): BuildOptions {
  checkBuildOptions(options, 'options');
  return options;
}

function sourceFields<K, V>(topics: readonly string[], consumed: Consumed<K, V>): SourceFields {
  const { keySerde, valueSerde, timestampExtractor, offsetReset } = consumed;
  return { topics, keySerde, valueSerde, timestampExtractor, offsetReset };
}
