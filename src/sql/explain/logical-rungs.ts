import type { Query } from '../../../grammar/ast.ts';
import { printTree } from '../../../grammar/printer/tree.ts';
import { analyzeQuery } from '../analysis/analyze-query.ts';
import type { InPieces } from '../../base/pieces.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import type { Explanation } from '../entities/descriptions.ts';
import { planQuery } from '../logical/plan-query.ts';
import { optimize } from '../optimizer/optimize.ts';
import { printBoundPlan, printLogicalPlan } from './print-plan.ts';

/** The rungs of a query above its physical plan, each printed. */
export type LogicalRungs = Pick<Explanation, 'syntaxTree' | 'logicalPlan' | 'boundPlan'>;

/** The syntax of a query, its logical plan and its expressions; both optimized, as they are recorded. */
export function* logicalRungsOf(query: Query, context: AnalysisContext): InPieces<LogicalRungs> {
  const analyzed = analyzeQuery(query, context);
  yield;
  const planned = planQuery({ query: analyzed, context });
  yield;
  const node = optimize(planned, context);
  yield;
  const syntaxTree = yield* printTree(query);
  yield;
  const logicalPlan = printLogicalPlan(node);
  yield;
  return { syntaxTree, logicalPlan, boundPlan: printBoundPlan(node) };
}
