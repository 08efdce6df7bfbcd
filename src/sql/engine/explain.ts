import type { Query, Statement } from '../../../grammar/ast.ts';
import { analyzeQuery } from '../analysis/analyze-query.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { sqlError } from '../analysis/sql-error.ts';
import { planQuery } from '../logical/plan-query.ts';
import { queryTopology } from '../lowering/query-topology.ts';
import { parseQueryId } from '../physical/query-id.ts';
import type { QueryPlan } from '../physical/steps.ts';
import { planStatement, planTransientQuery } from './plan-statement.ts';
import { printBoundPlan, printLogicalPlan, printPhysicalPlan } from './print-plan.ts';
import { columnsOf, writtenColumnsOf } from './push-rows.ts';
import type { Explanation } from './results.ts';

/** The SELECT of a statement that has one. */
export function queryOf(statement: Statement): Query | undefined {
  return 'query' in statement ? statement.query : undefined;
}

/** The logical plan of a query and its expressions, printed. */
export function logicalRungsOf(
  query: Query,
  context: AnalysisContext,
): Pick<Explanation, 'logicalPlan' | 'boundPlan'> {
  const node = planQuery({ query: analyzeQuery(query, context), context });
  return { logicalPlan: printLogicalPlan(node), boundPlan: printBoundPlan(node) };
}

/** What a query would run as. @throws {DiagnosticError} for a statement without a query. */
export function explainStatement(
  explain: Extract<Statement, { kind: 'Explain' }>,
  context: AnalysisContext,
  running: { readonly queryNumber: number; readonly queries: readonly QueryPlan[] },
): Explanation {
  const { statement, span } = explain;
  const query = statement === undefined ? undefined : queryOf(statement);
  if (statement === undefined || query === undefined) {
    throw sqlError(
      'EXPLAIN shows the plans of queries: SELECT, CREATE … AS SELECT and INSERT INTO … SELECT.',
      { span },
    );
  }
  const isTransient = statement.kind === 'QueryStatement';
  const plan = isTransient
    ? planTransientQuery(query, parseQueryId('EXPLAIN'), context)
    : persistentPlan(statement, context, running);
  return {
    text: '',
    kind: isTransient ? 'PUSH' : 'PERSISTENT',
    columns: isTransient ? columnsOf(plan.root) : writtenColumnsOf(plan.root),
    ...logicalRungsOf(query, context),
    physicalPlan: printPhysicalPlan(plan.root),
    plan,
    topology: queryTopology(plan, { analysis: context }).describe(),
  };
}

function persistentPlan(
  statement: Statement,
  context: AnalysisContext,
  running: { readonly queryNumber: number; readonly queries: readonly QueryPlan[] },
): QueryPlan {
  const plan = planStatement({ statement, text: '', context, ...running });
  if (plan !== undefined && 'query' in plan && plan.query !== undefined) return plan.query;
  throw sqlError('there is nothing to explain', { span: statement.span });
}
