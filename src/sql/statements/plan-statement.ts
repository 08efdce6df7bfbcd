import type { Statement } from '../../../grammar/ast.ts';
import type { PlanInput } from './definition.ts';
import { definitionOf } from './index.ts';
import type { StatementPlan } from './statement-plan.ts';

/**
 * Plans a statement that changes the catalog or starts a query; undefined for the others. A pure function: it looks at
 * nothing but its argument.
 */
export function planStatement(input: PlanInput<Statement>): StatementPlan | undefined {
  const definition = definitionOf(input.statement);
  return definition.family === 'planned' ? definition.plan(input) : undefined;
}
