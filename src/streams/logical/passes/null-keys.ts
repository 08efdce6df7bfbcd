import { kindOf } from '../nodes/node-kinds.ts';
import type { LogicalPlan } from '../plan.ts';
import { isStep, type MergedSteps, type RecordRoutes, type Upstream } from './record-routes.ts';
import type { RepartitionStep } from './repartition.ts';

/**
 * Finds the internal topics that records with a null key must pass, since a left or outer join downstream has a result
 * for them (KIP-962). All others drop such records before they are sent. So must a topic that has moved up past other
 * nodes: whoever else reads those nodes has seen such records before.
 */
export function keepNullKeys(
  plan: LogicalPlan,
  { routes, merged }: { readonly routes: RecordRoutes; readonly merged: MergedSteps },
): ReadonlySet<RepartitionStep> {
  const kept = new Set<RepartitionStep>();
  const visited = new Set<Upstream>();
  const visit = (upstream: Upstream): void => {
    if (visited.has(upstream)) return;
    visited.add(upstream);
    if (isStep(upstream)) kept.add(upstream);
    for (const above of routes.above(upstream)) visit(above);
  };
  for (const node of plan.nodes) {
    if (!kindOf(node).takesNullKeys?.(node)) continue;
    // A table has no rows of a null key, whoever is joined with it.
    node.inputs.forEach((input, index) => {
      if (input.shape === 'stream') visit(routes.of(node, index));
    });
  }
  for (const [reader, byNode] of merged.rerouted)
    if (!isStep(reader)) for (const step of byNode.values()) kept.add(step);
  return kept;
}
