import { OperationalError } from '../../../base/errors.ts';
import type { Timers } from '../../../base/environment.ts';
import type { Observable } from 'rxjs';
import type { MaterializedTable, QueryStatistics, RunningQuery } from '../../host/host.ts';
import type { StoreLags, StreamsMetadata } from '../../../streams/runtime/state-locations.ts';
import type { ThreadEvent } from './messages.ts';

/** How long errors of rows may wait to be told to the other thread: there may be as many as rows. */
const ERRORS_WAIT_MS = 100;

/** A query that says when its errors are others. */
interface WatchedQuery extends RunningQuery {
  readonly errorsChanged$: Observable<void>;
}

interface ServedQueryOptions {
  readonly query: number;
  readonly running: WatchedQuery;
  /** The last change of it that there was before, in a thread that has ended. */
  readonly change: number;
  readonly timers: Timers;
  readonly post: (event: ThreadEvent) => void;
}

/** A persistent query of this thread, whose state and errors the other thread has a copy of. */
export class ServedQuery {
  readonly #options: ServedQueryOptions;
  readonly #running: WatchedQuery;
  /** The last change that the other thread has asked for. */
  #change: number;
  #hasNewErrors = false;

  constructor(options: ServedQueryOptions) {
    const { query, running, post } = options;
    this.#options = options;
    this.#change = options.change;
    this.#running = running;
    post({
      ...{ kind: 'queryMade', query },
      topology: running.describeTopology(),
      hasTable: running.table !== undefined,
      errors: running.errors(),
    });
    running.state$.subscribe((state) => {
      // Whoever sees that it has failed finds why.
      this.#tellErrors();
      post({ kind: 'queryState', query, state, change: this.#change });
    });
    running.errorsChanged$.subscribe(() => {
      if (this.#hasNewErrors) return;
      this.#hasNewErrors = true;
      this.#options.timers.after(ERRORS_WAIT_MS, () => this.#tellErrors());
    });
  }

  get table(): MaterializedTable {
    const { table, plan } = this.#running;
    if (table !== undefined) return table;
    const message = `query ${plan.queryId} keeps no table`;
    throw new OperationalError('STORE_NOT_AVAILABLE', message, { retriable: true });
  }

  clients(): Promise<readonly StreamsMetadata[]> {
    return this.#running.clients();
  }

  lags(): Promise<StoreLags> {
    return this.#running.lags();
  }

  async start(): Promise<undefined> {
    await this.#running.start();
    this.#tellErrors();
  }

  /** The errors that they count are told before they are. */
  async statistics(): Promise<QueryStatistics> {
    const statistics = await this.#running.statistics();
    this.#tellErrors();
    return statistics;
  }

  pause(change: number): void {
    this.#change = change;
    this.#running.pause();
    this.#tellState();
  }

  resume(change: number): void {
    this.#change = change;
    this.#running.resume();
    this.#tellState();
  }

  async close(options: { readonly cleanUp: boolean }): Promise<void> {
    await this.#running.close(options);
  }

  /** A state that the change has not changed is told all the same: it is that of the change now. */
  #tellState(): void {
    const { post, query } = this.#options;
    post({ kind: 'queryState', query, state: this.#running.state(), change: this.#change });
  }

  #tellErrors(): void {
    if (!this.#hasNewErrors) return;
    this.#hasNewErrors = false;
    this.#options.post({ kind: 'queryErrors', query: this.#options.query, errors: this.#running.errors() });
  }
}
