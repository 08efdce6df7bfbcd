import type { Timers } from '../../../base/environment.ts';
import type { Row } from '../../../serde/model/sql-value.ts';
import type { StoreQueryOptions } from '../../../streams/runtime/queryable-stores.ts';
import { errorOf } from '../../../streams/threads/error-record.ts';
import type { KeyBounds, MaterializedRow, MaterializedTable, PartPlace, TimeRange } from '../../host/host.ts';
import type { FoundRows, SentLookup } from './messages.ts';
import type { QueryThread } from './query-thread.ts';
import { receivedTableRow, sentKeyBounds, sentRow } from './sent-rows.ts';

type TableThread = Pick<QueryThread, 'post' | 'ask' | 'nextNumber'>;

/** Somebody who waits for the rows of a key. */
interface Waiting {
  readonly lookup: SentLookup;
  readonly resolve: (rows: readonly MaterializedRow[]) => void;
  readonly reject: (error: unknown) => void;
}

/** The table of a query that runs in another thread. */
export class ThreadTable implements MaterializedTable {
  readonly isWindowed: boolean;
  readonly store: string;
  readonly #thread: TableThread;
  readonly #query: number;
  readonly #timers: Pick<Timers, 'defer'>;
  /** Keys that are asked for in this turn of the event loop. */
  #waiting: Waiting[] = [];

  constructor(
    thread: TableThread,
    {
      query,
      isWindowed,
      store,
      timers,
    }: { readonly query: number; readonly timers: Pick<Timers, 'defer'> } & Pick<
      MaterializedTable,
      'isWindowed' | 'store'
    >,
  ) {
    this.#thread = thread;
    this.#query = query;
    this.#timers = timers;
    this.isWindowed = isWindowed;
    this.store = store;
  }

  /** What several ask for at a time is one message: it takes more than a look into the store. */
  get(key: Row, range: TimeRange, options?: StoreQueryOptions): Promise<readonly MaterializedRow[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lookup: { key: sentRow(key), range, options }, resolve, reject });
      if (this.#waiting.length === 1) this.#timers.defer(() => void this.#askForAll());
    });
  }

  /** Never rejects. */
  async #askForAll(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const query = this.#query;
    try {
      const found = await this.#thread.ask({
        kind: 'get',
        query,
        lookups: waiting.map((each) => each.lookup),
      });
      waiting.forEach((each, index) => settle(each, found[index]));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  places(key?: Row): Promise<readonly PartPlace[]> {
    const of = key === undefined ? {} : { key: sentRow(key) };
    return this.#thread.ask({ kind: 'places', query: this.#query, ...of });
  }

  async *scan(
    keys?: readonly KeyBounds[],
    options?: StoreQueryOptions,
  ): AsyncIterable<readonly MaterializedRow[]> {
    const scan = this.#thread.nextNumber();
    this.#thread.post({
      kind: 'openScan',
      query: this.#query,
      scan,
      keys: keys?.map(sentKeyBounds),
      options,
    });
    try {
      for (;;) {
        const page = await this.#thread.ask({ kind: 'nextPage', scan });
        if (page === undefined) return;
        yield page.map(receivedTableRow);
      }
    } finally {
      this.#thread.post({ kind: 'closeScan', scan });
    }
  }
}

function settle({ resolve, reject }: Waiting, found: FoundRows | undefined): void {
  if (found === undefined) reject(new RangeError('every key that is asked for is answered'));
  else if ('error' in found) reject(errorOf(found.error));
  else resolve(found.rows.map(receivedTableRow));
}
