import { type BuildOptions, optimizationsOf } from '../topology-optimization.ts';
import type { Topology } from '../topology/topology.ts';
import { explainPlan } from './explain.ts';
import { type MergedRepartitions, mergeRepartitions } from './passes/merge-repartitions.ts';
import { materialize } from './passes/materialize.ts';
import { Names } from './passes/naming.ts';
import { needsOldValues } from './passes/needs-old-values.ts';
import { keepNullKeys } from './passes/null-keys.ts';
import { type Findings, physicalPlan } from './passes/physical.ts';
import { RecordRoutes } from './passes/record-routes.ts';
import { Repartitions } from './passes/repartition.ts';
import { reuseSourceTopics } from './passes/reuse-source-topics.ts';
import { selfJoins } from './passes/self-joins.ts';
import type { LogicalPlan } from './plan.ts';

const NOTHING_MERGED: MergedRepartitions = { replacedBy: new Map(), rerouted: new Map(), firstOf: new Map() };

/** Takes a logical plan through all passes. The same plan becomes the same topology, each time. */
export function lower(plan: LogicalPlan, options: BuildOptions = {}): Topology {
  return physicalPlan(plan, analyse(plan, options));
}

/** Prints a logical plan with what the passes find out about it. */
export function explain(plan: LogicalPlan, options: BuildOptions = {}): string {
  return explainPlan(plan, analyse(plan, options));
}

function analyse(plan: LogicalPlan, options: BuildOptions): Findings {
  const optimizations = optimizationsOf(options);
  const repartitions = new Repartitions();
  const names = new Names(repartitions);
  for (const node of plan.nodes) {
    repartitions.add(node);
    names.add(node);
  }
  const materialized = materialize(plan);
  const merges = optimizations.includes('merge.repartition.topics');
  const merged = merges ? mergeRepartitions(plan, repartitions) : NOTHING_MERGED;
  for (const [step, first] of merged.firstOf) names.addMerged(step, first);
  const routes = new RecordRoutes(repartitions, merged);
  const reuses = optimizations.includes('reuse.ktable.source.topics');
  const joinsOnce = optimizations.includes('single.store.self.join');
  return {
    optimizations,
    names,
    routes,
    materialized,
    sendOldValues: needsOldValues(plan, materialized),
    nullKeys: keepNullKeys(plan, { routes, merged }),
    reusesSourceTopic: reuses ? reuseSourceTopics(plan, materialized) : new Set(),
    selfJoins: joinsOnce ? selfJoins(plan, { routes, nameOf: (each) => names.ofUpstream(each) }) : new Set(),
  };
}
