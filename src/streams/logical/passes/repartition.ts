import type { LogicalNode } from '../nodes/logical-node.ts';
import type { Requirement } from '../nodes/node-kind.ts';
import { kindOf } from '../nodes/node-kinds.ts';

/** An internal topic that records pass on their way to whoever requires it; one object, whoever shares it. */
export interface RepartitionStep {
  /** Whose records pass. */
  readonly input: LogicalNode;
  readonly requirement: Requirement;
}

/** For each input of a node the step that its records have to take, undefined where they may come as they are. */
type InputSteps = readonly (RepartitionStep | undefined)[];

/**
 * Finds where records have to be partitioned anew: a node says what it requires of an input, and nothing but this pass
 * answers it, so that it cannot be forgotten.
 */
export class Repartitions {
  readonly #steps = new Map<LogicalNode, InputSteps>();
  readonly #shared = new Map<LogicalNode, RepartitionStep>();

  add(node: LogicalNode): void {
    const required = kindOf(node).requires?.(node) ?? [];
    const steps = required.map((requirement, index) => {
      const input = node.inputs[index];
      return input && requirement && this.#stepFor(input, requirement);
    });
    this.#steps.set(node, Object.freeze(steps));
  }

  of(node: LogicalNode): InputSteps {
    return this.#steps.get(node) ?? [];
  }

  #stepFor(input: LogicalNode, requirement: Requirement): RepartitionStep | undefined {
    const keyChanged = 'keyChanged' in input && input.keyChanged;
    if (requirement.when === 'key-changed' && !keyChanged) return undefined;
    const { sharedBy, isNew = false } = requirement;
    const shared = sharedBy && !isNew && this.#shared.get(sharedBy);
    if (shared) return shared;
    const step = Object.freeze({ input, requirement });
    if (sharedBy) this.#shared.set(sharedBy, step);
    return step;
  }
}
