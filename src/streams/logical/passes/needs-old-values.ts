import type { LogicalNode } from '../nodes/logical-node.ts';
import type { TableNode } from '../nodes/node.ts';
import { kindOf } from '../nodes/node-kinds.ts';
import type { LogicalPlan } from '../plan.ts';
import { behaviourOf, type Materialized } from './materialize.ts';

/**
 * Finds which nodes forward old values with the new ones: those that somebody downstream needs them of, and filters that
 * can have them for nothing. A filter has them of a table that is kept already at its place in the order of the calls,
 * as in Kafka Streams.
 */
export function needsOldValues(plan: LogicalPlan, materialized: Materialized): ReadonlySet<LogicalNode> {
  const senders = new Set<LogicalNode>();
  /** Answers whether the table tells its old values; `by` is the call that asks, undefined where they are needed. */
  const ask = (table: TableNode, by: number | undefined): boolean => {
    const rows = behaviourOf(table).rows(table);
    if (rows === 'store-on-demand' && by !== undefined && !isKept(table, by)) return false;
    if (typeof rows === 'object') {
      const answers = rows.madeOf.map((other) => ask(other, by));
      if (answers.includes(false)) return senders.has(table);
    }
    senders.add(table);
    return true;
  };
  const isKept = (table: TableNode, call: number): boolean => (materialized.get(table) ?? Infinity) <= call;
  for (const [call, node] of plan.nodes.entries()) {
    const kind = kindOf(node);
    for (const table of kind.needsOldValues?.(node) ?? []) ask(table, undefined);
    const offered = kind.takesOldValues?.(node);
    if (offered && ask(offered, call)) senders.add(node);
  }
  return senders;
}
