import type { Statement } from '../../../grammar/ast.ts';
import type { SqlHost, TopicChanges } from '../host/host.ts';
import type { PlanInput, PlannedStatement } from '../statements/definition.ts';
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
