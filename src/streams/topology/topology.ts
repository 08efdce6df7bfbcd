import type { StoreDefinition } from '../state/store-definition.ts';
import type { TopologyOptimization } from '../topology-optimization.ts';
import { describe } from './describe.ts';
import type { TopologyNode } from './nodes.ts';
import { notPortable, type PortableModules, topologyFromJson } from './topology-from-json.ts';
import { topologyJson, type TopologyJson } from './topology-json.ts';
import { subtopologiesOf, type Subtopology } from './subtopologies.ts';

/** An internal topic between two sub-topologies. */
export interface RepartitionTopic {
  /** Without the application id that prefixes it on the broker. */
  readonly name: string;
  /** Enforced, or undefined: as many as the upstream topics have. */
  readonly partitions: number | undefined;
}

/** What a topology consists of. */
export interface TopologyParts {
  readonly nodes: ReadonlyMap<string, TopologyNode>;
  readonly stores: ReadonlyMap<string, StoreDefinition>;
  readonly repartitionTopics: ReadonlyMap<string, RepartitionTopic>;
  /** Groups of source nodes whose topics must have equally many partitions. */
  readonly copartitionGroups: readonly (readonly string[])[];
  /** The stores that have no changelog and are restored from a source topic, by name, with the topic. */
  readonly restoredFromSource: ReadonlyMap<string, string>;
  readonly optimizations: readonly TopologyOptimization[];
}

/** The immutable graph that a {@link StreamsBuilder} has built. */
export class Topology {
  readonly nodes: ReadonlyMap<string, TopologyNode>;
  readonly stores: ReadonlyMap<string, StoreDefinition>;
  readonly repartitionTopics: ReadonlyMap<string, RepartitionTopic>;
  readonly copartitionGroups: readonly (readonly string[])[];
  readonly restoredFromSource: ReadonlyMap<string, string>;
  /** The optimizations that it was built with. */
  readonly optimizations: readonly TopologyOptimization[];
  readonly subtopologies: readonly Subtopology[];

  constructor(parts: TopologyParts) {
    this.nodes = parts.nodes;
    this.stores = parts.stores;
    this.repartitionTopics = parts.repartitionTopics;
    this.copartitionGroups = parts.copartitionGroups;
    this.restoredFromSource = parts.restoredFromSource;
    this.optimizations = parts.optimizations;
    this.subtopologies = subtopologiesOf(parts.nodes);
    Object.freeze(this);
  }

  /** The text that Kafka Streams' `Topology.describe()` prints, byte for byte. */
  describe(): string {
    return describe(this);
  }

  /**
   * The same as {@link Topology.toJSON}, for another thread or process that makes a topology of it.
   * @throws {DiagnosticError} for a function or serde that has no export, by the name of its node
   */
  toPortableJSON(): TopologyJson {
    const json = this.toJSON();
    if (json.notPortable.length > 0) throw notPortable(json.notPortable);
    return json;
  }

  /**
   * A topology made of its JSON form.
   *
   * @param options - `modules`: those that functions and serdes come from, by the names that {@link portable} was given
   * @throws {ArgumentError} where it is no JSON form of a topology, with the place; {DiagnosticError} where something has no
   *   export, or a module lacks it
   * @example
   * const topology = Topology.fromJSON(json, { modules: { [import.meta.resolve('./steps.js')]: steps } });
   */
  static fromJSON(json: TopologyJson, options: { readonly modules?: PortableModules } = {}): Topology {
    return new Topology(topologyFromJson(json, options.modules ?? {}));
  }

  /** The topology as plain data, as `JSON.stringify` asks for it: see {@link portable} for what functions become. */
  toJSON(): TopologyJson {
    return topologyJson(this);
  }
}
