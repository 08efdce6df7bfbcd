import type { Statement } from '../../../grammar/ast.ts';
import type { InPieces } from '../../base/pieces.ts';
import type { QueryPlan } from '../physical/steps.ts';
import type { PlanInput, PlannedStatement } from './definition.ts';
import { definitionOf } from './index.ts';
import type { StatementPlan } from './statement-plan.ts';

/**
 * Plans a statement that changes the catalog or starts a query; undefined for the others. A pure function: it looks at
 * nothing but its argument.
 */
export function* statementPlan(input: PlanInput<Statement>): InPieces<StatementPlan | undefined> {
  const definition = definitionOf(input.statement);
  return definition.family === 'planned' ? yield* planOf(definition, input) : undefined;
}

/** The query that a statement would start; undefined where it starts none. */
export function* plannedQuery(input: PlanInput<Statement>): InPieces<QueryPlan | undefined> {
  const plan = yield* statementPlan(input);
  return plan?.query;
}

/** The plan of a statement by its definition. */
export function* planOf(
  definition: PlannedStatement<Statement, StatementPlan>,
  input: PlanInput<Statement>,
): InPieces<StatementPlan> {
  return definition.planInPieces === undefined
    ? definition.plan(input)
    : yield* definition.planInPieces(input);
}
