import { assert } from '../../base/assert.ts';
import { type AnalysisContext, booleanProperty } from '../analysis/session.ts';
import type { ProjectNode } from '../logical/nodes.ts';
import { columnPruning } from './column-pruning.ts';
import { constantFolding } from './constant-folding.ts';
import { filterPushDown } from './filter-push-down.ts';
import type { OptimizerRule } from './rule.ts';

/** In the order in which they are applied: what is folded may be pushed down, what was pushed down says what is read. */
const rules: readonly OptimizerRule[] = [constantFolding, filterPushDown, columnPruning];

/** `false` leaves plans as they are written. */
const ENABLED = 'ksql.optimizer.enabled';

/** The plan as it is recorded: recorded plans are not optimized again. */
export function optimize(plan: ProjectNode, { properties }: AnalysisContext): ProjectNode {
  if (booleanProperty(properties, ENABLED) === false) return plan;
  let optimized: ReturnType<OptimizerRule['apply']> = plan;
  for (const rule of rules) optimized = rule.apply(optimized);
  assert(optimized.node === 'Project', 'a projection stays the last step');
  return optimized;
}
