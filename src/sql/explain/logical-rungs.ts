import type { Query } from '../../../grammar/ast.ts';
import { analyzeQuery } from '../analysis/analyze-query.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { planQuery } from '../logical/plan-query.ts';
import { printBoundPlan, printLogicalPlan } from './print-plan.ts';

/** The logical plan of a query and its expressions, printed. */
export function logicalRungsOf(
  query: Query,
  context: AnalysisContext,
): { readonly logicalPlan: string; readonly boundPlan: string } {
  const node = planQuery({ query: analyzeQuery(query, context), context });
  return { logicalPlan: printLogicalPlan(node), boundPlan: printBoundPlan(node) };
}
