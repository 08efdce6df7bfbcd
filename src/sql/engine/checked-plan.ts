import type { Statement } from '../../../grammar/ast.ts';
import type { SqlHost, TopicChanges } from '../host/host.ts';
import type { PlanInput, PlannedStatement } from '../statements/definition.ts';
import { definitionOf } from '../statements/index.ts';
import { applyPlan } from '../statements/plan-kinds.ts';
import { roundTrip } from '../statements/plan-versions.ts';
import type { StatementPlan } from '../statements/statement-plan.ts';

/**
 * Plans a statement, and asks the cluster whether it would have what the plan needs.
 * @param topicChanges what the statements before it, which have not run yet, make of the cluster's topics.
 * @throws {DiagnosticError} for what cannot be done; {OperationalError} where the cluster does not say.
 */
export async function checkedPlan(
  definition: PlannedStatement<Statement, StatementPlan>,
  input: PlanInput<Statement>,
  { host, topicChanges }: { readonly host: SqlHost; readonly topicChanges?: TopicChanges },
): Promise<StatementPlan> {
  const { context } = input;
  const planned = definition.plan(input);
  if (planned.kind !== 'none') definition.checkTopics?.(planned, context.topics);
  const plan = roundTrip(planned);
  const after = { ...context, catalog: applyPlan(context.catalog, plan) };
  await host.check(plan, after, topicChanges);
  return plan;
}

/** Plans a statement, asking nobody; undefined for a statement that has no plan. @throws {DiagnosticError} */
export function planAnew(input: PlanInput<Statement>): StatementPlan | undefined {
  const definition = definitionOf(input.statement);
  return definition.family === 'planned' ? roundTrip(definition.plan(input)) : undefined;
}

/** Whether two plans decide the same, whatever number the id of their query has. */
export function isSamePlan(one: StatementPlan, other: StatementPlan): boolean {
  const { queryId } = one.query ?? {};
  const alike =
    queryId === undefined || other.query === undefined
      ? other
      : { ...other, query: { ...other.query, queryId } };
  return JSON.stringify(one) === JSON.stringify(alike);
}
