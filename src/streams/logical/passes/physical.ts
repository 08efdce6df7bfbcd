import { assertDefined } from '../../../base/assert.ts';
import type { TableViewSettings } from '../../operators/table-view.ts';
import type { Topology } from '../../topology/topology.ts';
import { TopologyDraft } from '../../topology/topology-draft.ts';
import type { LogicalNode } from '../nodes/logical-node.ts';
import type { TableNode } from '../nodes/node.ts';
import type { Lowering, NodeNames } from '../nodes/node-kind.ts';
import { kindOf } from '../nodes/node-kinds.ts';
import { requireSerdes } from '../nodes/require-serdes.ts';
import type { LogicalPlan } from '../plan.ts';
import { behaviourOf, type KeptTables } from './kept-tables.ts';
import type { Names } from './naming.ts';
import type { Repartitions, RepartitionStep } from './repartition.ts';

/** What the passes before have found out. */
export interface Findings {
  readonly repartitions: Repartitions;
  readonly names: Names;
  readonly tables: KeptTables;
  readonly nullKeys: ReadonlySet<RepartitionStep>;
}

/** Makes the nodes, stores and internal topics of a topology, node by node in the order of the calls. */
export function physicalPlan(plan: LogicalPlan, findings: Findings): Topology {
  const lowered = new PhysicalPlan(findings, readersOf(plan));
  for (const node of plan.nodes) lowered.add(node);
  return lowered.topology.build();
}

class PhysicalPlan {
  readonly topology = new TopologyDraft();
  readonly #findings: Findings;
  readonly #readers: ReadonlyMap<LogicalNode, readonly LogicalNode[]>;
  readonly #sources = new Map<LogicalNode, readonly string[]>();
  readonly #passed = new Set<RepartitionStep>();

  constructor(findings: Findings, readers: ReadonlyMap<LogicalNode, readonly LogicalNode[]>) {
    this.#findings = findings;
    this.#readers = readers;
  }

  add(node: LogicalNode): void {
    const kind = kindOf(node);
    const steps = this.#findings.repartitions.of(node);
    for (const step of steps) if (step) this.#addStep(step);
    const sources = [...new Set(node.inputs.flatMap((_input, index) => this.#sourcesOf(node, index)))];
    if (kind.copartitioned) this.topology.addCopartitionGroup(sources);
    const own = kind.lower(node, this.#lowering(node));
    this.#sources.set(node, own ?? sources);
  }

  #lowering(node: LogicalNode): Lowering<NodeNames> {
    const { names, tables } = this.#findings;
    const { topology } = this;
    const own = names.of(node);
    const input = (index: number): string => this.#parentOf(node, index);
    return {
      names: own,
      topology,
      readers: this.#readers.get(node) ?? [],
      sendsOldValues: tables.sendOldValues.has(node),
      isKept: tables.kept.has(node),
      input,
      sources: (index) => this.#sourcesOf(node, index),
      processor: (operator, stores = []) =>
        topology.addProcessor({ name: own.node, parents: [input(0)], operator, stores }),
      store: (definition) => topology.addStore(definition),
      viewOf: (table) => this.#viewOf(table),
    };
  }

  #viewOf(table: TableNode): TableViewSettings {
    const viewOf = (parent: TableNode): TableViewSettings => this.#viewOf(parent);
    return behaviourOf(table).view(table, this.#findings.names.of(table), viewOf);
  }

  #parentOf(node: LogicalNode, index: number): string {
    const { repartitions, names } = this.#findings;
    const step = repartitions.of(node)[index];
    return step ? names.ofStep(step).source : names.of(inputOf(node, index)).node;
  }

  #sourcesOf(node: LogicalNode, index: number): readonly string[] {
    const { repartitions, names } = this.#findings;
    const step = repartitions.of(node)[index];
    return step ? [names.ofStep(step).source] : (this.#sources.get(inputOf(node, index)) ?? []);
  }

  /** Records go through a filter for null keys, a sink, the topic and a source; a step that is shared is there already. */
  #addStep(step: RepartitionStep): void {
    if (this.#passed.has(step)) return;
    this.#passed.add(step);
    const { names, nullKeys } = this.#findings;
    const { topic, filter, sink, source } = names.ofStep(step);
    const { requirement } = step;
    const { keySerde, valueSerde: plain } = requireSerdes(sink, requirement);
    const valueSerde = requirement.sent?.(plain) ?? plain;
    const { topology } = this;
    let parent = names.of(step.input).node;
    topology.addRepartitionTopic({ name: topic, partitions: requirement.partitions });
    if (filter !== undefined) {
      const operator = { type: 'repartition-filter', dropNullKeys: !nullKeys.has(step) } as const;
      topology.addProcessor({ name: filter, parents: [parent], operator });
      parent = filter;
    }
    const { partitioner } = requirement;
    topology.addSink({ name: sink, parents: [parent], topic, keySerde, valueSerde, partitioner });
    topology.addSource({ name: source, topics: [topic], keySerde, valueSerde, offsetReset: 'earliest' });
  }
}

function inputOf(node: LogicalNode, index: number): LogicalNode {
  return assertDefined(node.inputs[index], `a ${node.kind} has no input ${index}`);
}

function readersOf(plan: LogicalPlan): ReadonlyMap<LogicalNode, readonly LogicalNode[]> {
  const readers = new Map<LogicalNode, LogicalNode[]>();
  for (const node of plan.nodes) {
    for (const input of node.inputs) {
      const known = readers.get(input);
      if (known) known.push(node);
      else readers.set(input, [node]);
    }
  }
  return readers;
}
