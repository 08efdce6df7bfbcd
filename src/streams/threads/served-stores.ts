import { assert } from '../../base/assert.ts';
import { isWithoutTask } from '../runtime/queryable-stores.ts';
import type { StreamsApp } from '../runtime/streams-app.ts';
import { copiedValue, receivedValue } from './copied-values.ts';
import type { AskedStore, StoreCall, ThreadAnswers } from './messages.ts';

type Stores = Pick<StreamsApp, 'keyValueStore' | 'windowStore'>;
type Call<K extends StoreCall['kind']> = Extract<StoreCall, { readonly kind: K }>;

/** What a stream thread has of the stores that are asked from outside. */
export class ServedStores {
  readonly #app: () => Stores;
  readonly #scans = new Map<number, AsyncIterator<readonly unknown[]>>();

  constructor(app: () => Stores) {
    this.#app = app;
  }

  get({ store, key }: Call<'get'>): Promise<ThreadAnswers['get']> {
    return foundBy(async () => copiedValue(await this.#keyValueStore(store).get(receivedValue(key))));
  }

  fetch({ store, key, range }: Call<'fetch'>): Promise<ThreadAnswers['fetch']> {
    return foundBy(async () => {
      const windows = await this.#windowStore(store).fetch(receivedValue(key), range);
      return windows.map(copiedValue);
    });
  }

  nextPage({ store, scan }: Call<'nextPage'>): Promise<ThreadAnswers['nextPage']> {
    return foundBy(async () => {
      let rows = this.#scans.get(scan);
      if (rows === undefined) this.#scans.set(scan, (rows = this.#pages(store)[Symbol.asyncIterator]()));
      try {
        const page = await rows.next();
        if (page.done !== true) return page.value.map(copiedValue);
        this.#scans.delete(scan);
        return undefined;
      } catch (error) {
        this.#scans.delete(scan);
        throw error;
      }
    });
  }

  /** Nobody wants the rest of its rows. */
  closeScan(scan: number): void {
    const rows = this.#scans.get(scan);
    this.#scans.delete(scan);
    void rows?.return?.();
  }

  #pages(store: AskedStore): AsyncIterable<readonly unknown[]> {
    return store.method === 'keyValueStore'
      ? this.#keyValueStore(store).pages()
      : this.#windowStore(store).pages();
  }

  #keyValueStore({ method, name, ...options }: AskedStore) {
    assert(method === 'keyValueStore', 'a key of a key-value store is asked for');
    return this.#app().keyValueStore<unknown, unknown>(name, options);
  }

  #windowStore({ method, name, ...options }: AskedStore) {
    assert(method === 'windowStore', 'windows of a window store are asked for');
    return this.#app().windowStore<unknown, unknown>(name, options);
  }
}

async function foundBy<T>(ask: () => Promise<T>): Promise<{ readonly found: T } | undefined> {
  try {
    return { found: await ask() };
  } catch (error) {
    if (isWithoutTask(error)) return undefined;
    throw error;
  }
}
