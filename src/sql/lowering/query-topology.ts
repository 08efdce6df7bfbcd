import { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import { optionsOfProperties } from '../../streams/runtime/streams-properties.ts';
import type { BuildOptions } from '../../streams/topology-optimization.ts';
import type { Topology } from '../../streams/topology/topology.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { functionsOf } from '../physical/used-functions.ts';
import type { QueryPlan } from '../physical/steps.ts';
import { lower } from './lower.ts';
import type { LoweringContext } from './lowering-context.ts';

/** How the statement's session has it that topologies are built: `topology.optimization`, ksqlDB's default of which is `all`. */
export function buildOptions({ properties }: Pick<AnalysisContext, 'properties'>): BuildOptions {
  const { topologyOptimization } = optionsOfProperties(properties);
  return topologyOptimization === undefined ? {} : { optimization: topologyOptimization };
}

/** The topology that a plan runs as. Long code is not made yet: `context.code` has it. */
export function queryTopology(plan: QueryPlan, context: Omit<LoweringContext, 'builder'>): Topology {
  const builder = new StreamsBuilder();
  const analysis = { ...context.analysis, functions: functionsOf(plan, context.analysis.functions) };
  lower(plan.root, { ...context, analysis, builder });
  return builder.build(buildOptions(context.analysis));
}
