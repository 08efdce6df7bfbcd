import type { Query } from '../../../grammar/ast.ts';
import { OperationalError } from '../../base/errors.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { pullMessages } from '../messages/pull-queries.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { MaterializedTable, PartPlace, RunningQuery } from '../host/host.ts';
import { begun } from '../queries/begun-rows.ts';
import { planPull, type PullPlan } from '../queries/pull-query.ts';
import { type PullRead, resultsOf, runPull } from '../queries/pull-rows.ts';
import type { KeyLookup } from '../queries/pull-where.ts';
import type { PullQuery, RowPages } from '../queries/query-results.ts';
import { comparedConstants, withCalledConstants } from '../user-calls/called-constants.ts';
import type { Programs } from '../user-calls/programs.ts';
import type { PersistentQueries } from './persistent-queries.ts';

interface PullServices {
  readonly queries: PersistentQueries;
  readonly programs: Programs;
}

/** Plans the reading of a table by a pull query. @throws {DiagnosticError} where no query of this service keeps it. */
export async function pullQuery(
  query: Query,
  context: AnalysisContext,
  services: PullServices,
): Promise<{ readonly plan: PullPlan; readonly pull: PullQuery }> {
  const compared = query.where === undefined ? [] : comparedConstants(query.where);
  const plan = planPull(query, await withCalledConstants(compared, context, services.programs));
  const pull = openPull(plan, services);
  if (pull === undefined) {
    throw refuse(pullMessages.notQueryable(plan.source.name), query.from.source.nameSpan);
  }
  return { plan, pull };
}

/** Opens a table for a pull query; undefined where no query of this service keeps it. */
export function openPull(plan: PullPlan, { queries, programs }: PullServices): PullQuery | undefined {
  const running = queries.keeperOf(plan.source.name)?.running;
  const table = running?.table;
  if (running === undefined || table === undefined) return undefined;
  const { queryId } = running.plan;
  return {
    ...{ kind: 'pull', columns: plan.columns, keeper: { queryId, store: table.store } },
    limit: plan.limit,
    reads: readsOf(plan),
    places: () => placesOf(plan, table),
    read: (part) => readPart(plan, { table, part, programs }, running),
  };
}

/** The row of one key, which nearly all queries ask for, without the machinery of reading some at a time. */
async function readPart(plan: PullPlan, of: PullRead, running: RunningQuery): Promise<RowPages> {
  const failed = (error: unknown): unknown => withState(error, running);
  const { access, results } = plan;
  const [lookup, ...others] = access.kind === 'scan' ? [] : access.lookups;
  if (lookup === undefined || others.length > 0 || typeof results !== 'function')
    return begun(pullPart(plan, of), failed);
  try {
    return [resultsOf(plan, await of.table.get(lookup.key, lookup.range, of.part), results)];
  } catch (error) {
    throw failed(error);
  }
}

function readsOf({ access }: PullPlan): PullQuery['reads'] {
  if (access.kind === 'scan') return 'all';
  return access.lookups.length === 1 ? 'key' : 'keys';
}

/** The partitions that a query reads, and who has them. */
async function placesOf({ access }: PullPlan, table: MaterializedTable): Promise<readonly PartPlace[]> {
  if (access.kind === 'scan') return table.places();
  const found = new Map<number, PartPlace>();
  for (const { key } of access.lookups) {
    for (const place of await table.places(key)) found.set(place.partition, place);
  }
  return [...found.values()];
}

/**
 * Of one partition those keys are read that may be in it: whoever has it says for itself which these are. Whether it has the row of a
 * single key, it sees when it looks.
 */
async function* pullPart(plan: PullPlan, of: PullRead): AsyncGenerator<readonly Row[], void> {
  const { access } = plan;
  const { table, part } = of;
  const { partition } = part;
  if (access.kind === 'scan' || access.lookups.length === 1 || partition === undefined)
    return yield* runPull(plan, of);
  const lookups: KeyLookup[] = [];
  for (const lookup of access.lookups) {
    const places = await table.places(lookup.key);
    if (places.length === 0 || places.some((place) => place.partition === partition)) lookups.push(lookup);
  }
  yield* runPull({ ...plan, access: { ...access, lookups } }, of);
}

/** Rows that cannot be had now, since their query rebalances, is paused or has failed: the answer says which it is. */
function withState(error: unknown, query: RunningQuery): unknown {
  if (!isNotHere(error)) return error;
  const message =
    `the state of query ${query.plan.queryId} cannot be read while it is ${query.state()}; ` +
    'try again when SHOW QUERIES says RUNNING';
  return new OperationalError('STORE_NOT_AVAILABLE', message, { retriable: true, cause: error });
}

const isNotHere = (error: unknown): error is OperationalError =>
  error instanceof OperationalError && error.code === 'STORE_NOT_AVAILABLE';
