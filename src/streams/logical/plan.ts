import type { LogicalNode } from './nodes/logical-node.ts';

/** What an application has asked for, before it is decided how: frozen nodes in the order of the DSL's calls. */
export interface LogicalPlan {
  readonly nodes: readonly LogicalNode[];
}
