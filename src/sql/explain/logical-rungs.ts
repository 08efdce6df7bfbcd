import type { Query } from '../../../grammar/ast.ts';
import { printTree } from '../../../grammar/printer/tree.ts';
import { analyzeQuery } from '../analysis/analyze-query.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import type { Explanation } from '../entities/descriptions.ts';
import { planQuery } from '../logical/plan-query.ts';
import { optimize } from '../optimizer/optimize.ts';
import { printBoundPlan, printLogicalPlan } from './print-plan.ts';

/** The rungs of a query above its physical plan, each printed. */
type LogicalRungs = Pick<Explanation, 'syntaxTree' | 'logicalPlan' | 'boundPlan'>;

/** The syntax of a query, its logical plan and its expressions; both optimized, as they are recorded. */
export function logicalRungsOf(query: Query, context: AnalysisContext): LogicalRungs {
  const node = optimize(planQuery({ query: analyzeQuery(query, context), context }), context);
  return {
    syntaxTree: printTree(query),
    logicalPlan: printLogicalPlan(node),
    boundPlan: printBoundPlan(node),
  };
}
