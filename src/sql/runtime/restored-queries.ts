import { filter, firstValueFrom } from 'rxjs';
import type { Timers } from '../../base/environment.ts';
import type { QueryState, RunningQuery } from '../host/host.ts';

/** So many queries start at a time: the more, the later anybody else has a turn of the event loop. */
const STARTING_MAX = 8;
/** A query that takes longer to run, as where its group waits for a member that is gone, lets the next one begin. */
const STARTING_MS_MAX = 5_000;

const STARTING: ReadonlySet<QueryState> = new Set(['CREATED', 'REBALANCING']);

interface RestoredQuery extends Pick<RunningQuery, 'state$'> {
  /** Resolves after the first attempt to start; never rejects. */
  takeUp(): Promise<void>;
}

/** The queries that a server takes up again when it starts: they start side by side, a few at a time. */
export class RestoredQueries {
  readonly #timers: Timers;
  readonly #waiting: RestoredQuery[] = [];
  #working = 0;
  #started = 0;
  #total = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** How many there are, and how many of them have started: they run, are paused, have failed or are closed. */
  get progress(): { readonly started: number; readonly total: number } {
    return { started: this.#started, total: this.#total };
  }

  /** Starts a query when it is its turn. */
  add(query: RestoredQuery): void {
    this.#total += 1;
    this.#waiting.push(query);
    if (this.#working < STARTING_MAX) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working += 1;
    for (let query = this.#waiting.shift(); query !== undefined; query = this.#waiting.shift()) {
      await this.#start(query);
    }
    this.#working -= 1;
  }

  async #start(query: RestoredQuery): Promise<void> {
    const isStarted = query.state$.pipe(filter((state) => !STARTING.has(state)));
    const started = firstValueFrom(isStarted, { defaultValue: undefined }).then(() => {
      this.#started += 1;
    });
    await query.takeUp();
    const over = new AbortController();
    await Promise.race([started, this.#timers.sleep(STARTING_MS_MAX, over.signal).catch(() => undefined)]);
    over.abort();
  }
}
