import type { Statement } from '../../../grammar/ast.ts';
import { assert } from '../../base/assert.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { NothingToDo, PlannedStatement } from './definition.ts';
import { statements } from './index.ts';
import type { StatementPlan } from './statement-plan.ts';

type PlanDefinition = PlannedStatement<Statement, StatementPlan>;

/** A plan that is recorded. */
export type RecordedPlan = Exclude<StatementPlan, NothingToDo>;

const planned: readonly PlanDefinition[] = Object.values(statements).flatMap((each) =>
  each.family === 'planned' ? [each] : [],
);
const byKind: ReadonlyMap<string, PlanDefinition> = new Map(planned.map((each) => [each.planKind, each]));

/** Whether this release knows plans of a kind. */
export function isPlanKind(kind: string): boolean {
  return kind === 'none' || byKind.has(kind);
}

function definitionOf(plan: RecordedPlan): PlanDefinition {
  const definition = byKind.get(plan.kind);
  assert(definition !== undefined, `a statement has plans of the kind ${plan.kind}`);
  return definition;
}

/** The catalog after a statement. */
export function applyPlan(catalog: Catalog, plan: StatementPlan): Catalog {
  return plan.kind === 'none' ? catalog : definitionOf(plan).apply(plan, catalog);
}

/** What carrying out a plan answers, in ksqlDB's words. */
export function planMessage(plan: StatementPlan): string {
  return plan.kind === 'none' ? plan.message : definitionOf(plan).message(plan);
}

/** ``stream/`X`/create``, as ksqlDB names its commands. */
export function planCommandId(plan: RecordedPlan): string {
  return definitionOf(plan).commandId(plan);
}

/** Whether several such plans act on one object, and none takes the place of another. */
export function isRepeatable(plan: StatementPlan): boolean {
  return plan.kind !== 'none' && definitionOf(plan).isRepeatable === true;
}
