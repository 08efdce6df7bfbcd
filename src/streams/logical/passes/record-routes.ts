import { assertDefined } from '../../../base/assert.ts';
import type { LogicalNode } from '../nodes/logical-node.ts';
import type { Repartitions, RepartitionStep } from './repartition.ts';

/** What hands records on: a node, or an internal topic in between. */
export type Upstream = LogicalNode | RepartitionStep;

/** Topics that one topic further up has taken the place of. */
export interface MergedSteps {
  /** The topic that took its place, by the step that is left out. */
  readonly replacedBy: ReadonlyMap<RepartitionStep, RepartitionStep>;
  /** What reads one of these topics where it has read the node above it: by the reader, then by the node. */
  readonly rerouted: ReadonlyMap<Upstream, ReadonlyMap<Upstream, RepartitionStep>>;
}

const NOTHING_MERGED: MergedSteps = { replacedBy: new Map(), rerouted: new Map() };

/**
 * Where the records of each input come from: through which internal topic, and from which node. A grouping is no node of
 * a topology, so records come from what it groups.
 */
export class RecordRoutes {
  readonly #repartitions: Repartitions;
  readonly #merged: MergedSteps;
  readonly #behind = new Map<Upstream, readonly RepartitionStep[]>();

  constructor(repartitions: Repartitions, merged: MergedSteps = NOTHING_MERGED) {
    this.#repartitions = repartitions;
    this.#merged = merged;
    for (const step of new Set(merged.replacedBy.values()))
      this.#behind.set(step.input, [...(this.#behind.get(step.input) ?? []), step]);
  }

  /** What is directly upstream of an input. */
  of(node: LogicalNode, index: number): Upstream {
    const input = assertDefined(node.inputs[index], `a ${node.kind} has no input ${index}`);
    const step = this.#repartitions.of(node)[index];
    if (!step) return this.#above(node, ungrouped(input));
    return this.#merged.replacedBy.has(step) ? this.ofStep(step) : step;
  }

  /** What the records of an internal topic come from. */
  ofStep(step: RepartitionStep): Upstream {
    return this.#above(step, ungrouped(step.input));
  }

  /** The same for all inputs of a node, or of a topic. */
  above(reader: Upstream): readonly Upstream[] {
    return isStep(reader)
      ? [this.ofStep(reader)]
      : reader.inputs.map((_input, index) => this.of(reader, index));
  }

  /** The topics that begin right behind a node, for all who read them. */
  mergedBehind(node: LogicalNode): readonly RepartitionStep[] {
    return this.#behind.get(node) ?? [];
  }

  #above(reader: Upstream, node: LogicalNode): Upstream {
    return this.#merged.rerouted.get(reader)?.get(node) ?? node;
  }
}

export function isStep(upstream: Upstream): upstream is RepartitionStep {
  return 'requirement' in upstream;
}

function ungrouped(node: LogicalNode): LogicalNode {
  return node.kind === 'grouping' ? ungrouped(node.inputs[0]) : node;
}
