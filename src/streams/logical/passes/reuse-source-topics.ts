import type { TableSource } from '../nodes/table-source.ts';
import type { LogicalNode } from '../nodes/logical-node.ts';
import type { LogicalPlan } from '../plan.ts';
import type { Materialized } from './materialize.ts';

/**
 * `reuse.ktable.source.topics`: finds the tables that are read straight from a topic and kept. What they are is in that
 * topic, so that they are restored from it and need no changelog.
 */
export function reuseSourceTopics(plan: LogicalPlan, materialized: Materialized): ReadonlySet<LogicalNode> {
  return new Set(
    plan.nodes.filter((node): node is TableSource => node.kind === 'table-source' && materialized.has(node)),
  );
}
