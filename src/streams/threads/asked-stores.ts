import { nonEmptyText } from '../../base/argument-checks.ts';
import {
  checkStoreQuery,
  checkedRange,
  type StoreQueryOptions,
  storeOnTheMove,
  storeUnanswered,
  storeWithoutTask,
} from '../runtime/queryable-stores.ts';
import { prefixRange } from '../state/key-prefix.ts';
import type {
  ReadOnlyKeyValueStore,
  ReadOnlyWindowStore,
  StoreRange,
  ValueAndTimestamp,
  WindowEntry,
  WindowRange,
  WindowScan,
} from '../state/store.ts';
import { DiagnosticError, messageOf } from '../../base/errors.ts';
import type { AppMember } from './app-member.ts';
import { copiedRange } from './copied-range.ts';
import { copiedValue } from './copied-values.ts';
import type { AskedStore, Found, PageCall, StoreCall } from './messages.ts';
import { isThreadEnded, isThreadSilent } from './thread-ended.ts';

type AskedThread = Pick<AppMember, 'ask' | 'nextNumber' | 'closeScan'>;

/** A table's store over the threads of an application: each is asked for its part. */
export function threadedKeyValueStore<K, V>(
  name: string,
  threads: readonly AskedThread[],
  options: StoreQueryOptions,
): ReadOnlyKeyValueStore<K, V> {
  const parts = new StoreParts({ method: 'keyValueStore', ...checked(name, options) }, threads);
  const pages = (range?: StoreRange<K>): AsyncIterable<readonly (readonly [K, ValueAndTimestamp<V>])[]> =>
    parts.pages(range);
  return {
    name,
    async get(key) {
      const call = { kind: 'get', store: parts.store, key: copiedValue(key) } as const;
      const rows = await parts.askAll<ValueAndTimestamp<V> | undefined>(call);
      return rows.find((row) => row !== undefined);
    },
    entries: () => rowsOf(pages()),
    range: (keys) => rowsOf(pages({ keys })),
    reverseAll: () => rowsOf(pages({ keys: {}, descending: true })),
    reverseRange: (keys) => rowsOf(pages({ keys, descending: true })),
    async approximateNumEntries() {
      const counts = await parts.askAll<number>({ kind: 'count', store: parts.store });
      return counts.reduce((sum, count) => sum + count, 0);
    },
    prefixScan: (prefix, serde) => rowsOf(pages(prefixRange(prefix, serde))),
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
  const pages = (scan?: WindowScan): AsyncIterable<readonly WindowEntry<K, V>[]> => parts.windowPages(scan);
  /** Of each thread. */
  const fetched = async (key: K, range: WindowRange): Promise<readonly (readonly WindowEntry<K, V>[])[]> => {
    const { fromMs, toMs } = checkedRange(range);
    return parts.askAll({
      kind: 'fetch',
      store: parts.store,
      key: copiedValue(key),
      range: { fromMs, toMs },
    });
  };
  return {
    name,
    fetch: async (key, range) => (await fetched(key, range)).flat(),
    async backwardFetch(key, range) {
      const found = await fetched(key, range);
      return found.flatMap((windows) => windows.toReversed());
    },
    fetchAll: (range) => rowsOf(pages({ range: checkedRange(range) })),
    backwardAll: () => rowsOf(pages({ descending: true })),
    backwardFetchAll: (range) => rowsOf(pages({ range: checkedRange(range), descending: true })),
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
   * @throws {OperationalError} `STORE_NOT_AVAILABLE` where none has, where a thread has ended, which may have had the row that is
   *   asked for, and, unless stale rows will do, where one is not RUNNING, or they have their tasks of different generations
   *   of the group: then a task may be on its way from one to another.
   */
  async askAll<T>(call: StoreCall): Promise<readonly T[]> {
    const answers = await Promise.all(this.#threads.map((thread) => this.#ask<T>(thread, call)));
    this.#check(answers);
    return answers.flatMap(({ part }) => (part === undefined ? [] : [part.found]));
  }

  /** @throws as {@link askAll} */
  pages<T>(range?: StoreRange<unknown>): AsyncIterable<readonly T[]> {
    return this.#pages({ store: this.store, ...(range === undefined ? {} : { range: copiedRange(range) }) });
  }

  /** @throws as {@link askAll} */
  windowPages<T>({ range, descending }: WindowScan = {}): AsyncIterable<readonly T[]> {
    const windows = { range: range && { fromMs: range.fromMs, toMs: range.toMs }, descending };
    return this.#pages({ store: this.store, windows });
  }

  async *#pages<T>(asked: Omit<PageCall, 'kind' | 'scan'>): AsyncIterable<readonly T[]> {
    const scans = this.#threads.map((thread) => ({ thread, scan: thread.nextNumber() }));
    const nextOf = ({ thread, scan }: (typeof scans)[number]): Promise<Found<readonly T[] | undefined>> =>
      this.#ask(thread, { kind: 'nextPage', scan, ...asked });
    try {
      // All begin before any goes on: a task that moves meanwhile would be in two parts, or in none.
      const first = await Promise.all(scans.map(nextOf));
      this.#check(first);
      for (const [i, scan] of scans.entries()) {
        for (let page = first[i]?.part?.found; page !== undefined; page = (await nextOf(scan)).part?.found)
          yield page;
      }
    } finally {
      for (const { thread, scan } of scans) thread.closeScan(scan);
    }
  }

  #check(answers: readonly Found<unknown>[]): void {
    const { name, allowStale } = this.store;
    const generations = new Set(answers.map(({ generationId }) => generationId));
    if (generations.size > 1 && allowStale !== true) throw storeOnTheMove(name);
    if (answers.every(({ part }) => part === undefined)) throw storeWithoutTask(name);
  }

  async #ask<T>(thread: AskedThread, call: StoreCall): Promise<Found<T>> {
    try {
      return await thread.ask<T>(call);
    } catch (error) {
      if (isThreadEnded(error)) throw storeWithoutTask(this.store.name);
      if (isThreadSilent(error)) throw storeUnanswered(this.store.name, messageOf(error));
      if (isUncopied(error)) throw keyOfFunctions(error);
      throw error;
    }
  }
}

/** Of a structured clone; what else comes from a thread comes as one of our errors. */
const isUncopied = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'DataCloneError';

function keyOfFunctions(cause: unknown): DiagnosticError {
  return new DiagnosticError(
    {
      message: `a key cannot be copied to a stream thread: ${messageOf(cause)}`,
      hint: 'ask for a key of plain data, as the key serde of the store takes it',
    },
    { cause },
  );
}
