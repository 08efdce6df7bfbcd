import { BehaviorSubject, NEVER, type Observable } from 'rxjs';
import type { QueryError, QueryState, QueryStatistics, RunningQuery } from '../host/host.ts';
import type { StoreLags } from '../../streams/runtime/state-locations.ts';
import type { QueryPlan } from '../physical/steps.ts';
import { NO_STATISTICS } from './query-counts.ts';

/**
 * A recorded query that this version cannot run, because its plan cannot be lowered. It is listed in ERROR, with why, so
 * that somebody sees it and can drop it; what it has left behind stays until then.
 */
export class UnstartedQuery implements RunningQuery {
  readonly plan: QueryPlan;
  readonly table = undefined;
  /** The one error that there is does not change. */
  readonly errorsChanged$: Observable<void> = NEVER;
  readonly #state = new BehaviorSubject<QueryState>('ERROR');
  readonly #groupId: string;
  readonly #error: QueryError;
  readonly #cleanUp: () => Promise<void>;

  constructor(
    plan: QueryPlan,
    options: {
      readonly groupId: string;
      readonly error: QueryError;
      readonly cleanUp: () => Promise<void>;
    },
  ) {
    this.plan = plan;
    this.#groupId = options.groupId;
    this.#error = options.error;
    this.#cleanUp = options.cleanUp;
  }

  get state$(): Observable<QueryState> {
    return this.#state.asObservable();
  }

  state(): QueryState {
    return this.#state.value;
  }

  errors(): readonly QueryError[] {
    return [this.#error];
  }

  statistics(): Promise<QueryStatistics> {
    return Promise.resolve({ ...NO_STATISTICS, groupId: this.#groupId, errors: 1 });
  }

  clients(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  lags(): Promise<StoreLags> {
    return Promise.resolve(new Map());
  }

  /** It has failed already. */
  start(): Promise<void> {
    return Promise.resolve();
  }

  /** There is nothing to pause. */
  pause(): void {}

  resume(): void {}

  describeTopology(): string {
    return '';
  }

  async close(options: { readonly cleanUp: boolean } = { cleanUp: false }): Promise<void> {
    if (options.cleanUp) await this.#cleanUp();
    this.#state.next('CLOSED');
    this.#state.complete();
  }
}
