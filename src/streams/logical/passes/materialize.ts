import { assertDefined } from '../../../base/assert.ts';
import type { LogicalNode } from '../nodes/logical-node.ts';
import type { TableNode } from '../nodes/node.ts';
import type { NodeNames, TableBehaviour } from '../nodes/node-kind.ts';
import { kindOf } from '../nodes/node-kinds.ts';
import type { LogicalPlan } from '../plan.ts';

/** The tables that are kept in a store, each with the number of the call since which it is. */
export type Materialized = ReadonlyMap<LogicalNode, number>;

/**
 * Finds which tables are kept in a store: where the application named one, or where somebody downstream looks rows up or
 * needs old values. A table that is made of others has its rows in theirs.
 */
export function materialize(plan: LogicalPlan): Materialized {
  const keptSince = new Map<LogicalNode, number>();
  const keep = (node: LogicalNode, call: number): void => {
    if (!keptSince.has(node)) keptSince.set(node, call);
  };
  const keepRowsOf = (table: TableNode, call: number): void => {
    const rows = behaviourOf(table).rows(table);
    if (rows === 'store-on-demand') keep(table, call);
    else if (rows !== 'store') for (const other of rows.madeOf) keepRowsOf(other, call);
  };
  for (const [call, node] of plan.nodes.entries()) {
    if (node.shape === 'table' && node.storeName !== undefined) keep(node, call);
    const kind = kindOf(node);
    for (const table of kind.looksUp?.(node) ?? []) keepRowsOf(table, call);
    for (const table of kind.needsOldValues?.(node) ?? []) keepRowsOf(table, call);
  }
  return keptSince;
}

export function behaviourOf(table: TableNode): TableBehaviour<LogicalNode, NodeNames> {
  return assertDefined(kindOf(table).table, `a ${table.kind} is no table`);
}
