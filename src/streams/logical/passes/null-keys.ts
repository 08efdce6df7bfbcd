import type { LogicalNode } from '../nodes/logical-node.ts';
import { kindOf } from '../nodes/node-kinds.ts';
import type { LogicalPlan } from '../plan.ts';
import type { Repartitions, RepartitionStep } from './repartition.ts';

/**
 * Finds the internal topics that records with a null key must pass, since a left or outer join downstream has a result
 * for them (KIP-962). All others drop such records before they are sent.
 */
export function keepNullKeys(plan: LogicalPlan, repartitions: Repartitions): ReadonlySet<RepartitionStep> {
  const kept = new Set<RepartitionStep>();
  const visited = new Set<LogicalNode>();
  const visit = (node: LogicalNode): void => {
    if (visited.has(node)) return;
    visited.add(node);
    node.inputs.forEach((input, index) => visitInput(node, input, index));
  };
  const visitInput = (node: LogicalNode, input: LogicalNode, index: number): void => {
    const step = repartitions.of(node)[index];
    if (step) kept.add(step);
    visit(input);
  };
  for (const node of plan.nodes) {
    if (!kindOf(node).takesNullKeys?.(node)) continue;
    // A table has no rows of a null key, whoever is joined with it.
    node.inputs.forEach((input, index) => {
      if (input.shape === 'stream') visitInput(node, input, index);
    });
  }
  return kept;
}
