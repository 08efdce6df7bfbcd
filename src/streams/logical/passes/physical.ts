import type { TableViewSettings } from '../../operators/table-view.ts';
import type { TopologyOptimization } from '../../topology-optimization.ts';
import type { Topology } from '../../topology/topology.ts';
import { TopologyDraft } from '../../topology/topology-draft.ts';
import type { LogicalNode } from '../nodes/logical-node.ts';
import type { TableNode } from '../nodes/node.ts';
import type { Lowering, NodeNames } from '../nodes/node-kind.ts';
import { kindOf } from '../nodes/node-kinds.ts';
import { requireSerdes } from '../nodes/require-serdes.ts';
import type { LogicalPlan } from '../plan.ts';
import { behaviourOf, type Materialized } from './materialize.ts';
import type { Names } from './naming.ts';
import { isStep, type RecordRoutes, type Upstream } from './record-routes.ts';
import type { RepartitionStep } from './repartition.ts';
import { checkStoreOf } from './requirement-checks.ts';

/** What the passes before have found out. */
export interface Findings {
  readonly optimizations: readonly TopologyOptimization[];
  readonly names: Names;
  readonly routes: RecordRoutes;
  readonly materialized: Materialized;
  /** The nodes that forward old values. */
  readonly sendOldValues: ReadonlySet<LogicalNode>;
  /** The internal topics that records of a null key pass. */
  readonly nullKeys: ReadonlySet<RepartitionStep>;
  /** The tables that are restored from the topic that they are read from. */
  readonly reusesSourceTopic: ReadonlySet<LogicalNode>;
  readonly selfJoins: ReadonlySet<LogicalNode>;
}

/** Makes the nodes, stores and internal topics of a topology, node by node in the order of the calls. */
export function physicalPlan(plan: LogicalPlan, findings: Findings): Topology {
  const lowered = new PhysicalPlan(findings, readersOf(plan));
  for (const node of plan.nodes) lowered.add(node);
  return lowered.topology.build(findings.optimizations);
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
    const { routes } = this.#findings;
    const upstreams = routes.above(node);
    for (const upstream of upstreams) if (isStep(upstream)) this.#addStep(upstream);
    const sources = [...new Set(upstreams.flatMap((upstream) => this.#sourcesOf(upstream)))];
    if (kind.copartitioned) this.topology.addCopartitionGroup(sources);
    const own = kind.lower(node, this.#lowering(node));
    this.#sources.set(node, own ?? sources);
    for (const step of routes.mergedBehind(node)) this.#addStep(step);
  }

  #lowering(node: LogicalNode): Lowering<NodeNames> {
    const { names, routes, ...found } = this.#findings;
    const { topology } = this;
    const own = names.of(node);
    const input = (index: number): string => names.ofUpstream(routes.of(node, index));
    return {
      names: own,
      topology,
      readers: this.#readers.get(node) ?? [],
      sendsOldValues: found.sendOldValues.has(node),
      isKept: found.materialized.has(node),
      reusesSourceTopic: found.reusesSourceTopic.has(node),
      isSelfJoin: found.selfJoins.has(node),
      input,
      sources: (index) => this.#sourcesOf(routes.of(node, index)),
      processor: (operator, stores = []) =>
        topology.addProcessor({ name: own.node, parents: [input(0)], operator, stores }),
      store(definition) {
        checkStoreOf(node, kindOf(node));
        topology.addStore(definition);
      },
      viewOf: (table) => this.#viewOf(table),
    };
  }

  #viewOf(table: TableNode): TableViewSettings {
    const viewOf = (parent: TableNode): TableViewSettings => this.#viewOf(parent);
    return behaviourOf(table).view(table, this.#findings.names.of(table), viewOf);
  }

  #sourcesOf(upstream: Upstream): readonly string[] {
    if (isStep(upstream)) return [this.#findings.names.ofStep(upstream).source];
    return this.#sources.get(upstream) ?? [];
  }

  /** Records go through a filter for null keys, a sink, the topic and a source; a step that is shared is there already. */
  #addStep(step: RepartitionStep): void {
    if (this.#passed.has(step)) return;
    this.#passed.add(step);
    const { names, routes, nullKeys } = this.#findings;
    const { topic, filter, sink, source } = names.ofStep(step);
    const { requirement } = step;
    const { keySerde, valueSerde: plain } = requireSerdes(sink, requirement);
    const valueSerde = requirement.sent?.(plain) ?? plain;
    const { topology } = this;
    let parent = names.ofUpstream(routes.ofStep(step));
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
