import { PLAN_VERSION, type QueryPlan, type QueryPurpose } from '../physical/steps.ts';
import { isPlanKind } from './plan-kinds.ts';
import type { StatementPlan } from './statement-plan.ts';

/** Version 1 did not say in a query what it is; the statement that it belongs to does. */
type StatementPlanV1 = { readonly version: 1; readonly kind: string } & {
  readonly query?: Omit<QueryPlan, 'purpose'>;
};

const PURPOSES_V1: Readonly<Record<string, QueryPurpose>> = {
  createSource: 'sourceTable',
  createAs: 'createAs',
  insertInto: 'insertInto',
};

/** Writes a plan down and reads it back: what is executed is what a recorded plan would be. */
export function roundTrip<T extends StatementPlan | QueryPlan>(plan: T): T {
  return JSON.parse(JSON.stringify(plan)) as T;
}

/** Reads the recorded plan of a statement. @throws {Error} for a version or a kind that this release does not know. */
export function readPlan(text: string): StatementPlan {
  const plan = JSON.parse(text) as StatementPlan | StatementPlanV1;
  const isKnown = plan.version === 1 || plan.version === PLAN_VERSION;
  if (isKnown && !isPlanKind(plan.kind)) throw new Error(`unknown kind of a plan: ${plan.kind}`);
  if (plan.version === PLAN_VERSION) return plan as StatementPlan;
  if (plan.version === 1) return fromVersion1(plan as StatementPlanV1) as StatementPlan;
  throw new Error(`unknown version of a query plan: ${String(plan.version)}`);
}

function fromVersion1(plan: StatementPlanV1): unknown {
  const { query, kind } = plan;
  const current = { ...plan, version: PLAN_VERSION };
  if (query === undefined) return current;
  return { ...current, query: { ...query, version: PLAN_VERSION, purpose: PURPOSES_V1[kind] } };
}
