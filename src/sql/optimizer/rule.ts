import type { LogicalNode } from '../logical/nodes.ts';

/**
 * A rule makes another plan of a plan: one with the same results, the same errors told of and the same changes, in the
 * same order, for every input. The names of stores and topics stay.
 */
export interface OptimizerRule {
  readonly name: string;
  /** The plan, or a better one; the same object where the rule has nothing to do. */
  apply(plan: LogicalNode): LogicalNode;
}
