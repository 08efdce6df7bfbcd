import { Catalog } from '../catalog/catalog.ts';
import { ownedSource, type QueryPlan } from '../physical/steps.ts';
import { applyPlan } from './apply-plan.ts';
import type { Session } from './session.ts';
import type { StatementPlan } from './statement-plan.ts';

/** A statement as it was recorded. */
export type RecordedStatement =
  | { readonly kind: 'plan'; readonly plan: StatementPlan; readonly session: Session }
  | {
      readonly kind: 'control';
      readonly action: 'TERMINATE' | 'PAUSE' | 'RESUME';
      readonly queryId?: string;
    };

interface RecoveredQuery {
  readonly plan: QueryPlan;
  readonly text: string;
  readonly session: Session;
  readonly isPaused: boolean;
}

/** A query that would write what another one writes. */
interface PassedOver {
  readonly queryId: string;
  readonly sink: string;
  readonly writer: string;
}

/** The catalog and the queries that recorded statements leave. */
export interface RecoveredState {
  readonly catalog: Catalog;
  readonly queries: readonly RecoveredQuery[];
  /** The number of the next query. */
  readonly queryNumber: number;
  /** Statements that are not gone on with: logs of earlier versions hold some that were refused. */
  readonly passedOver: readonly PassedOver[];
}

/**
 * Returns what a list of recorded statements leaves, without running any of it: a query that was terminated later is never
 * started, so a server starts with what there is and not with what there was.
 */
export function replayCommands(statements: readonly RecordedStatement[]): RecoveredState {
  let catalog = Catalog.empty;
  let queryNumber = 0;
  const queries = new Map<string, RecoveredQuery>();
  const passedOver: PassedOver[] = [];
  for (const statement of statements) {
    if (statement.kind === 'control') {
      control(queries, statement);
      continue;
    }
    const { plan, session } = statement;
    const query = 'query' in plan ? plan.query : undefined;
    const second = query === undefined ? undefined : secondWriter(query, [...queries.values()]);
    if (second !== undefined) {
      passedOver.push(second);
      queryNumber += 1;
      continue;
    }
    catalog = applyPlan(catalog, plan);
    if (plan.kind === 'dropSource') for (const id of plan.terminate) queries.delete(id);
    if (query === undefined) continue;
    queryNumber += 1;
    queries.set(query.queryId, { plan: query, text: plan.text, session, isPaused: false });
  }
  return { catalog, queries: [...queries.values()], queryNumber, passedOver };
}

function control(
  queries: Map<string, RecoveredQuery>,
  { action, queryId }: Extract<RecordedStatement, { kind: 'control' }>,
): void {
  for (const id of queryId === undefined ? [...queries.keys()] : [queryId]) {
    const query = queries.get(id);
    if (query === undefined) continue;
    if (action === 'TERMINATE') queries.delete(id);
    else queries.set(id, { ...query, isPaused: action === 'PAUSE' });
  }
}

/** The result of CREATE … AS has one query that makes it; INSERT adds others. */
function secondWriter(
  { queryId, purpose, sink }: QueryPlan,
  queries: readonly RecoveredQuery[],
): PassedOver | undefined {
  if (purpose !== 'createAs' || sink === undefined) return undefined;
  const writer = queries.find(({ plan }) => ownedSource(plan) === sink && plan.queryId !== queryId);
  return writer === undefined ? undefined : { queryId, sink, writer: writer.plan.queryId };
}
