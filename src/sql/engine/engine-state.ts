import type { Catalog } from '../catalog/catalog.ts';
import type { QueryPlan } from '../physical/steps.ts';
import { applyPlan } from '../statements/plan-kinds.ts';
import type { StatementPlan } from '../statements/statement-plan.ts';

/** What a statement is planned on: it is planned once as long as this stays the same. */
export interface EngineState {
  /** Counts what has changed the catalog or the queries. */
  readonly version: number;
  readonly catalog: Catalog;
  /** The persistent queries. */
  readonly queries: readonly QueryPlan[];
}

/** What a plan leaves of the catalog and the queries. */
export function stateAfter({ version, catalog, queries }: EngineState, plan: StatementPlan): EngineState {
  if (plan.kind === 'none') return { version, catalog, queries };
  const { query, terminate } = plan;
  const gone = new Set<string>(terminate);
  if (query !== undefined) gone.add(query.queryId);
  const kept = queries.filter(({ queryId }) => !gone.has(queryId));
  return {
    version: version + 1,
    catalog: applyPlan(catalog, plan),
    queries: query === undefined ? kept : [...kept, query],
  };
}
