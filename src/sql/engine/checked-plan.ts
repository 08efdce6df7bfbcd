import type { Statement } from '../../../grammar/ast.ts';
import { type InPieces, inTurns } from '../../base/pieces.ts';
import type { TimeSlice } from '../../base/time-slice.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { SqlHost, TopicChanges } from '../host/host.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { statementMessages } from '../messages/statements.ts';
import type { PlanInput, PlannedStatement } from '../statements/definition.ts';
import { applyPlan } from '../statements/plan-kinds.ts';
import { planOf, statementPlan } from '../statements/plan-statement.ts';
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
  options: {
    readonly host: SqlHost;
    readonly topicChanges?: TopicChanges;
    readonly slice: TimeSlice | undefined;
  },
): Promise<StatementPlan> {
  const { host, topicChanges, slice } = options;
  const { plan, catalog } = await inTurns(planAndApply(definition, input), slice);
  if (slice?.isOver === true) await slice.next();
  await host.check(plan, { ...input.context, catalog }, topicChanges);
  return plan;
}

function* planAndApply(
  definition: PlannedStatement<Statement, StatementPlan>,
  input: PlanInput<Statement>,
): InPieces<{ readonly plan: StatementPlan; readonly catalog: Catalog }> {
  const planned = yield* planOf(definition, input);
  if (planned.kind !== 'none') definition.checkTopics?.(planned, input.context.topics);
  checkQueryLimit(planned, input);
  yield;
  const plan = roundTrip(planned);
  yield;
  return { plan, catalog: applyPlan(input.context.catalog, plan) };
}

/** @throws {DiagnosticError} where there would be more queries than the server allows. */
function checkQueryLimit(
  { query }: StatementPlan,
  { queries, context, statement }: PlanInput<Statement>,
): void {
  const limit = Number(context.properties['ksql.query.persistent.active.limit'] ?? Number.POSITIVE_INFINITY);
  if (query === undefined || queries.some(({ queryId }) => queryId === query.queryId)) return;
  const count = queries.length + 1;
  if (count > limit) throw refuse(statementMessages.queryLimit({ count, limit }), statement.span);
}

/** Plans a statement, asking nobody; undefined for a statement that has no plan. @throws {DiagnosticError} */
export function* planAnew(input: PlanInput<Statement>): InPieces<StatementPlan | undefined> {
  const planned = yield* statementPlan(input);
  yield;
  return planned === undefined ? undefined : roundTrip(planned);
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
