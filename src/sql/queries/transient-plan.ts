import type { Query } from '../../../grammar/ast.ts';
import type { InPieces } from '../../base/pieces.ts';
import { analyzeQuery } from '../analysis/analyze-query.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { type LogicalNode, sourcesOf } from '../logical/nodes.ts';
import { planQuery } from '../logical/plan-query.ts';
import { optimize } from '../optimizer/optimize.ts';
import { planSteps } from '../physical/plan-steps.ts';
import { parseQueryId, type QueryId } from '../physical/query-id.ts';
import { PLAN_VERSION, type QueryPlan } from '../physical/steps.ts';
import { usedFunctions } from '../physical/used-functions.ts';
import { analyzePull, isOverStream } from './pull-clauses.ts';
import { planPull } from './pull-query.ts';
import { isScalablePush } from './push-query-id.ts';
import { sharedRoot } from './shared-root.ts';

/** The id of queries that are planned to see whether they can be. */
const CHECKED = parseQueryId('CHECK');

/** The plan of a query whose results are only looked at. */
export function* transientPlan(
  query: Query,
  queryId: QueryId,
  context: AnalysisContext,
): InPieces<QueryPlan> {
  const analyzed = analyzeQuery(query, context);
  yield;
  const project = planQuery({ query: analyzed, context });
  yield;
  const optimized = optimize(project, context);
  yield;
  const { step } = planSteps(optimized, context);
  const isScalable = isScalablePush(query, context);
  const shared = isScalable ? sharedRoot(step) : undefined;
  return {
    version: PLAN_VERSION,
    queryId,
    purpose: 'transient',
    sources: sourceNames(project),
    ...(isScalable && step.schema.key.length > 0 ? { needsKey: true } : {}),
    ...(shared === undefined ? {} : { isShared: true }),
    ...usedFunctions(step, context.catalog),
    root: shared ?? step,
  };
}

/** Names of the sources that a query reads. */
export function sourceNames(node: LogicalNode): readonly string[] {
  return sourcesOf(node).map(({ source }) => source.name);
}

/** Plans a query that EMITs, and throws the plan away. @throws {DiagnosticError} where it cannot be run. */
export function* checkTransientQuery(query: Query, context: AnalysisContext): InPieces<void> {
  yield* transientPlan(query, CHECKED, context);
}

/** Plans a SELECT as it would be run, and throws the plan away. @throws {DiagnosticError} where it cannot be run. */
export function* checkSelect(query: Query, context: AnalysisContext): InPieces<void> {
  if (query.emit === undefined && !isOverStream(query, context)) {
    planPull(query, context);
    return;
  }
  if (query.emit === undefined) analyzePull(query, context);
  yield* checkTransientQuery(query, context);
}
