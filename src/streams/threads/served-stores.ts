import { assert } from '../../base/assert.ts';
import { isWithoutTask, storeOnTheMove } from '../runtime/queryable-stores.ts';
import type { StreamsApp } from '../runtime/streams-app.ts';
import { receivedRange } from './copied-range.ts';
import { copiedValue, receivedValue } from './copied-values.ts';
import type { AskedStore, Found, PageCall, StoreCall, ThreadAnswers } from './messages.ts';

/** An application in a stream thread, and the generation of its group in which it was given its tasks. */
interface Served {
  readonly app: Pick<StreamsApp, 'keyValueStore' | 'windowStore' | 'state'>;
  readonly generationId: number;
}
type Call<K extends StoreCall['kind']> = Extract<StoreCall, { readonly kind: K }>;

/** What a stream thread has of the stores that are asked from outside. */
export class ServedStores {
  readonly #served: () => Served;
  readonly #scans = new Map<number, AsyncIterator<readonly unknown[]>>();

  constructor(served: () => Served) {
    this.#served = served;
  }

  get({ store, key }: Call<'get'>): Promise<ThreadAnswers['get']> {
    return this.#settled(store, async () =>
      copiedValue(await this.#keyValueStore(store).get(receivedValue(key))),
    );
  }

  count({ store }: Call<'count'>): Promise<ThreadAnswers['count']> {
    return this.#settled(store, () => this.#keyValueStore(store).approximateNumEntries());
  }

  fetch({ store, key, range }: Call<'fetch'>): Promise<ThreadAnswers['fetch']> {
    return this.#settled(store, async () => {
      const windows = await this.#windowStore(store).fetch(receivedValue(key), range);
      return windows.map(copiedValue);
    });
  }

  nextPage({ store, scan, range, windows }: Call<'nextPage'>): Promise<ThreadAnswers['nextPage']> {
    const begun = this.#scans.get(scan);
    if (begun !== undefined) return this.#found(() => this.#pageOf(scan, begun));
    return this.#settled(store, () => {
      const rows = this.#pages(store, { range, windows })[Symbol.asyncIterator]();
      this.#scans.set(scan, rows);
      return this.#pageOf(scan, rows);
    });
  }

  /** Nobody wants the rest of its rows. */
  closeScan(scan: number): void {
    const rows = this.#scans.get(scan);
    this.#scans.delete(scan);
    void rows?.return?.();
  }

  async #pageOf(
    scan: number,
    rows: AsyncIterator<readonly unknown[]>,
  ): Promise<readonly unknown[] | undefined> {
    try {
      const page = await rows.next();
      if (page.done !== true) return page.value.map(copiedValue);
      this.#scans.delete(scan);
      return undefined;
    } catch (error) {
      this.#scans.delete(scan);
      throw error;
    }
  }

  /**
   * Asks where all tasks of the thread are there and stay: as in Kafka Streams, a thread that is not RUNNING has no rows, unless
   * stale ones will do. @throws {OperationalError} `STORE_NOT_AVAILABLE`
   */
  async #settled<T>({ name, allowStale }: AskedStore, ask: () => Promise<T>): Promise<Found<T>> {
    const before = this.#settledIn;
    const found = await this.#found(ask);
    const isSettled = before !== undefined && before === this.#settledIn;
    if (!isSettled && allowStale !== true) throw storeOnTheMove(name);
    return found;
  }

  get #settledIn(): number | undefined {
    const { app, generationId } = this.#served();
    return app.state === 'RUNNING' ? generationId : undefined;
  }

  async #found<T>(ask: () => Promise<T>): Promise<Found<T>> {
    const { generationId } = this.#served();
    try {
      return { generationId, part: { found: await ask() } };
    } catch (error) {
      if (isWithoutTask(error)) return { generationId, part: undefined };
      throw error;
    }
  }

  #pages(
    store: AskedStore,
    { range, windows }: Pick<PageCall, 'range' | 'windows'>,
  ): AsyncIterable<readonly unknown[]> {
    return store.method === 'keyValueStore'
      ? this.#keyValueStore(store).pages(range && receivedRange(range))
      : this.#windowStore(store).pages(windows);
  }

  #keyValueStore({ method, name, ...options }: AskedStore) {
    assert(method === 'keyValueStore', 'a key of a key-value store is asked for');
    return this.#served().app.keyValueStore<unknown, unknown>(name, options);
  }

  #windowStore({ method, name, ...options }: AskedStore) {
    assert(method === 'windowStore', 'windows of a window store are asked for');
    return this.#served().app.windowStore<unknown, unknown>(name, options);
  }
}
