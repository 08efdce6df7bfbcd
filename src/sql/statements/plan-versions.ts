import { readTextStep, withKeyPlaces } from '../physical/earlier-steps.ts';
import { PLAN_VERSION, type QueryPlan, type QueryPurpose } from '../physical/steps.ts';
import { isPlanKind } from './plan-kinds.ts';
import type { StatementPlan } from './statement-plan.ts';

/** What the query of a statement is there for, where the plan did not say so. */
const PURPOSES_V1: ReadonlyMap<string, QueryPurpose> = new Map([
  ['createSource', 'sourceTable'],
  ['createAs', 'createAs'],
  ['insertInto', 'insertInto'],
]);

/** Writes a plan down and reads it back: what is executed is what a recorded plan would be. */
export function roundTrip<T extends StatementPlan | QueryPlan>(plan: T): T {
  return JSON.parse(JSON.stringify(plan)) as T;
}

/**
 * Reads the plan of a statement as its record has it.
 * @throws {Error} for a version or a kind that this release does not know.
 */
export function readPlan(plan: StatementPlan): StatementPlan {
  const { version, kind } = plan;
  if (!Number.isInteger(version) || version < 1 || version > PLAN_VERSION) {
    throw new Error(`unknown version of a query plan: ${String(version)}`);
  }
  if (!isPlanKind(kind)) throw new Error(`unknown kind of a plan: ${kind}`);
  return version === PLAN_VERSION ? plan : fromEarlier(plan);
}

/**
 * Versions 1 to 3 found the key of a row by names, versions 1 and 2 had texts for expressions; version 1 did not say in a
 * query what it is, its statement does.
 */
function fromEarlier(recorded: StatementPlan): StatementPlan {
  const hasTexts = recorded.version < 3;
  const read: StatementPlan = JSON.parse(JSON.stringify(recorded), (_, part: unknown) =>
    withKeyPlaces(hasTexts ? readTextStep(part) : part),
  );
  const plan = { ...read, version: PLAN_VERSION };
  if (!('query' in plan) || plan.query === undefined) return plan;
  const purpose = read.version === 1 ? PURPOSES_V1.get(plan.kind) : plan.query.purpose;
  if (purpose === undefined) throw new Error(`a ${plan.kind} has no query`);
  return { ...plan, query: { ...plan.query, version: PLAN_VERSION, purpose } };
}
