import { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import type { Topology } from '../../streams/topology/topology.ts';
import type { QueryPlan } from '../physical/steps.ts';
import { lower } from './lower.ts';
import type { LoweringContext } from './lowering-context.ts';

/** The topology that a plan runs as. Long code is not made yet: `context.code` has it. */
export function queryTopology(plan: QueryPlan, context: Omit<LoweringContext, 'builder'>): Topology {
  const builder = new StreamsBuilder();
  lower(plan.root, { ...context, builder });
  return builder.build();
}
