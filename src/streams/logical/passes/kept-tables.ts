import { assertDefined } from '../../../base/assert.ts';
import type { LogicalNode } from '../nodes/logical-node.ts';
import type { TableNode } from '../nodes/node.ts';
import type { TableBehaviour, TableDemands } from '../nodes/node-kind.ts';
import type { NodeNames } from '../nodes/node-kind.ts';
import { kindOf } from '../nodes/node-kinds.ts';
import type { LogicalPlan } from '../plan.ts';

/** What is needed of tables: which are kept in a store, and which nodes forward old values. */
export interface KeptTables {
  readonly kept: ReadonlySet<LogicalNode>;
  readonly sendOldValues: ReadonlySet<LogicalNode>;
}

/**
 * Finds which tables must be kept and which must tell old values: where the application named a store, or somebody
 * downstream looks rows up. One pass for both, since a filter takes old values only of a table that is kept by then, in
 * the order of the calls, as in Kafka Streams.
 */
export function keepTables(plan: LogicalPlan): KeptTables {
  const kept = new Set<LogicalNode>();
  const sendOldValues = new Set<LogicalNode>();
  const tables: TableDemands = {
    oldValues: (table, options) => behaviourOf(table).oldValues(table, tables, options),
    rows: (table) => behaviourOf(table).rows(table, tables),
    isKept: (table) => kept.has(table),
    keep: (table) => void kept.add(table),
    sendsOldValues: (node) => sendOldValues.has(node),
    sendOldValues: (node) => void sendOldValues.add(node),
  };
  for (const node of plan.nodes) {
    if (node.shape === 'table' && node.storeName !== undefined) kept.add(node);
    kindOf(node).demands?.(node, tables);
  }
  return { kept, sendOldValues };
}

export function behaviourOf(table: TableNode): TableBehaviour<LogicalNode, NodeNames> {
  return assertDefined(kindOf(table).table, `a ${table.kind} is no table`);
}
