import { map, take, tap } from 'rxjs';
import type { Query } from '../../../grammar/ast.ts';
import { OperationalError } from '../../base/errors.ts';
import { inTurns } from '../../base/pieces.ts';
import type { TimeSlice } from '../../base/time-slice.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { PushOptions, PushRun, SqlHost } from '../host/host.ts';
import { pushMessages } from '../messages/push-queries.ts';
import type { QueryPlan } from '../physical/steps.ts';
import { pushQueryId } from '../queries/push-query-id.ts';
import { columnsOf, pushRowOf } from '../queries/push-rows.ts';
import type { PushQuery } from '../queries/query-results.ts';
import { transientPlan } from '../queries/transient-plan.ts';
import { SharedPushes } from './shared-pushes.ts';

/** The push queries of an engine. */
export class PushQueries {
  readonly #host: SqlHost;
  readonly #shared = new SharedPushes();
  readonly #slice: () => TimeSlice | undefined;
  /** Until all that they had is removed. */
  readonly #running = new Map<string, PushQuery>();
  /** Those that are being started. None of them rejects. */
  readonly #starting = new Set<Promise<unknown>>();
  #number = 0;
  #isClosed = false;

  /** @param slice a new one where others run on the event loop, too. */
  constructor(host: SqlHost, slice: () => TimeSlice | undefined) {
    this.#host = host;
    this.#slice = slice;
  }

  /** Those that run, or of which something is still to be removed. */
  get ids(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** @throws {OperationalError} where the engine is closed meanwhile. */
  start(query: Query, context: AnalysisContext, options: PushOptions = {}): Promise<PushQuery> {
    const started = this.#start(query, context, options);
    const starting: Promise<unknown> = started
      .catch(() => undefined)
      .finally(() => this.#starting.delete(starting));
    this.#starting.add(starting);
    return started;
  }

  async #start(query: Query, context: AnalysisContext, options: PushOptions): Promise<PushQuery> {
    const id = pushQueryId(query, this.#number++, context);
    const plan = await inTurns(transientPlan(query, id, context), this.#slice());
    const columns = columnsOf(plan.root);
    const run = await this.#run(plan, context, options);
    if (this.#isClosed) {
      await run.close();
      throw new OperationalError('NOT_READY', 'the engine is closed', { retriable: true });
    }
    const { limit = Number.POSITIVE_INFINITY } = query;
    let count = 0;
    const all$ = run.records$.pipe(map(pushRowOf(plan.root)));
    const push: PushQuery = {
      kind: 'push',
      id,
      columns,
      plan,
      continuationToken: run.token,
      rows$:
        query.limit === undefined
          ? all$
          : all$.pipe(
              take(query.limit),
              tap(() => count++),
            ),
      finalMessage: () => (count >= limit ? 'Limit Reached' : 'Query Completed'),
      pause: () => run.pause(),
      resume: () => run.resume(),
      close: () => run.close().finally(() => this.#running.delete(id)),
    };
    this.#running.set(id, push);
    return push;
  }

  /** @throws {DiagnosticError} for a query that cannot be continued. */
  #run(plan: QueryPlan, context: AnalysisContext, options: PushOptions): Promise<PushRun> {
    const start = (): Promise<PushRun> => this.#host.startPush(plan, context, options);
    if (options.continues !== undefined) {
      if (plan.isShared !== true) throw refuse(pushMessages.tokenUnused());
      return start();
    }
    if (plan.isShared !== true) return start();
    const { queryId: _, ...shown } = plan;
    return this.#shared.join(JSON.stringify([shown, context.properties]), start);
  }

  /** Ends those that run; resolves when nothing is left of those, either, that were ended before. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...[...this.#running.values()].map((push) => push.close()), ...this.#starting]);
  }
}
