import type { Row } from '../../../serde/model/sql-value.ts';
import type { KeyBounds, MaterializedRow, MaterializedTable, PartPlace, TimeRange } from '../../host/host.ts';
import type { StoreQueryOptions } from '../../../streams/runtime/queryable-stores.ts';
import type { QueryThread } from './query-thread.ts';
import { receivedTableRow, sentKeyBounds, sentRow } from './sent-rows.ts';

type TableThread = Pick<QueryThread, 'post' | 'ask' | 'nextNumber'>;

/** The table of a query that runs in another thread. */
export class ThreadTable implements MaterializedTable {
  readonly isWindowed: boolean;
  readonly store: string;
  readonly #thread: TableThread;
  readonly #query: number;

  constructor(
    thread: TableThread,
    {
      query,
      isWindowed,
      store,
    }: { readonly query: number } & Pick<MaterializedTable, 'isWindowed' | 'store'>,
  ) {
    this.#thread = thread;
    this.#query = query;
    this.isWindowed = isWindowed;
    this.store = store;
  }

  async get(key: Row, range: TimeRange, options?: StoreQueryOptions): Promise<readonly MaterializedRow[]> {
    const query = this.#query;
    const rows = await this.#thread.ask({ kind: 'get', query, key: sentRow(key), range, options });
    return rows.map(receivedTableRow);
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
