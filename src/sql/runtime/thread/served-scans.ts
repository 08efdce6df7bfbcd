import { assert } from '../../../base/assert.ts';
import type { MaterializedRow } from '../../host/host.ts';

type Pages = AsyncIterator<readonly MaterializedRow[]>;

/** Scans of tables that another thread takes page by page. */
export class ServedScans {
  readonly #open = new Map<number, Pages>();

  /** Nothing is read before the first page is asked for. */
  open(scan: number, pages: () => AsyncIterable<readonly MaterializedRow[]>): void {
    this.#open.set(scan, lazily(pages));
  }

  /** The next rows; undefined after the last ones. */
  async next(scan: number): Promise<readonly MaterializedRow[] | undefined> {
    const pages = this.#open.get(scan);
    assert(pages !== undefined, 'a scan is opened before it is read');
    const { done = false, value } = await pages.next();
    if (!done) return value;
    this.#open.delete(scan);
    return undefined;
  }

  /** Whoever has read it reads no more; no error where it has come to its end. */
  close(scan: number): void {
    const pages = this.#open.get(scan);
    this.#open.delete(scan);
    // What lets go of the table, and has nobody left to tell.
    pages?.return?.().catch(() => undefined);
  }
}

/** What the scan throws at its beginning, too, is told with its first page. */
async function* lazily<T>(pages: () => AsyncIterable<T>): AsyncGenerator<T, void> {
  yield* pages();
}
