import type { Query } from '../../../grammar/ast.ts';
import { OperationalError } from '../../base/errors.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { pullMessages } from '../messages/pull-queries.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { RunningQuery } from '../host/host.ts';
import { begun } from '../queries/begun-rows.ts';
import { planPull, runPull } from '../queries/pull-query.ts';
import type { PullResult } from '../queries/query-results.ts';
import type { PersistentQueries } from './persistent-queries.ts';

/** Reads a table by a pull query. @throws {DiagnosticError} where no query of this process keeps it. */
export async function pullRows(
  query: Query,
  context: AnalysisContext,
  queries: PersistentQueries,
): Promise<PullResult> {
  const plan = planPull(query, context);
  const { name } = plan.source;
  const running = queries.keeperOf(name)?.running;
  const table = running?.table;
  if (running === undefined || table === undefined) {
    throw refuse(pullMessages.notQueryable(name));
  }
  const failed = (error: unknown): unknown => withState(error, running);
  return { kind: 'pull', columns: plan.columns, rows: await begun(runPull(plan, table), failed) };
}

/** Rows that cannot be had now, since their query rebalances, is paused or has failed: the answer says which it is. */
function withState(error: unknown, query: RunningQuery): unknown {
  if (!(error instanceof OperationalError) || error.code !== 'STORE_NOT_AVAILABLE') return error;
  const message =
    `the state of query ${query.plan.queryId} cannot be read while it is ${query.state()}; ` +
    'try again when SHOW QUERIES says RUNNING';
  return new OperationalError(error.code, message, { retriable: true, cause: error });
}
