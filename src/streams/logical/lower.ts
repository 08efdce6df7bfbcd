import type { Topology } from '../topology/topology.ts';
import { explainPlan } from './explain.ts';
import { keepTables } from './passes/kept-tables.ts';
import { Names } from './passes/naming.ts';
import { keepNullKeys } from './passes/null-keys.ts';
import { type Findings, physicalPlan } from './passes/physical.ts';
import { Repartitions } from './passes/repartition.ts';
import type { LogicalPlan } from './plan.ts';

/** Takes a logical plan through all passes. The same plan becomes the same topology, each time. */
export function lower(plan: LogicalPlan): Topology {
  return physicalPlan(plan, analyse(plan));
}

/** Prints a logical plan with what the passes find out about it. */
export function explain(plan: LogicalPlan): string {
  return explainPlan(plan, analyse(plan));
}

function analyse(plan: LogicalPlan): Findings {
  const repartitions = new Repartitions();
  const names = new Names(repartitions);
  for (const node of plan.nodes) {
    repartitions.add(node);
    names.add(node);
  }
  return { repartitions, names, tables: keepTables(plan), nullKeys: keepNullKeys(plan, repartitions) };
}
