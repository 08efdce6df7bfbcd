import { showValue } from '../../base/show-value.ts';
import { exportOf } from '../portable.ts';
import type { TopologyOptimization } from '../topology-optimization.ts';
import type { TopologyNode } from './nodes.ts';
import type { Topology } from './topology.ts';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [field: string]: Json | undefined };

export interface TopologyNodeJson {
  readonly name: string;
  /** `source`, `sink`, or the type of the operator. */
  readonly type: string;
  readonly subtopology: number;
  readonly parents: readonly string[];
  readonly stores: readonly string[];
  /** What it was given: topics, settings, functions, serdes. */
  readonly settings: { readonly [field: string]: Json | undefined };
}

/** A topology as plain data: for a page that draws it, another thread, or a comparison with that of another day. */
export interface TopologyJson {
  readonly version: 1;
  readonly nodes: readonly TopologyNodeJson[];
  readonly stores: { readonly [name: string]: { readonly [field: string]: Json | undefined } };
  readonly internalTopics: { readonly [name: string]: { readonly partitions: number | null } };
  readonly copartitioned: readonly (readonly string[])[];
  /** The stores that are restored from a source topic, with the topic. */
  readonly restoredFromSource: { readonly [store: string]: string };
  /** What it was built with, of `topology.optimization`. */
  readonly optimizations: readonly TopologyOptimization[];
  /** What it refers to that has no export to be found by; with nothing here it can be run elsewhere. */
  readonly notPortable: readonly string[];
}

/** Writes a topology down. Functions and serdes are named by their exports, see {@link portable}. */
export function topologyJson(topology: Topology): TopologyJson {
  const writer = new JsonWriter();
  const subtopologyOf = new Map<string, number>();
  for (const { id, nodes } of topology.subtopologies) for (const name of nodes) subtopologyOf.set(name, id);
  const nodes = [...topology.nodes.values()].map(
    (node): TopologyNodeJson => ({
      name: node.name,
      type: node.kind === 'processor' ? node.operator.type : node.kind,
      subtopology: subtopologyOf.get(node.name) ?? -1,
      parents: node.kind === 'source' ? [] : node.parents,
      stores: node.kind === 'processor' ? node.stores : [],
      settings: writer.fields(settingsOf(node), node.name),
    }),
  );
  const stores = [...topology.stores.values()].map(
    ({ name, ...definition }) => [name, writer.fields(definition, `store ${name}`)] as const,
  );
  const topics = [...topology.repartitionTopics.values()].map(
    ({ name, partitions }) => [name, { partitions: partitions ?? null }] as const,
  );
  return {
    version: 1,
    nodes,
    stores: Object.fromEntries(stores),
    internalTopics: Object.fromEntries(topics),
    copartitioned: topology.copartitionGroups,
    restoredFromSource: Object.fromEntries(topology.restoredFromSource),
    optimizations: topology.optimizations,
    notPortable: writer.notPortable,
  };
}

/** What a node was given, without what is told of all nodes. */
function settingsOf(node: TopologyNode): object {
  switch (node.kind) {
    case 'source': {
      const { kind: _kind, name: _name, ...settings } = node;
      return settings;
    }
    case 'sink': {
      const { kind: _kind, name: _name, parents: _parents, ...settings } = node;
      return settings;
    }
    case 'processor': {
      const { type: _type, ...settings } = node.operator;
      return settings;
    }
  }
}

class JsonWriter {
  readonly notPortable: string[] = [];

  fields(object: object, at: string): { readonly [field: string]: Json | undefined } {
    const written: Record<string, Json> = {};
    for (const [field, value] of Object.entries(object))
      if (value !== undefined) written[field] = this.#value(value, `${at}: ${field}`);
    return written;
  }

  #value(value: unknown, at: string): Json {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    // JSON has no number for "without a limit".
    if (typeof value === 'number') return Number.isFinite(value) ? value : { number: String(value) };
    if (Array.isArray(value)) return value.map((each, index) => this.#value(each, `${at}[${index}]`));
    if (typeof value === 'function') return this.#code(value, value.name, at);
    if (typeof value !== 'object') return showValue(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = prototype === Object.prototype || prototype === null;
    if (hasMethods(value)) return this.#code(value, isPlain ? '' : value.constructor.name, at);
    return isPlain ? this.fields(value, at) : { class: value.constructor.name, ...this.fields(value, at) };
  }

  #code(value: object, name: string, at: string): Json {
    const code = exportOf(value);
    if (code) {
      const { arguments: given, ...place } = code;
      if (given === undefined) return { code: place };
      return {
        code: { ...place, arguments: given.map((each, index) => this.#value(each, `${at}(${index})`)) },
      };
    }
    this.notPortable.push(at);
    return { code: name === '' ? 'anonymous' : name, portable: false };
  }
}

/** Serdes are objects of functions, of which nothing can be written down. */
function hasMethods(value: object): boolean {
  return 'serialize' in value && 'deserialize' in value;
}
