import type { Query } from '../../../grammar/ast.ts';
import { analyzeQuery } from '../analysis/analyze-query.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { planQuery } from '../logical/plan-query.ts';
import { optimize } from '../optimizer/optimize.ts';
import { printBoundPlan, printLogicalPlan } from './print-plan.ts';

/** The logical plan of a query and its expressions, optimized as they will be recorded, printed. */
export function logicalRungsOf(
  query: Query,
  context: AnalysisContext,
): { readonly logicalPlan: string; readonly boundPlan: string } {
  const node = optimize(planQuery({ query: analyzeQuery(query, context), context }), context);
  return { logicalPlan: printLogicalPlan(node), boundPlan: printBoundPlan(node) };
}
