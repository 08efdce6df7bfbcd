import { nonEmptyText } from '../../base/argument-checks.ts';
import { checkStoreQuery, type StoreQueryOptions, storeWithoutTask } from '../runtime/queryable-stores.ts';
import type {
  ReadOnlyKeyValueStore,
  ReadOnlyWindowStore,
  ValueAndTimestamp,
  WindowEntry,
} from '../state/store.ts';
import type { AppMember } from './app-member.ts';
import { copiedValue } from './copied-values.ts';
import type { AskedStore, Found, StoreCall } from './messages.ts';
import { isThreadEnded } from './thread-ended.ts';

type AskedThread = Pick<AppMember, 'ask' | 'nextNumber' | 'closeScan'>;

/** A table's store over the threads of an application: each is asked for its part. */
export function threadedKeyValueStore<K, V>(
  name: string,
  threads: readonly AskedThread[],
  options: StoreQueryOptions,
): ReadOnlyKeyValueStore<K, V> {
  const parts = new StoreParts({ method: 'keyValueStore', ...checked(name, options) }, threads);
  const pages = (): AsyncIterable<readonly (readonly [K, ValueAndTimestamp<V>])[]> => parts.pages();
  return {
    name,
    async get(key) {
      const call = { kind: 'get', store: parts.store, key: copiedValue(key) } as const;
      const rows = await parts.askAll<ValueAndTimestamp<V> | undefined>(call);
      return rows.find((row) => row !== undefined);
    },
    entries: () => rowsOf(pages()),
    pages,
  };
}

/** A windowed table's store over the threads of an application. */
export function threadedWindowStore<K, V>(
  name: string,
  threads: readonly AskedThread[],
  options: StoreQueryOptions,
): ReadOnlyWindowStore<K, V> {
  const parts = new StoreParts({ method: 'windowStore', ...checked(name, options) }, threads);
  const pages = (): AsyncIterable<readonly WindowEntry<K, V>[]> => parts.pages();
  return {
    name,
    async fetch(key, { fromMs, toMs }) {
      const asked = { store: parts.store, key: copiedValue(key), range: { fromMs, toMs } };
      return (await parts.askAll<readonly WindowEntry<K, V>[]>({ kind: 'fetch', ...asked })).flat();
    },
    entries: () => rowsOf(pages()),
    pages,
  };
}

function checked(name: string, options: StoreQueryOptions): StoreQueryOptions & { readonly name: string } {
  nonEmptyText(name, 'name');
  checkStoreQuery(options, 'options');
  return { ...options, name };
}

async function* rowsOf<T>(pages: AsyncIterable<readonly T[]>): AsyncIterable<T> {
  for await (const page of pages) yield* page;
}

class StoreParts {
  readonly store: AskedStore;
  readonly #threads: readonly AskedThread[];

  constructor(store: AskedStore, threads: readonly AskedThread[]) {
    this.store = store;
    this.#threads = threads;
  }

  /**
   * What the threads find that have tasks of the store.
   * @throws {OperationalError} `STORE_NOT_AVAILABLE` where none has, where a task is being restored, and where a thread has
   *   ended, which may have had the row that is asked for.
   */
  async askAll<T>(call: StoreCall): Promise<readonly T[]> {
    const answers = await Promise.all(this.#threads.map((thread) => this.#ask<T>(thread, call)));
    const found = answers.filter((answer) => answer !== undefined);
    if (found.length === 0) throw storeWithoutTask(this.store.name);
    return found.map((part) => part.found);
  }

  /** @throws as {@link askAll} */
  async *pages<T>(): AsyncIterable<readonly T[]> {
    let hasPart = false;
    for (const thread of this.#threads) {
      const scan = thread.nextNumber();
      try {
        for (;;) {
          const call = { kind: 'nextPage', scan, store: this.store } as const;
          const page = await this.#ask<readonly T[] | undefined>(thread, call);
          if (page === undefined) break;
          hasPart = true;
          if (page.found === undefined) break;
          yield page.found;
        }
      } finally {
        thread.closeScan(scan);
      }
    }
    if (!hasPart) throw storeWithoutTask(this.store.name);
  }

  async #ask<T>(thread: AskedThread, call: StoreCall): Promise<Found<T>> {
    try {
      return await thread.ask<T>(call);
    } catch (error) {
      if (isThreadEnded(error)) throw storeWithoutTask(this.store.name);
      throw error;
    }
  }
}
